"""The words of `--select` and `--ignore`: ids, areas, or sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from mockauth.checks.rule import Rule
from mockauth.checks.source import covers, documents
from mockauth.errors import UsageError


def names(word: str, rule: Rule) -> bool:
    """Whether `word` is the rule's id, its area, or a source it rests on (`RFC6749` covers all its
    sections)."""
    return word in (rule.id, rule.area) or any(covers(word, ref) for ref in rule.refs)


def selected(rule: Rule, select: Sequence[str], ignore: Sequence[str]) -> bool:
    """Whether the words leave this rule in. No `select` at all selects everything."""
    chosen = not select or any(names(word, rule) for word in select)
    return chosen and not any(names(word, rule) for word in ignore)


def check_words(option: str, words: Sequence[str], rules: Sequence[Rule]) -> None:
    """Make sure that every word names a rule.

    Raises:
        UsageError: for a word that names none; it suggests the nearest.
    """
    for word in words:
        if not any(names(word, rule) for rule in rules):
            raise UsageError(
                f"{option} {word}: no check, area or source is called that{near(word, rules)}; "
                "`mockauth checks` lists them"
            )


def near(word: str, rules: Sequence[Rule]) -> str:
    """The end of a sentence that suggests the id, area or source most like `word`."""
    refs = {known for rule in rules for ref in rule.refs for known in documents(ref)}
    known = {rule.id for rule in rules} | {rule.area for rule in rules} | refs
    return did_you_mean(word, known)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean …?" for the known word nearest to `word`, or ""."""
    lower = {one.lower(): one for one in known}
    close = get_close_matches(word.lower()[:80], lower, n=1)
    return f"; did you mean {lower[close[0]]}?" if close else ""
