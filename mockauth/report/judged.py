"""A finished run as a value for Python: what the JSON report holds, without secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from mockauth.errors import UsageError
from mockauth.report.formats.document import BROKEN, found_in, read_document
from mockauth.report.json_report import text_of
from mockauth.wire.one_line import one_line

MOST_TOLD = 10
"""Checks that a message tells in full."""
MOST_PLACES = 3
"""Places of one check that a message names."""
MOST_SHOWN = 300
"""Characters of a value in a message."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place where a rule is broken. `at` is a JSON pointer or an endpoint, `place` is
    `file:line:column` where there is a file."""

    expected: str
    actual: str
    at: str = ""
    place: str = ""
    exchanges: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The verdict on one rule. `state` is pass, fail, warn, info, blocked, n/a, error or waived; the
    reason of a blocked or an n/a one stands in `actual`. `exchanges` are the numbers of those that
    show it."""

    id: str
    state: str
    level: str
    title: str
    expected: str
    actual: str
    why: str
    fix: str
    chatgpt_shows: str = ""
    refs: tuple[str, ...] = ()
    blocked_by: str = ""
    """The option that it needs; "" where the target's behaviour blocked it."""
    waiver: Mapping[str, Any] | None = None
    places: tuple[Place, ...] = ()
    exchanges: tuple[int, ...] = ()
    caused_by: tuple[str, ...] = ()
    """The checks whose failure explains this one."""

    @property
    def is_broken(self) -> bool:
        """Whether it failed, or mockauth failed in it."""
        return self.state in BROKEN

    @property
    def area(self) -> str:
        """The part of the id before its dot."""
        return self.id.partition(".")[0]

    def told(self) -> str:
        """The verdict in a few lines: what is required, expected, found, and the fix."""
        lines = [f"{self.state.upper()} {self.id} ({self.level or 'no level'})"]
        lines += _rows({"rule": self.title, "source": ", ".join(self.refs)})
        usual = Place(expected=self.expected, actual=self.actual)
        for one in self.places[:MOST_PLACES] or (usual,):
            shown = {"expected": one.expected, "actual": one.actual, "at": one.place or one.at}
            lines += _rows(shown)
        if len(self.places) > MOST_PLACES:
            lines.append(f"  and at {len(self.places) - MOST_PLACES} more places")
        shows = f"shows: {self.chatgpt_shows}" if self.chatgpt_shows else ""
        return "\n".join([*lines, *_rows({"ChatGPT": shows, "fix": self.fix})])


@dataclass(frozen=True)
class Report:
    """What a run found. `members` are those of the JSON report; it can be pickled and compared."""

    members: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that `to_json` or `--report json=…` wrote.

        Raises:
            UsageError: it is no report of this kind.
        """
        return cls(read_document(text))

    def to_json(self) -> str:
        """The report as `--report json=…` writes it."""
        return text_of(self.members)

    @property
    def ok(self) -> bool:
        """Whether `mockauth check` would exit with 0: something was judged, and nothing failed."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 3 nothing could be judged."""
        return int(self.members["gate"]["exit_code"])

    @property
    def verdict(self) -> str:
        """The last line of the report: whether ChatGPT can sign in."""
        return str(self.members["verdict"])

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the exit code is not 0, one sentence each."""
        return tuple(self.members["gate"]["reasons"])

    @property
    def summary(self) -> Mapping[str, int]:
        """How many checks are in each state."""
        return MappingProxyType(self.members["summary"])

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """What is broken: causes before what follows from them, the gravest level first."""
        return tuple(map(_result, found_in(self.members, BROKEN)))

    @property
    def exchanges(self) -> Sequence[Mapping[str, Any]]:
        """Every request and its answer, masked; `n` is the number that checks name."""
        found: Sequence[Mapping[str, Any]] = self.members["exchanges"]
        return found

    def __iter__(self) -> Iterator[CheckResult]:
        return map(_result, self.members["checks"])

    def __len__(self) -> int:
        return len(self.members["checks"])

    def __contains__(self, id: object) -> bool:
        return any(one["id"] == id for one in self.members["checks"])

    def __getitem__(self, id: str) -> CheckResult:
        """The result of one check.

        Raises:
            KeyError: the run did not have it; it names the nearest one.
        """
        for one in self.members["checks"]:
            if one["id"] == id:
                return _result(one)
        near = get_close_matches(id, [one["id"] for one in self.members["checks"]], n=1)
        raise KeyError(f"{id}{f'; did you mean {near[0]}?' if near else ''}")

    def select(self, select: str | Sequence[str]) -> tuple[CheckResult, ...]:
        """The checks of these ids and areas; one string may name several with commas.

        Raises:
            UsageError: a name is none; else a typing error would read as a pass.
        """
        words = [select] if isinstance(select, str) else [*select]
        names = [name.strip() for word in words for name in word.split(",") if name.strip()]
        for name in names:
            if not any(name in (one.id, one.area) for one in self):
                raise UsageError(f"select {name}: this run has no check and no area of that name")
        return tuple(one for one in self if {one.id, one.area} & set(names))

    def assert_ok(self, select: str | Sequence[str] = ()) -> None:
        """See that the run is clean, or that the checks of these ids and areas are.

        Raises:
            AssertionError: it is not; the message names causes first, with expected, actual, fix.
            UsageError: `select` names no check.
        """
        __tracebackhide__ = True
        if select:
            self._assert_chosen(self.select(select))
        elif not self.ok:
            raise AssertionError(self._told(self.failures))

    def _assert_chosen(self, chosen: Sequence[CheckResult]) -> None:
        __tracebackhide__ = True
        broken = [one for one in self.failures if one in chosen]
        if broken:
            raise AssertionError(self._told(broken))
        if all(one.state in ("blocked", "n/a") for one in chosen):
            unjudged = "\n".join(f"{one.id}: {one.state}: {one.actual}" for one in chosen)
            raise AssertionError(f"none of the chosen checks was judged\n{unjudged}")

    def _told(self, broken: Sequence[CheckResult]) -> str:
        told = [one for one in broken if not one.caused_by][:MOST_TOLD] or broken[:MOST_TOLD]
        others = [one.id for one in broken if one not in told]
        parts = [self.verdict, *(one.told() for one in told)]
        if others:
            parts.append(f"also broken: {', '.join(others)}")
        named = {f"{one.id}:" for one in broken}
        rest = [one for one in self.reasons if one.split(" ", 1)[0] not in named]
        if rest and not self.ok:
            parts.append("\n".join(f"gate: {one}" for one in rest[:MOST_TOLD]))
        return "\n\n".join(parts)


def _result(members: Mapping[str, Any]) -> CheckResult:
    kept = ("id", "state", "title", "expected", "actual", "why", "fix", "chatgpt_shows")
    return CheckResult(
        **{name: members[name] for name in kept},
        level=members["level"] or "",
        refs=tuple(members["refs"]),
        blocked_by=members["blocked_by"],
        waiver=members["waiver"],
        places=tuple(map(_place, members["findings"])),
        exchanges=tuple(members["exchanges"]),
        caused_by=tuple(members.get("caused_by", ())),
    )


def _place(members: Mapping[str, Any]) -> Place:
    return Place(
        expected=members["expected"],
        actual=members["actual"],
        at=members["at"],
        place=members["place"],
        exchanges=tuple(members["exchanges"]),
    )


def _rows(shown: Mapping[str, str]) -> list[str]:
    return [f"  {name:9} {one_line(text)[:MOST_SHOWN]}" for name, text in shown.items() if text]
