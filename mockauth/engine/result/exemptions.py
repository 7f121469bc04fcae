"""The policy of a run: waivers and the baseline, applied to verdicts.

| listed rule | waiver, in time | waiver, expired | baseline |
|---|---|---|---|
| fails or warns | waived | counts, and the waiver is a finding | waived; a listed warn that fails counts |
| passes | finding: stale | finding: stale | finding: stale |
| blocked, n/a, error | as it is | as it is, and the waiver is a finding | as it is, stays listed |
| not run | – | – | – |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mockauth.checks.rule import Rule
from mockauth.engine.result.baseline import KNOWN, Baseline
from mockauth.engine.result.result import PolicyFinding, Result
from mockauth.engine.result.waiver import Waiver
from mockauth.engine.selection import check_words, did_you_mean
from mockauth.errors import UsageError
from mockauth.wire.words import own, say


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may stay broken on the day `today` (UTC)."""

    waivers: tuple[Waiver, ...]
    baseline: Baseline
    today: date

    def applied(self, result: Result) -> Result:
        """`result`, waived when it fails or warns and may. A blocked one is never excused."""
        waiver = self._leave(result)
        if waiver is None or result.state not in KNOWN:
            return result
        return replace(result, state="waived", waived_state=result.state, waiver=waiver)

    def findings(self, results: Sequence[Result]) -> Iterator[PolicyFinding]:
        """What is wrong with the lists themselves: expired, stale, or outdone."""
        by_id = {result.rule.id: result for result in results}
        for waiver in self.waivers:
            if waiver.id in by_id:
                yield from _of_waiver(waiver, by_id[waiver.id], self.today)
        for check in self.baseline.states:
            if check in by_id:
                yield from _of_baseline(self.baseline, check, by_id[check])

    def _leave(self, result: Result) -> Waiver | None:
        check = result.rule.id
        named = [waiver for waiver in self.waivers if waiver.id == check]
        if named:
            # An expired waiver is not replaced by the baseline: what expired must come up.
            return None if _expired(named[0], self.today) else named[0]
        listed = self.baseline.states.get(check)
        if listed is None or (listed == "warn" and result.state == "fail"):
            return None
        return Waiver(
            id=check, reason="baseline", until=None, place=self.baseline.file, kind="baseline"
        )


def policy_at(now: float, waivers: tuple[Waiver, ...], baseline: Baseline | None) -> Policy:
    """The policy at a moment, in seconds since the epoch."""
    today = datetime.fromtimestamp(now, UTC).date()
    return Policy(waivers=waivers, baseline=baseline or Baseline(), today=today)


def check_ids(policy: Policy, known: Collection[str]) -> None:
    """Make sure that only rules that exist are excused.

    Raises:
        UsageError: naming every unknown id with its file.
    """
    places = [(waiver.id, waiver.place) for waiver in policy.waivers]
    places += [(check, f"{policy.baseline.file}: {check}") for check in policy.baseline.states]
    problems = [
        f"{place}: no check is called {check}{did_you_mean(check, known)}"
        for check, place in places
        if check not in known
    ]
    if problems:
        raise UsageError(*problems)


def check_names(
    select: Sequence[str], ignore: Sequence[str], policy: Policy, rules: Sequence[Rule]
) -> None:
    """Make sure that all that is selected, ignored or excused exists.

    Raises:
        UsageError: naming what does not.
    """
    check_words("--select", select, rules)
    check_words("--ignore", ignore, rules)
    check_ids(policy, {rule.id for rule in rules})


def _expired(waiver: Waiver, today: date) -> bool:
    return waiver.until is not None and waiver.until < today


def _of_waiver(waiver: Waiver, result: Result, today: date) -> Iterator[PolicyFinding]:
    if result.raw_state == "pass":
        yield PolicyFinding(
            id=waiver.id,
            kind="stale",
            text=say("{}: {} is waived but passes", waiver.place, own(waiver.id)),
            fix=say("Remove the waiver."),
        )
    elif _expired(waiver, today):
        yield PolicyFinding(
            id=waiver.id,
            kind="expired",
            text=say(
                "{}: the waiver of {} expired on {}",
                waiver.place,
                own(waiver.id),
                own(str(waiver.until)),
            ),
            fix=say("Fix the problem and remove the waiver, or give it a new date and reason."),
        )


def _of_baseline(baseline: Baseline, check: str, result: Result) -> Iterator[PolicyFinding]:
    if result.raw_state == "pass":
        yield PolicyFinding(
            id=check,
            kind="stale",
            text=say(
                "{}: {} is listed as {} but passes",
                baseline.file,
                own(check),
                own(baseline.states[check]),
            ),
            fix=say("Remove its line, or write the file again with --write-baseline."),
        )
    elif result.state == "fail" and baseline.states[check] == "warn":
        yield PolicyFinding(
            id=check,
            kind="worse",
            text=say("{}: {} is listed as warn but fails now", baseline.file, own(check)),
            fix=say("Fix what has become worse."),
        )
