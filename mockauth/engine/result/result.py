"""What a run found: one result per rule, and everything a report needs beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from mockauth.browser.landing import Landing
from mockauth.checks.finding import Finding
from mockauth.checks.rule import Rule
from mockauth.engine.result.today_facts import Today
from mockauth.engine.result.waiver import Waiver
from mockauth.profiles import Level, Profile
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets

State = Literal["pass", "fail", "warn", "info", "blocked", "n/a", "error", "waived"]
STATES: tuple[State, ...] = ("pass", "fail", "warn", "info", "blocked", "n/a", "error", "waived")
JUDGED: frozenset[State] = frozenset({"pass", "fail", "warn", "info", "waived"})
Confidence = Literal["", "proven", "likely"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """The verdict on one rule. `expected`, `actual`, `fix`, `at` are those of the first finding.

    `reason` of a blocked or n/a result stands in `actual`. `blocked_by` names the option whose
    absence is the whole reason why it is blocked, "" when the target's behaviour is.
    """

    rule: Rule
    state: State
    level: Level | None
    expected: str
    actual: str
    fix: str = ""
    at: str = ""
    exchanges: tuple[int, ...] = ()
    confidence: Confidence = ""
    blocked_by: str = ""
    findings: tuple[Finding, ...] = ()
    """Every place where the rule was broken."""
    waived_state: State | Literal[""] = ""
    """What a waived result would be without its waiver."""
    waiver: Waiver | None = None

    @property
    def raw_state(self) -> State:
        """The state that waivers and baseline do not change."""
        return self.waived_state or self.state

    @property
    def counts(self) -> bool:
        """Whether the rule was judged."""
        return self.state in JUDGED


@dataclass(frozen=True, kw_only=True)
class PolicyFinding:
    """Something wrong with the waivers or the baseline: `id` is the check that is listed there.

    `expired`: its date is past. `stale`: it passes. `worse`: listed as a warning, it fails.
    """

    id: str
    kind: Literal["expired", "stale", "worse"]
    text: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run. `started` is in seconds since the epoch, `duration_ms` in milliseconds.

    `notes` are assumptions the reader must know, such as URLs mapped to the server under test.
    `stopped` says why nothing, or not everything, could be judged; "" otherwise.
    """

    target: str
    profile: Profile
    auth: str
    started: float
    duration_ms: float
    results: tuple[Result, ...]
    trace: Trace
    secrets: Secrets
    notes: tuple[str, ...] = ()
    stopped: str = ""
    policy: tuple[PolicyFinding, ...] = ()
    role: Literal["chatgpt", "plugin"] = "chatgpt"
    """What mockauth played; as `plugin` it judged a client."""
    options: dict[str, str] = field(default_factory=dict)
    signal: int = 0
    """The signal that ended it early; 0 when none did."""
    budget_seconds: float | None = None
    """What it was allowed to take; None is without a bound."""
    login: Landing | None = None
    """Where the ordinary login ended, and what was pressed; None where none was tried."""
    today: Today | None = None
    """What was found out of an MCP server beside the results; None for any other target."""
    budget_spent: bool = False
    """Whether it took all of that, so that some checks are blocked."""

    @property
    def summary(self) -> dict[State, int]:
        """How many results are in each state, every state named."""
        counted = Counter(result.state for result in self.results)
        return {state: counted[state] for state in STATES}

    @property
    def unfit(self) -> int:
        """How many rules of this profile do not apply to the target; rules of others say nothing."""
        left = (result for result in self.results if result.state == "n/a")
        return sum(self.profile.name in result.rule.levels for result in left)

    @property
    def judged(self) -> tuple[Result, ...]:
        """The results that were judged."""
        return tuple(result for result in self.results if result.counts)

    @property
    def applicable(self) -> tuple[Result, ...]:
        """The results of rules that apply to this target."""
        return tuple(result for result in self.results if result.state != "n/a")
