"""The steps of a run, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.finding import Blocked, NoOtherForm
from mockauth.engine.probe.json_diff import volatile
from mockauth.engine.probe.registered import registered_by
from mockauth.engine.probe.steps.authorize import authorize
from mockauth.engine.probe.steps.context import Came, ProbeRun, StepResult, tolerated
from mockauth.engine.probe.steps.document import describe, with_fetches
from mockauth.engine.probe.steps.every_operation import call_every_operation
from mockauth.engine.probe.steps.judge import judge
from mockauth.engine.probe.steps.mcp_step import in_own_session
from mockauth.engine.probe.steps.race import race
from mockauth.engine.probe.steps.request import keep_grant, request_of, send
from mockauth.engine.probe.steps.tls import shake_hands
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target.mcp import judged_by
from mockauth.scenario.model import Step
from mockauth.wire import Exchange, Request
from mockauth.wire.trace import Purpose
from mockauth.wire.words import own, say

EXPIRY_MARGIN = 1.5
"""Seconds to wait beyond a lifetime: servers round up."""


def take_steps(run: ProbeRun) -> Iterator[StepResult]:
    """Take every step, in order. What one shows stands, even when a later one cannot be made.

    Raises:
        Blocked: a step could not be made, or its control failed.
        NotApplicable: the target does not have what the probe is about.
    """
    for step in run.probe.steps:
        if step.revisions and judged_by(run.subject) not in step.revisions:
            continue
        with run.subject.during(_purpose_of(step), run.probe.rule.id):
            try:
                result = take_step(run, step)
            except (Missing, NoOtherForm):
                if not step.optional:
                    raise
                continue
        result = with_fetches(run, step, result)
        yield tolerated(result) if step.expect.tolerated_always else result
        if result.ended or result.stale:
            return


def _purpose_of(step: Step) -> Purpose:
    """A step that asks whether the server has what the probe is about alters nothing: its refusal
    is no refusal of a wrong request."""
    return "control" if step.given == "feature" and step.expect.is_empty else "altered"


def take_step(run: ProbeRun, step: Step) -> StepResult:
    """Take one step of the probe."""
    if step.do == "authorize":
        return authorize(run, step)
    if step.do == "document":
        describe(run, step)
        return StepResult()
    if step.do == "wait":
        wait(run, step)
        return StepResult()
    if step.do == "handshake":
        return StepResult(observations=shake_hands(run, step))
    if step.operation == "every":
        return StepResult(observations=call_every_operation(run, step))
    if step.at_once:
        return StepResult(observations=race(run, step))
    return _send_and_judge(run, step)


def _send_and_judge(run: ProbeRun, step: Step) -> StepResult:
    material = run.material
    if step.expect.like and step.expect.like not in material.done:
        raise Missing(say("the step {} was left out", own(step.expect.like)))
    exchanges, is_owned = [], False
    for _ in range(step.repeat):
        prepared = request_of(run, step)
        is_owned = prepared.is_owned
        before = _registered_before(run, step, prepared.request)
        exchanges.append(before or send(run, step, prepared.request))
    exchange = exchanges[-1]
    if run.outcome_of(exchange) == "refused" and not step.otherwise.is_empty:
        other = request_of(run, replace(step, change=step.otherwise))
        exchange = send(run, step, other.request)
    exchange = _in_own_session(run, step, exchange)
    if step.given == "repeatable":
        material.volatile = volatile([e.answer for e in exchanges])
        if () in material.volatile:
            raise Blocked(say("the same request gets another answer each time"))
    material.done[step.name] = exchange
    if step.do in ("token", "refresh"):
        keep_grant(run, exchange)
    if step.do == "register":
        material.registered = registered_by(run.subject, exchange)
    came = Came(
        exchange=exchange,
        outcome=run.outcome_of(exchange),
        seen=exchange.outcome,
        is_owned=is_owned,
    )
    return judge(run, step, came)


def _registered_before(run: ProbeRun, step: Step, request: Request) -> Exchange | None:
    """The same registration by another probe, which is not sent again: servers limit how many there may be."""
    if step.given != "unless-kept":
        return None
    made = run.subject.driver.trace.select("register", purpose="altered")
    same = (e for e in made if e.request.raw == request.raw and e.answer.ok)
    return next(same, None)


def _in_own_session(run: ProbeRun, step: Step, exchange: Exchange) -> Exchange:
    """What came of the call; where it was refused in a session of another user, what comes of it in
    one's own."""
    if run.outcome_of(exchange) != "refused" or exchange.answer.status == 401:
        return exchange
    again = in_own_session(run, step, exchange.request)
    return send(run, step, again) if again else exchange


def wait(run: ProbeRun, step: Step) -> None:
    """Let the time go by that a step names."""
    seconds = float(step.seconds)
    if step.until == "access-token-expires":
        lifetime = run.material.grant.expires_in or run.subject.grant.expires_in
        if lifetime is None:
            raise Blocked(say("the token answer has no expires_in"))
        seconds += lifetime + EXPIRY_MARGIN
    target = run.subject.target
    if target.slow and seconds > target.patience + EXPIRY_MARGIN:
        raise Blocked(
            say("needs to wait for {:.0f} s: give --slow {:.0f}", seconds, seconds + 1),
            by_option="--slow",
        )
    run.subject.driver.budget.require(seconds)
    run.subject.clock.sleep(seconds)
