"""The control exchange: was the mutation the cause?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mockauth.chatgpt.token import refresh_request, token_request
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.outcome import api_outcome, token_outcome
from mockauth.engine.probe.steps.context import Trial
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.words import own, say

ORDINARY: Mapping[str, str] = MappingProxyType(
    {
        "authorize": "authorize.request-accepted",
        "token": "token.exchange-works",
        "refresh": "refresh.works",
        "api": "api.valid-token-accepted",
        "endpoint": "authorize.request-accepted",
    }
)
UNREADY = (400, 404, 405, 422)
"""Statuses of an API that knows the caller and cannot use the request."""


class Stale(Exception):
    """The access token had died, as some servers have it at each new login: begin the trial again
    with the new one."""


def control(trial: Trial, step: Step, *, fresh_only: bool = False) -> None:
    """Send the unaltered request. Raises `Blocked` when that is refused too."""
    if step.no_control:
        return
    with trial.subject.during("control", trial.probe.rule.id):
        if not fresh_only and _same(trial, step):
            return
        if not fresh_only:
            trial.confidence = "likely"
        if not _fresh(trial, step):
            raise Blocked(
                say("the ordinary request is refused as well (see {})", own(ORDINARY[step.do]))
            )


def without_headers_of_chatgpt(trial: Trial, exchange: Exchange) -> Exchange | None:
    """The same call without ChatGPT's user agent and openai- headers: were they what opened the
    API? None where they are what the probe is about, or were left out anyway."""
    request = exchange.request
    names = [name for name, _ in request.headers if name.lower().startswith("openai-")]
    if not names or _changes_them(trial):
        return None
    for name in names:
        request = request.with_header(name, None)
    request = request.with_header("User-Agent", "mockauth")
    with trial.subject.during("control", trial.probe.rule.id):
        return trial.subject.driver.send(replace(request), "api")


def _changes_them(trial: Trial) -> bool:
    changed = {name.lower() for step in trial.probe.steps for name, _ in step.change.headers}
    return any(name == "user-agent" or name.startswith("openai-") for name in changed)


def _same(trial: Trial, step: Step) -> bool:
    """Whether the same code or token works after the altered request."""
    subject = trial.subject
    earlier = trial.probe.steps[: trial.probe.steps.index(step)]
    if step.do == "token":
        if not trial.code or any(s.do in ("token", "authorize") for s in earlier):
            return False
        return token_outcome(subject.exchange(trial.code)) == "accepted"
    if step.do == "refresh":
        token = trial.material.grant.refresh_token
        if not token or any(s.do == "refresh" for s in earlier):
            return False
        return token_outcome(subject.refresh(token)) == "accepted"
    return _fresh(trial, step)


def _fresh(trial: Trial, step: Step) -> bool:
    """Whether the ordinary message works with fresh material."""
    subject, client = trial.subject, trial.subject.client
    if step.do == "authorize":
        return bool(subject.fresh_code())
    if step.do in ("token", "refresh"):
        if client is None:
            return False
        if step.do == "token":
            code = subject.fresh_code()
            request = token_request(client, code, client.redirect_uri)
        else:
            token = subject.fresh_grant().refresh_token
            if not token:
                raise NotApplicable(say("the server issues no refresh token"))
            request = refresh_request(client, token)
        request = mutate(request, step.control, trial.material.lookup)
        return token_outcome(subject.driver.send(request, step.do)) == "accepted"
    return _api_works(trial, step)


def _api_works(trial: Trial, step: Step) -> bool:
    subject = trial.subject
    # After a wait, or after tokens of this trial were revoked, no older token needs to be alive.
    waited = any(earlier.do in ("wait", "token") for earlier in trial.probe.steps)
    token = subject.fresh_grant().access_token if waited else subject.token_for_api()
    if not token or step.do == "endpoint":
        trial.confidence = "likely"
        return True  # there is no way to a token; the refusal itself was seen
    operation = subject.operation
    if operation is None:
        trial.confidence = "likely"
        return True  # every operation changes something: none is called with a token
    request = subject.operation_request(operation, token)
    request = mutate(request, step.control, trial.material.lookup)
    answer = subject.driver.send(request, "api")
    if api_outcome(answer) == "accepted":
        return True
    if not waited and subject.client is not None and answer.answer.status in (401, 403):
        renewed = subject.fresh_grant()
        again = subject.operation_request(operation, renewed.access_token)
        again = mutate(again, step.control, trial.material.lookup)
        if renewed.access_token and subject.driver.send(again, "api").answer.ok:
            subject.take(renewed)
            raise Stale
    # It knows the caller where the same call without a token gets 401 (catalogue, section 8).
    if answer.answer.status not in UNREADY:
        return False
    nobody = subject.driver.send(subject.operation_request(operation, None), "api")
    if nobody.answer.status != 401:
        return False
    altered = trial.material.done.get(step.name)
    trial.as_ordinary = altered is not None and altered.answer.status == answer.answer.status
    # A refusal that looks like the ordinary answer shows nothing; an acceptance shows all it can.
    return not trial.as_ordinary or step.expect.verdict == "accepted"
