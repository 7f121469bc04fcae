"""The control exchange: was the mutation the cause?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mockauth.chatgpt.authorize import authorization_request
from mockauth.chatgpt.token import refresh_request, token_request
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe.client_document import ordinary_client
from mockauth.engine.probe.mutate import mutate, mutate_message
from mockauth.engine.probe.outcome import authorize_outcome, token_outcome
from mockauth.engine.probe.registered import Registered
from mockauth.engine.probe.steps import mcp_step
from mockauth.engine.probe.steps.assertion import signed
from mockauth.engine.probe.steps.context import TOKEN_ENDPOINTS, ProbeRun
from mockauth.engine.probe.token_endpoints import introspects, revokes
from mockauth.engine.result.result import Confidence
from mockauth.engine.target import browsers, requests, tokens
from mockauth.engine.target.subject import Subject
from mockauth.manifest.openapi import Operation
from mockauth.scenario.model import Change, Step
from mockauth.wire import Exchange
from mockauth.wire.words import say

ORDINARY: Mapping[str, str] = MappingProxyType(
    {
        "authorize": "authorize.request-accepted",
        "token": "token.exchange-works",
        "refresh": "refresh.works",
        "api": "api.valid-token-accepted",
        "endpoint": "authorize.request-accepted",
        "discover": "discovery.prm-found",
        "register": "registration.works",
        "tool": "api.valid-token-accepted",
        "revoke": "revoke.refresh-token-dies",
        "introspect": "revoke.introspection-active-boolean",
    }
)
UNREADY = (400, 404, 405, 422)
"""Statuses of an API that knows the caller and cannot use the request."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """What the control exchange tells of the altered one."""

    works: bool = True
    """The ordinary message is accepted, so the mutation was the cause."""
    confidence: Confidence = "proven"
    same_as_ordinary: bool = False
    """The altered call got the very refusal that the ordinary one gets, for another reason."""
    stale: bool = False
    """The access token had died and was renewed: begin again."""


def control(run: ProbeRun, step: Step, *, fresh_only: bool = False) -> Control:
    """Send the unaltered request.

    Raises:
        Blocked: that is refused, too.
    """
    if step.no_control:
        return Control()
    with run.subject.during("control", run.probe.rule.id):
        made = None if fresh_only else _same(run, step)
        if made is None or not (made.works or made.stale):
            made = _fresh(run, step)
            if not fresh_only:
                made = replace(made, confidence="likely")
    if not (made.works or made.stale):
        raise Blocked(say("the ordinary request is refused as well (see {})", ORDINARY[step.do]))
    return made


def without_headers_of_chatgpt(run: ProbeRun, exchange: Exchange) -> Exchange | None:
    """The same call without ChatGPT's user agent and openai- headers: were they what opened the
    API? None where they are what the probe is about, or were left out anyway."""
    request = exchange.request
    names = [name for name, _ in request.headers if name.lower().startswith("openai-")]
    if not names or _changes_them(run):
        return None
    for name in names:
        request = request.with_header(name, None)
    request = request.with_header("User-Agent", "mockauth")
    with run.subject.during("control", run.probe.rule.id):
        return run.subject.driver.send(request, "api")


def _changes_them(run: ProbeRun) -> bool:
    changed = {name.lower() for step in run.probe.steps for name, _ in step.change.headers}
    return any(name == "user-agent" or name.startswith("openai-") for name in changed)


def _same(run: ProbeRun, step: Step) -> Control | None:
    """Whether the same code or token works after the altered request; None where it cannot be used
    once more."""
    subject = run.subject
    registered = run.material.registered if step.client == "registered" else None
    made = _as_registered(run, step, registered) if registered is not None else None
    if made is not None:
        return made
    earlier = [one.do for one in run.probe.steps[: run.probe.steps.index(step)]]
    if step.do == "token":
        if not run.material.code or "token" in earlier or "authorize" in earlier:
            return None
        return _accepted(requests.exchange(subject, run.material.code))
    if step.do == "refresh":
        token = run.material.grant.refresh_token
        if not token or "refresh" in earlier:
            return None
        return _accepted(requests.refresh(subject, token))
    return _fresh(run, step)


def _accepted(exchange: Exchange) -> Control:
    return Control(works=token_outcome(exchange) == "accepted")


def _fresh(run: ProbeRun, step: Step) -> Control:
    """Whether the ordinary message works with fresh material."""
    subject, client = run.subject, run.subject.target.client
    if step.do == "authorize":
        return _authorized(run, step)
    if step.do == "register" and step.control.is_empty and _has_registered(run):
        return Control()
    if step.do in ("discover", "register"):
        request = mcp_step.request_of(run, step)
        registers = step.do == "register"
        if registers:
            request = mutate_message(request, step.control, run.material.lookup)
        exchange = subject.driver.send(request, "register" if registers else "metadata")
        return Control(works=run.outcome_of(exchange) == "accepted")
    if step.do in TOKEN_ENDPOINTS:
        return _about_token(subject, step)
    if step.do not in ("token", "refresh"):
        return _api_works(run, step)
    if client is None:
        return Control(works=False)
    if step.do == "token":
        code = browsers.fresh_code(subject)
        request = token_request(client, code, client.redirect_uri)
    else:
        token = tokens.fresh_grant(subject).refresh_token
        if not token:
            raise NotApplicable(say("the server issues no refresh token"))
        request = refresh_request(client, token)
    request = mutate(request, step.control, run.material.lookup)
    return _accepted(subject.driver.send(request, step.do))


def _about_token(subject: Subject, step: Step) -> Control:
    return Control(works=(revokes if step.do == "revoke" else introspects)(subject))


def _authorized(run: ProbeRun, step: Step) -> Control:
    subject = run.subject
    made = run.material.registered if step.client == "registered" else None
    if made is not None and made.name:
        return Control(
            works=bool(browsers.fresh_code(subject, client=ordinary_client(subject).client))
        )
    request = authorization_request(subject.target.oauth_client, subject.target.pending())
    landing = browsers.authorize(subject, request, fresh=step.session == "fresh")
    return Control(works=authorize_outcome(landing) == "accepted")


def _as_registered(run: ProbeRun, step: Step, made: Registered) -> Control | None:
    """Whether a client with a document as it should be gets a code, or the very client gets a token with an
    assertion as it should be; None where the ordinary client shows as much."""
    subject = run.subject
    if step.do == "authorize" and made.name:
        client = ordinary_client(subject).client
    elif step.do == "token" and made.key is not None and step.expect.verdict == "refused":
        client = made.client
    else:
        return None
    code = browsers.fresh_code(subject, client=client)
    if step.do == "authorize" or not code:
        return Control(works=bool(code))
    request = token_request(client, code, client.redirect_uri)
    request = signed(run, replace(step, change=Change()), request)
    return _accepted(subject.driver.send(request, "token"))


def _has_registered(run: ProbeRun) -> bool:
    """Whether an ordinary registration of this run gave a client: a limit of their number, which many servers
    have, would have been answered with 429."""
    made = run.subject.driver.trace.ordinary("register")
    return any(run.outcome_of(exchange) == "accepted" for exchange in made)


def _api_works(run: ProbeRun, step: Step) -> Control:
    subject = run.subject
    # After a wait, or after tokens of this run were revoked, no older token needs to be alive.
    waited = any(earlier.do in ("wait", "token", "revoke") for earlier in run.probe.steps)
    token = tokens.fresh_grant(subject).access_token if waited else tokens.for_api(subject)
    operation = subject.target.operation
    if not token or step.do == "endpoint" or operation is None:
        # There is no way to a token, or every operation changes something and none is called with
        # one; the refusal itself was seen.
        return Control(confidence="likely")
    answer = _called(run, step, operation, token)
    if run.outcome_of(answer) == "accepted":
        return Control()
    if not waited and subject.target.client is not None and answer.answer.status in (401, 403):
        renewed = tokens.fresh_grant(subject)
        if renewed.access_token and _called(run, step, operation, renewed.access_token).answer.ok:
            tokens.keep(subject, renewed)
            return Control(works=False, stale=True)
    return _known_caller(run, step, operation, answer)


def _called(run: ProbeRun, step: Step, operation: Operation, token: str) -> Exchange:
    request = requests.operation_request(run.subject, operation, token)
    request = mutate(request, step.control, run.material.lookup)
    return run.subject.driver.send(request, "api")


def _known_caller(run: ProbeRun, step: Step, operation: Operation, answer: Exchange) -> Control:
    """An API that refuses an ordinary call knows the caller where the same call without a token
    gets 401 (catalogue, section 8)."""
    if answer.answer.status not in UNREADY:
        return Control(works=False)
    nobody = requests.call(run.subject, operation, None)
    if nobody.answer.status != 401:
        return Control(works=False)
    altered = run.material.done.get(step.name)
    same = altered is not None and altered.answer.status == answer.answer.status
    # A refusal that looks like the ordinary answer shows nothing; an acceptance shows all it can.
    return Control(works=not same or step.expect.verdict == "accepted", same_as_ordinary=same)
