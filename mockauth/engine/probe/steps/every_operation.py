"""A step that calls every operation of the API without a token."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.record import asks_to_log_in
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.owned_object import owned_url
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.probe.steps.control_request import without_headers_of_chatgpt
from mockauth.engine.probe.steps.request import send
from mockauth.engine.target import requests
from mockauth.engine.target.operations import api_operations
from mockauth.manifest.openapi import Operation
from mockauth.manifest.public_path import is_public, is_sign_in
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import say


def call_every_operation(run: ProbeRun, step: Step) -> Observations:
    """Call all operations without a token, those that change nothing first."""
    subject = run.subject
    closed = [one for one in api_operations(subject.target) if not _is_open(one)]
    if not closed:
        raise NotApplicable(say("{the_document} names no operation that needs sign-in"))
    known_id = _known_id(run)
    said: Observations = []
    for operation in sorted(closed, key=lambda o: not o.is_safe):
        broken = any(isinstance(item, Finding) and not item.tolerated for item in said)
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


def _is_open(operation: Operation) -> bool:
    """Whether the document says so, or nobody could sign in if it were not."""
    return operation.is_open or (is_sign_in(operation.path) and not operation.is_closed)


def _may_be_open(run: ProbeRun, operation: Operation) -> bool:
    """Whether real, correct services leave it open: its path is called so, or the document demands
    sign-in of others and not of this one (OpenAPI 3.1 section 4.8.30)."""
    if operation.is_closed:
        return False
    return is_public(operation.path) or any(
        one.is_closed for one in api_operations(run.subject.target)
    )


def _unprotected(
    run: ProbeRun, step: Step, operation: Operation, exchange: Exchange
) -> Observations:
    status = exchange.answer.status
    name = say("{} {}", operation.method, operation.path)
    outcome = run.outcome_of(exchange)
    if outcome == "limited":
        raise Blocked(say("the server answered 429 (too many requests); probing was stopped"))
    plain = without_headers_of_chatgpt(run, exchange) if exchange.answer.ok else None
    if plain is not None and plain.answer.status in (401, 403):
        seen = say("{}: refused without ChatGPT's own headers ({})", name, plain.outcome)
        return [Seen(actual=seen, exchanges=(exchange.n, plain.n))]
    at = without_query(exchange.request.url)
    if outcome == "accepted":
        seen = say("{}: {} without a token", name, exchange.outcome)
        found = run.finding(step, seen, (exchange.n,), at=at)
        return [replace(found, tolerated=_may_be_open(run, operation))]
    if asks_to_log_in(exchange):
        seen = say("{}: a login page ({}) instead of 401", name, status)
        return [replace(run.finding(step, seen, (exchange.n,), at=at), tolerated=True)]
    if status in (401, 403) or exchange.answer.ok:
        return [Seen(actual=say("{}: {}", name, exchange.outcome), exchanges=(exchange.n,))]
    return []  # 400, 404, 405, 422: refused for another reason, which tells nothing


def _known_id(run: ProbeRun) -> str:
    """The id of an object that exists, so that a missing one is not what refuses; "" for none."""
    try:
        return without_query(owned_url(run.subject)).rpartition("/")[2]
    except Blocked:
        return ""
