"""What was found wrong, ready to be shown: without secrets, on one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from mockauth.engine.result.result import Result
from mockauth.wire.secret import Secrets
from mockauth.wire.words import render

SHOWN = ("fail", "warn", "error")
Places = Mapping[str, tuple[int, int]]
"""Line and column, from 1, of what `at` of a finding names."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One place where a rule is broken. `line` and `column` count from 1; 0 is not known."""

    id: str
    state: str
    level: str
    title: str
    expected: str
    actual: str
    why: str
    fix: str
    at: str = ""
    line: int = 0
    column: int = 0
    shows: str = ""
    """What ChatGPT would have shown."""
    is_particular: bool = False
    """`fix` is about this finding; otherwise it is the usual one of the rule."""

    @property
    def is_fatal(self) -> bool:
        """Whether ChatGPT, or a rule that must hold, stops here."""
        return self.state != "warn"

    @property
    def hinders_login(self) -> bool:
        """Whether it is a warning of what was read that may keep users from signing in."""
        is_of_auth = self.at.startswith("/auth/") and not self._is_of_install
        # The token answer names its endpoint there; what is odd in one that works hinders nobody.
        return not self.is_fatal and is_of_auth and not self.id.startswith("grant.")

    @property
    def _is_of_install(self) -> bool:
        return self.at.startswith("/auth/verification_tokens")


def remarks(
    results: Iterable[Result], secrets: Secrets, places: Places, *, profile: str = "plugin"
) -> tuple[Remark, ...]:
    """What is shown of these results: failures first, then warnings; nothing of what holds."""
    found = [
        one
        for result in results
        if result.state in SHOWN
        for one in _of(result, secrets, places, profile)
    ]
    return tuple(sorted(found, key=lambda one: not one.is_fatal))


def _of(result: Result, secrets: Secrets, places: Places, profile: str) -> Iterator[Remark]:
    def shown(text: str) -> str:
        return render(text, secrets, profile=profile)

    rule = result.rule
    wheres = [(f.expected, f.actual, f.fix, f.at, f.shows) for f in result.findings]
    usual = (result.expected, result.actual, "", result.at, "")
    for expected, actual, fix, at, shows in wheres or [usual]:
        line, column = _place(str(at), places)
        yield Remark(
            id=rule.id,
            state=result.state,
            level=result.level or "",
            title=shown(rule.title),
            expected=shown(expected),
            actual=shown(actual),
            why=shown(rule.why),
            fix=shown(fix or rule.fix),
            at=shown(at),
            line=line,
            column=column,
            shows=shown(shows or rule.chatgpt_shows),
            is_particular=bool(fix),
        )


def by_rule(found: Iterable[Remark]) -> tuple[tuple[Remark, ...], ...]:
    """The remarks of each rule together, in the order in which the rules come."""
    return tuple(tuple(group) for _, group in groupby(found, key=lambda one: one.id))


def parents(pointer: str) -> Iterator[str]:
    """A JSON Pointer, and those of all that it lies in, from the inside out."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _place(at: str, places: Places) -> tuple[int, int]:
    """Where it stands; a member that is missing would stand in its parent."""
    return next((places[one] for one in parents(at) if one in places), (0, 0))
