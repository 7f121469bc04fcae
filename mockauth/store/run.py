"""A finished run of the checks, kept as its masked JSON report, and two of them compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

BAD = frozenset({"fail", "warn", "error"})
GOOD = frozenset({"pass", "info"})
"""A check that is blocked, n/a or waived now has not been fixed."""


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
    """What changed from one run to a later one: ids of checks, in the order of the later report."""

    new: tuple[str, ...]
    fixed: tuple[str, ...]
    """Found before, and right now."""
    still: tuple[str, ...]
    unjudged: tuple[str, ...]
    """Found before, and now blocked, waived, not applicable or not part of the run."""


def compared(old: Run, new: Run) -> Comparison:
    """What changed from `old` to `new`."""
    before, after = old.states, new.states
    were = [name for name, state in before.items() if state in BAD]
    are = [name for name, state in after.items() if state in BAD]
    return Comparison(
        new=tuple(name for name in are if before.get(name) not in BAD),
        fixed=tuple(name for name in were if after.get(name) in GOOD),
        still=tuple(name for name in are if before.get(name) in BAD),
        unjudged=tuple(name for name in were if after.get(name) not in BAD | GOOD),
    )


def _members(report: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(report)
    return members
