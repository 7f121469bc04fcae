"""A finished run of the checks, kept as its masked JSON report, and two of them compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import uuid4

GRAVITY: Mapping[str, int] = MappingProxyType(
    {"pass": 0, "info": 0, "warn": 1, "fail": 2, "error": 2}
)
"""How bad a state is that judges. A check that is blocked, n/a or waived now has not been fixed."""


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """A line of the list of runs."""

    id: str = field(default_factory=lambda: uuid4().hex)
    installation: str | None
    """None for a run of the command line, or when the plugin is not installed any more."""
    target: str
    started: float
    duration_ms: int
    exit_code: int
    profile: str = ""
    """`plugin`, `action`, `mcp`; "" for a run of an older mockauth."""
    counts: Mapping[str, int]
    """How many checks are in each state."""

    def is_like(self, other: RunSummary) -> bool:
        """Whether the same checks judged both, as far as it is known."""
        return "" in (self.profile, other.profile) or self.profile == other.profile


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run with its report."""

    summary: RunSummary
    report: str
    """JSON of the schema mockauth-run/1, masked by who made it."""

    @property
    def states(self) -> dict[str, str]:
        """The state of each check, by id."""
        return {one["id"]: one["state"] for one in _members(self.report).get("checks", ())}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What changed from one run to a later one: ids of checks, in the order of a report."""

    worse: tuple[str, ...]
    """Found now and not before, or a failure that was a warning."""
    better: tuple[str, ...]
    """Found before and right now, or a warning that was a failure."""
    still: tuple[str, ...]
    unjudged: tuple[str, ...]
    """Found before, and now blocked, waived, not applicable or not part of the run; or right before
    and blocked now."""


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> Comparison:
    """What changed between the states of the checks of two runs, by their ids."""
    was = {name: GRAVITY.get(state, 0) for name, state in before.items()}
    now = {name: GRAVITY[state] for name, state in after.items() if state in GRAVITY}
    return Comparison(
        worse=tuple(name for name, grave in now.items() if grave > was.get(name, 0)),
        better=tuple(name for name in was if name in now and now[name] < was[name]),
        still=tuple(name for name, grave in now.items() if grave and grave == was.get(name, 0)),
        unjudged=tuple(name for name in before if _is_lost(name, before, after)),
    )


def _is_lost(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether what was judged before is no longer known. A check that was right may be left out."""
    if before[name] not in GRAVITY or after.get(name) in GRAVITY:
        return False
    return GRAVITY[before[name]] > 0 or after.get(name) == "blocked"


def _members(report: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(report)
    return members
