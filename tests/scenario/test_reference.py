"""References are looked up, never evaluated."""

from __future__ import annotations

import pytest

from mockauth.scenario.reference import expand, known_references, malformed, near, references


def test_references_are_found_in_order() -> None:
    assert references("a ${x.y} b ${z}") == ["x.y", "z"]


def test_each_reference_is_replaced_by_what_is_looked_up() -> None:
    assert expand("${a}-${b}-${a}", {"a": "1", "b": "2"}.__getitem__) == "1-2-1"


def test_what_is_looked_up_is_not_expanded_again() -> None:
    assert expand("${a}", {"a": "${b}"}.__getitem__) == "${b}"


@pytest.mark.parametrize("text", ["", "$", "$a", "{a}", "${a}", "$${a}", "a}"])
def test_closed_references_and_plain_text_are_well_formed(text: str) -> None:
    assert not malformed(text)


@pytest.mark.parametrize("text", ["${", "${a", "${a} ${b"])
def test_a_reference_that_is_not_closed_is_malformed(text: str) -> None:
    assert malformed(text)


@pytest.mark.parametrize(
    "reference",
    ["callback", "variant.a", "the first.response.access_token", "the first.request.code"],
)
def test_known_references_need_no_hint(reference: str) -> None:
    assert near(reference, known_references(["a"]), ["the first"]) is None


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("calback", "; did you mean ${callback}?"),
        ("variant.b", "; did you mean ${variant.a}?"),
        ("a", ""),
        ("token.request.code", "; no earlier step is called 'token'"),
        ("the first.header.x", ""),
    ],
)
def test_an_unknown_reference_gets_a_hint(reference: str, hint: str) -> None:
    assert near(reference, known_references(["a"]), ["the first"]) == hint
