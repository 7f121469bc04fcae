"""What `--select` and `--ignore` take."""

from __future__ import annotations

import pytest

from mockauth.checks.rule import Rule, levels
from mockauth.engine.selection import check_words, selected
from mockauth.errors import UsageError


def rule(id: str, *refs: str) -> Rule:
    """A rule of that id, resting on those sources."""
    return Rule(id=id, title="t", levels=levels("MMM"), refs=refs, why="w", fix="f", kind="read")


RULES = (
    rule("token.code-single-use", "RFC6749-4.1.2"),
    rule("token.form-accepted", "RFC6749-4.1.3", "OAI-plugin-auth"),
    rule("page.frame-guard", "RFC9700-4.16"),
)


def ids(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> list[str]:
    """The ids that are left in."""
    return [one.id for one in RULES if selected(one, select, ignore)]


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("token", ["token.code-single-use", "token.form-accepted"]),
        ("token.code-single-use", ["token.code-single-use"]),
        ("RFC6749-4.1.2", ["token.code-single-use"]),
        ("RFC6749", ["token.code-single-use", "token.form-accepted"]),
        ("OAI-plugin-auth", ["token.form-accepted"]),
    ],
)
def test_an_id_an_area_a_section_and_a_document_select(word: str, named: list[str]) -> None:
    assert ids((word,)) == named


def test_what_is_ignored_is_out_even_when_it_is_selected() -> None:
    assert ids(("token",), ("OAI-plugin-auth",)) == ["token.code-single-use"]


def test_without_words_everything_is_selected() -> None:
    assert len(ids()) == len(RULES)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("tokn", "did you mean token?"),
        ("token.code-singel-use", "did you mean token.code-single-use?"),
        ("RFC6794", "did you mean RFC6749?"),
        ("qqqqqq", "`mockauth checks` lists them"),
    ],
)
def test_a_word_that_names_nothing_is_an_error_with_a_suggestion(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as wrong:
        check_words("--ignore", ("token", word), RULES)

    assert str(wrong.value).startswith(f"--ignore {word}: no check, area or source is called that")
    assert hint in str(wrong.value)
