"""A step that calls every operation of the API without a token."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.owned_object import owned_url
from mockauth.engine.probe.steps.context import Observations, ProbeRun, outcome_of
from mockauth.engine.probe.steps.control_request import without_headers_of_chatgpt
from mockauth.engine.probe.steps.request import send
from mockauth.engine.target import requests
from mockauth.manifest.openapi import Operation
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import say


def call_every_operation(run: ProbeRun, step: Step) -> Observations:
    """Call all operations without a token, those that change nothing first."""
    subject = run.subject
    operations = subject.target.openapi.operations if subject.target.openapi else ()
    closed = [operation for operation in operations if not operation.is_open]
    if not closed:
        raise NotApplicable(say("the OpenAPI document names no operation that needs sign-in"))
    known_id = _known_id(run)
    said: Observations = []
    for operation in sorted(closed, key=lambda o: not o.is_safe):
        broken = any(isinstance(item, Finding) for item in said)
        if broken and not operation.is_safe:
            break  # an open API is not asked to change anything
        request = requests.operation_request(subject, operation, None, known_id)
        exchange = send(run, step, mutate(request, step.change, run.material.lookup))
        said += _unprotected(run, step, operation, exchange)
    if not said:
        raise Blocked(
            say("no operation answered 401 or 403; each refused for another reason or failed")
        )
    return said


def _unprotected(
    run: ProbeRun, step: Step, operation: Operation, exchange: Exchange
) -> Observations:
    status = exchange.answer.status
    name = say("{} {}", operation.method, operation.path)
    if outcome_of(exchange) == "limited":
        raise Blocked(say("the server answered 429 (too many requests); probing was stopped"))
    plain = without_headers_of_chatgpt(run, exchange) if exchange.answer.ok else None
    if plain is not None and plain.answer.status in (401, 403):
        seen = say("{}: refused without ChatGPT's own headers ({})", name, plain.outcome)
        return [Seen(actual=seen, exchanges=(exchange.n, plain.n))]
    if exchange.answer.ok:
        return [
            run.finding(step, say("{}: {} without a token", name, exchange.outcome), (exchange.n,))
        ]
    if exchange.answer.is_redirect:
        seen = say("{}: a redirect ({}) instead of 401", name, status)
        return [replace(run.finding(step, seen, (exchange.n,)), tolerated=True)]
    if status in (401, 403):
        return [Seen(actual=say("{}: {}", name, exchange.outcome), exchanges=(exchange.n,))]
    return []  # 400, 404, 405, 422: refused for another reason, which tells nothing


def _known_id(run: ProbeRun) -> str:
    """The id of an object that exists, so that a missing one is not what refuses; "" for none."""
    try:
        return without_query(owned_url(run.subject)).rpartition("/")[2]
    except Blocked:
        return ""
