"""A step that sends one request many times at once."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.probe.steps.request import request_of
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.words import say

ROUNDS = 3
"""Rounds of a race: one try alone may miss the gap."""


def race(run: ProbeRun, step: Step) -> Observations:
    """Send copies of one request at once, a few rounds of them."""
    said: Observations = []
    for number in range(ROUNDS):
        if number:
            run.material.code = ""
            run.material.grant = replace(run.material.grant, refresh_token="")
        request = request_of(run, step).request
        copies = [request] * step.repeat
        exchanges = run.subject.driver.send_all(copies, step.do)  # type: ignore[arg-type]  # token or refresh
        said += _winners(run, step, exchanges)
        if any(isinstance(item, Finding) and not item.tolerated for item in said):
            break
    return said


def _winners(run: ProbeRun, step: Step, exchanges: list[Exchange]) -> Observations:
    outcomes = [run.outcome_of(exchange) for exchange in exchanges]
    numbers = tuple(exchange.n for exchange in exchanges)
    won = outcomes.count("accepted")
    seen = say("{} of {} requests at once got a token", won, len(exchanges))
    if "limited" in outcomes:
        raise Blocked(say("the server answered 429 (too many requests); probing was stopped"))
    if "broken" in outcomes:
        seen += say(", {} failed with 5xx or broke off", outcomes.count("broken"))
    if step.expect.winners == "any":
        made = run.finding(step, seen, numbers) if "broken" in outcomes else None
        return [made or Seen(actual=seen, exchanges=numbers)]
    if won > 1:
        return [run.finding(step, seen, numbers)]
    if won == 0:
        return [replace(run.finding(step, seen, numbers), tolerated=True)]
    return [Seen(actual=seen, exchanges=numbers)]
