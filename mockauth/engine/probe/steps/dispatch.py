"""The steps of a trial, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.engine.probe.json_diff import volatile
from mockauth.engine.probe.steps.authorize import authorize
from mockauth.engine.probe.steps.context import Said, Trial, outcome_of
from mockauth.engine.probe.steps.every_operation import call_every_operation
from mockauth.engine.probe.steps.judge import judge
from mockauth.engine.probe.steps.race import race
from mockauth.engine.probe.steps.request import keep_grant, request_of, send
from mockauth.engine.probe.steps.tls import shake_hands
from mockauth.engine.probe.variables import Missing
from mockauth.scenario.model import Step
from mockauth.wire.words import say

EXPIRY_MARGIN = 1.5
"""Seconds to wait beyond a lifetime: servers round up."""


def run_trial(trial: Trial) -> Iterator[Finding | Seen]:
    """Send every step, in order. What one shows stands, even when a later one cannot be made.

    Raises:
        Blocked: a step could not be made, or its control failed.
        NotApplicable: the target does not have what the probe is about.
    """
    for step in trial.probe.steps:
        trial.step = step
        with trial.subject.during("altered", trial.probe.rule.id):
            try:
                found = take_step(trial, step)
            except Missing:
                if not step.optional:
                    raise
                continue
        if step.expect.tolerated_always:
            found = [replace(f, tolerated=True) if isinstance(f, Finding) else f for f in found]
        yield from found
        if trial.ended is not None:
            yield trial.ended
            return


def take_step(trial: Trial, step: Step) -> Said:
    """Take one step of the probe."""
    if step.do == "authorize":
        return authorize(trial, step)
    if step.do == "wait":
        wait(trial, step)
        return []
    if step.do == "handshake":
        return shake_hands(trial, step)
    if step.operation == "every":
        return call_every_operation(trial, step)
    if step.at_once:
        return race(trial, step)
    if step.expect.like and step.expect.like not in trial.material.done:
        raise Missing(f"the step {step.expect.like} was left out")
    exchanges = [send(trial, step, request_of(trial, step)) for _ in range(step.repeat)]
    exchange = exchanges[-1]
    if outcome_of(exchange) == "refused" and not step.otherwise.is_empty:
        exchange = send(trial, step, request_of(trial, replace(step, change=step.otherwise)))
    if step.given == "repeatable":
        trial.volatile = volatile([e.answer for e in exchanges])
        if () in trial.volatile:
            raise Blocked(say("the same request gets another answer each time"))
    trial.material.done[step.name] = exchange
    if step.do in ("token", "refresh"):
        keep_grant(trial, exchange)
    return judge(trial, step, exchange, outcome_of(exchange), exchange.outcome)


def wait(trial: Trial, step: Step) -> None:
    """Let the time go by that a step names."""
    seconds = float(step.seconds)
    if step.until == "access-token-expires":
        lifetime = trial.material.grant.expires_in or trial.subject.grant.expires_in
        if lifetime is None:
            raise Blocked(say("the token answer has no expires_in"))
        seconds += lifetime + EXPIRY_MARGIN
    trial.subject.clock.sleep(seconds)
