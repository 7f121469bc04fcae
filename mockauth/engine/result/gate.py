"""The gate: what a run's results mean for the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mockauth.engine.result.result import Result, Run
from mockauth.wire.words import own, say

FailOn = Literal["must", "should", "never"]


@dataclass(frozen=True)
class Gate:
    """An exit code and the reasons for it, one sentence each."""

    exit_code: int
    reasons: tuple[str, ...]


def gate(run: Run, *, fail_on: FailOn = "must", strict: bool = False) -> Gate:
    """Decide the exit code: 0 clean, 1 findings, 3 nothing could be judged; 128 and the number of
    the signal that ended the run early.

    A critical check that the target's behaviour blocked counts as a finding; one blocked because
    an option is missing only when `strict`. A waived result closes nothing; a waiver that expired, and a
    waiver or a line of the baseline that nothing needs any more, do.
    """
    if run.signal:
        return Gate(128 + run.signal, (run.stopped,))
    # A client that does not get in may show why: what is found broken says more than that.
    explained = run.role == "plugin" and any(r.state == "fail" for r in run.results)
    if run.stopped and not (explained and fail_on != "never"):
        return Gate(3, (run.stopped,))
    if not _judged_anything(run):
        return Gate(3, (say("nothing could be judged"),))
    reasons = tuple(
        reason for result in run.results if (reason := _reason(result, fail_on, strict))
    )
    if fail_on != "never":
        reasons += _unjudged(run)
        reasons += tuple(finding.text for finding in run.policy)
    return Gate(1 if reasons else 0, reasons)


def _judged_anything(run: Run) -> bool:
    """Static checks judge a document: they alone say that a service was judged only when nothing
    else was asked for."""
    asked = [r for r in run.results if r.rule.kind != "static" and r.state != "n/a"]
    return any(result.counts for result in asked or run.results)


def _reason(result: Result, fail_on: FailOn, strict: bool) -> str:
    check, level = own(result.rule.id), own(result.level or "")
    if result.state == "error":
        return say("{}: mockauth itself failed in this check", check)
    if fail_on == "never":
        return ""
    if result.state == "fail":
        return say("{}: {} broken", check, level)
    if result.state == "warn" and fail_on == "should":
        return say("{}: should broken", check)
    skipped = result.state == "blocked" and result.level == "critical" and result.blocked_by
    if skipped and strict:
        return say("{}: critical, but skipped without {}", check, own(result.blocked_by))
    return ""


def _unjudged(run: Run) -> tuple[str, ...]:
    """The critical checks that the target's behaviour blocked, in one sentence."""
    critical = [
        result
        for result in run.results
        if (result.state, result.level, result.blocked_by) == ("blocked", "critical", "")
    ]
    if not critical:
        return ()
    first = critical[0]
    if len(critical) == 1:
        return (say("{}: critical, and not judged: {}", own(first.rule.id), first.actual),)
    return (say("{} critical checks were not judged: {}", len(critical), first.actual),)
