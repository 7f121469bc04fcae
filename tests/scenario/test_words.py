"""Probes told in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType

import pytest

from mockauth.checks.rule import Rule, levels
from mockauth.scenario.change_words import PHRASES as CHANGES
from mockauth.scenario.change_words import change_words
from mockauth.scenario.expect_words import PHRASES as EXPECTATIONS
from mockauth.scenario.expect_words import expect_words
from mockauth.scenario.library import load_library
from mockauth.scenario.model import Change, Expect, Probe, Step
from mockauth.scenario.phrases import Phrase, differing
from mockauth.scenario.words import probe_words

RULE = Rule(
    id="token.example",
    title="t",
    levels=levels("MMM"),
    refs=("RFC6749-5",),
    why="w",
    fix="f",
    kind="probe",
)


def words(*steps: Step, variants: tuple[Mapping[str, str], ...] = ({},)) -> tuple[str, ...]:
    """The sentences of a probe with these steps."""
    named = tuple(replace(step, name=step.name or step.do) for step in steps)
    frozen = tuple(MappingProxyType(dict(one)) for one in variants)
    return probe_words(Probe(rule=RULE, steps=named, variants=frozen, file="f"))


def test_a_code_that_is_used_twice_is_told_in_two_sentences() -> None:
    refused = Expect(verdict="refused", status=("400", "401"), tolerated=("403",))

    assert words(
        Step(do="token", name="first"),
        Step(do="token", code="${first.request.code}", expect=refused),
    ) == (
        "“first”: A token request with a fresh code goes to the token endpoint "
        "(authorization_url): this prepares the next step; when it is refused, the check is "
        "blocked.",
        "A token request with the same code goes to the token endpoint (authorization_url): "
        "it must be refused, with status 400 or 401 (status 403 is a warning at most).",
    )


def test_references_are_told_by_their_meaning_and_variants_are_listed() -> None:
    change = Change(set=(("redirect_uri", "${variant.uri}"), ("x", "${first.response.token}")))
    step = Step(do="authorize", change=change, expect=Expect(redirect_to="nowhere-new"))

    assert words(step, variants=({"uri": "${callback}/x"}, {"uri": ""})) == (
        "The browser goes to the authorize endpoint (client_url), with `redirect_uri` = `‹uri›` "
        "and `x` = `‹token of the answer to “first”›`: the browser must not be sent anywhere but "
        "to the registered callback.",
        "‹uri› takes the values `‹callback›/x`, the empty string, one after the other.",
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(remove=("code",)), ", without `code`"),
        (Change(headers=(("Authorization", None),)), ", without Authorization"),
        (Change(auth="none"), ", without the client's secret"),
        (Change(alter=(("code", "one-character"),)), ", `code` altered (one character)"),
        (Change(set=(("scope", ""),)), ", with an empty `scope`"),
        (Change(method="GET", encoding="query"), ", by GET, with its parameters in the address"),
        (Change(), ""),
    ],
)
def test_a_change_is_the_rest_of_a_sentence(change: Change, told: str) -> None:
    assert change_words(change) == told


def test_nothing_expected_is_told_as_nothing() -> None:
    assert expect_words(Expect()) == ""


@pytest.mark.parametrize(
    ("kind", "phrases"), [(Change, CHANGES), (Expect, EXPECTATIONS)], ids=["change", "expect"]
)
def test_every_phrase_is_about_a_field_that_exists(
    kind: type[Change] | type[Expect], phrases: Mapping[str, Phrase]
) -> None:
    assert phrases.keys() <= {field.name for field in fields(kind)}


def test_a_field_without_a_phrase_is_told_by_its_name() -> None:
    told = differing(Expect(other_body_than="first", error=("a", "b")), Expect(), {})

    assert told == ["error a, b", "other body than first"]


def test_every_expectation_of_a_built_in_probe_has_a_phrase() -> None:
    probes, usual = load_library().probes, Expect()
    expected = [step.expect for probe in probes for step in probe.steps]
    expected += [expect for probe in probes for _, expect in probe.answers_of]
    names = {field.name for field in fields(Expect)}
    used = {n for n in names for one in expected if getattr(one, n) != getattr(usual, n)}

    assert used <= EXPECTATIONS.keys()


def test_every_built_in_probe_is_told_in_whole_sentences() -> None:
    for probe in load_library().probes:
        told = probe_words(probe)
        assert told, probe.file
        for sentence in told:
            assert sentence.endswith("."), (probe.file, sentence)
            assert "${" not in sentence, (probe.file, sentence)
            assert ": ." not in sentence, (probe.file, sentence)
