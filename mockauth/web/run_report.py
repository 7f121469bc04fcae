"""A report as its page shows it: what failed first, what follows, and what was not judged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mockauth.engine.result.rank import SIGN_IN
from mockauth.store.run import Run
from mockauth.web.run_saved import is_whole

BROKEN = ("error", "fail")
LEVELS = ("critical", "must", "must-not", "should", "info")
MOST_EVIDENCE = 3
"""Exchanges that are shown of one check."""
WORDS = (
    ("fail", "failed"), ("error", "stopped by an error of mockauth"), ("warn", "warned"),
    ("waived", "waived"), ("info", "noted"), ("pass", "passed"), ("blocked", "not judged"),
    ("n/a", "not applicable"),
)  # fmt: skip
ASKED: Mapping[str, str] = MappingProxyType(
    {
        "--slow": "tick “Also the checks that wait or make load” in the form",
        "--other-client-id and --other-client-secret": "fill in the second client in the form",
        "--other-client-secret": "fill in the second client in the form",
        "--other-username and --other-password": "fill in the second user in the form",
        "--other-token": "fill in the key of a second user in the form",
        "--active": "tick “I may probe this service” in the form",
    }
)
"""What the form of a run has for an option of `mockauth check`."""

Check = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The parts of a report's page. Its texts are masked already."""

    verdict: str
    is_good: bool
    counts: str
    broken: Sequence[Check]
    warned: Sequence[Check]
    noted: Sequence[Check]
    waived: Sequence[Check]
    blocked: Sequence[tuple[str, Sequence[Check]]]
    """By reason."""
    needs_options: bool
    passed: Sequence[tuple[str, Sequence[Check]]]
    """By area."""
    unfit: Sequence[Check]
    notes: Sequence[str]
    exchanges: Mapping[int, Mapping[str, Any]]
    is_interrupted: bool
    is_whole: bool
    """Whether it can be saved in every format."""
    today: Mapping[str, Any] | None
    """What ChatGPT makes of an MCP server today, by revision; None for any other target."""


def report_of(run: Run) -> Report:
    """The report of a finished run."""
    members: dict[str, Any] = json.loads(run.report)
    checks: list[Check] = members["checks"]

    def of(*states: str) -> list[Check]:
        return [one for one in checks if one["state"] in states]

    return Report(
        verdict=members.get("verdict", ""),
        is_good=run.summary.exit_code == 0,
        counts=counted(run.summary.counts),
        broken=sorted(of(*BROKEN), key=_gravity),
        warned=sorted(of("warn"), key=_gravity),
        noted=of("info"),
        waived=of("waived"),
        blocked=_grouped(of("blocked"), _reason),
        needs_options=any(one["blocked_by"] for one in checks),
        passed=_grouped(of("pass"), lambda one: one["id"].partition(".")[0]),
        unfit=of("n/a"),
        notes=members.get("notes", ()),
        exchanges={one["n"]: one for one in members.get("exchanges", ())},
        is_interrupted=bool(members.get("interrupted")),
        is_whole=is_whole(members),
        today=members.get("today"),
    )


def counted(counts: Mapping[str, int]) -> str:
    """How many checks are in each state: "3 failed · 2 warned · 168 passed"."""
    return " · ".join(f"{counts[state]} {words}" for state, words in WORDS if counts.get(state))


def missing(check: Check) -> str:
    """What was in the way of a check, in the words of the form where it asks for it."""
    return ASKED.get(str(check["blocked_by"]), str(check["actual"]))


def evidence(report: Report, check: Check) -> Sequence[Mapping[str, Any]]:
    """The exchanges that show it, as far as the report has them."""
    numbers = check["exchanges"][:MOST_EVIDENCE]
    return [report.exchanges[number] for number in numbers if number in report.exchanges]


def _gravity(check: Check) -> tuple[bool, bool, int]:
    """What stops a sign-in comes first, then by level; practice last."""
    level = check["level"]
    place = LEVELS.index(level) if level in LEVELS else len(LEVELS)
    return check["id"] not in SIGN_IN, bool(check["practice"]), place


def _reason(check: Check) -> str:
    """The option that it needs, else what was in the way."""
    return str(check["blocked_by"] or check["actual"])


def _grouped(checks: Iterable[Check], key: Any) -> list[tuple[str, Sequence[Check]]]:
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(key(check), []).append(check)
    order = Counter({name: len(found) for name, found in groups.items()})
    return [(name, groups[name]) for name, _ in order.most_common()]
