"""The request of a step: what ChatGPT would send, with one change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.authorize import authorization_request
from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import read_token, refresh_request, token_request
from mockauth.checks.finding import Blocked, NoOtherForm, NotApplicable
from mockauth.engine.http.in_process import require_sockets
from mockauth.engine.http.recorder import Place
from mockauth.engine.probe.matchers import wider
from mockauth.engine.probe.mutate import mutate, mutate_message
from mockauth.engine.probe.owned_object import owned_url
from mockauth.engine.probe.scope import narrow_scope
from mockauth.engine.probe.steps import mcp_step
from mockauth.engine.probe.steps.assertion import signed
from mockauth.engine.probe.steps.context import ProbeRun
from mockauth.engine.probe.token_endpoints import Kind as TokenKind
from mockauth.engine.probe.token_endpoints import endpoint
from mockauth.engine.probe.token_endpoints import request_of as request_of_endpoint
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target import browsers, requests, tokens
from mockauth.engine.target.operations import api_operations
from mockauth.engine.target.subject import Subject
from mockauth.manifest.address import flaw_of
from mockauth.manifest.openapi import Operation
from mockauth.manifest.plugin import WELL_KNOWN
from mockauth.manifest.public_path import is_public
from mockauth.scenario.alterations import ALTERATIONS
from mockauth.scenario.model import Step
from mockauth.wire import Exchange, Request
from mockauth.wire.trace import Step as Kind
from mockauth.wire.url import join
from mockauth.wire.words import own, say

MESSAGES = ("register", "tool")
MCP_STEPS = ("discover", "register", "tool")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "token": "token",
        "refresh": "refresh",
        "api": "api",
        "discover": "metadata",
        "register": "register",
        "tool": "rpc",
        "revoke": "revoke",
        "introspect": "introspect",
    }
)
"""What the message of a step is recorded as."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request that can be sent."""

    request: Request
    is_owned: bool = False
    """It reads an object that is the first user's alone."""


def request_of(run: ProbeRun, step: Step) -> Prepared:
    """The request of a step, with its one change made."""
    made = _prepared(run, step)
    _require_change(run, made.request, step)
    if flaw_of(made.request.url):
        raise Missing("the address cannot be opened (see manifest.urls-usable)")
    change = mutate_message if step.do in MESSAGES else mutate
    return replace(
        made, request=change(made.request, step.change, run.material.lookup_as(step.client))
    )


def _require_change(run: ProbeRun, request: Request, step: Step) -> None:
    """Raise where an alteration leaves a parameter or header as it is, such as the letter case of
    digits."""
    headers = {name: value for name, value in step.change.headers if value is not None}
    for name, alteration in step.change.alter:
        value = run.material.text(headers[name]) if name in headers else request.param(name)
        if value is not None and ALTERATIONS[alteration](value) == value:
            raise NoOtherForm(say("{} has nothing that could be changed so", own(name)))


def _prepared(run: ProbeRun, step: Step) -> Prepared:
    if step.do == "token":
        return Prepared(request=signed(run, step, _token_request(run, step)))
    if step.do == "refresh":
        return Prepared(request=_refresh_request(run, step))
    if step.do == "endpoint":
        return Prepared(request=_endpoint_request(run, step))
    if step.do == "revoke" or step.do == "introspect":
        return Prepared(request=_about_token(run, step, step.do))
    if step.do in MCP_STEPS:
        return Prepared(request=mcp_step.request_of(run, step))
    return _api_request(run, step)


def send(run: ProbeRun, step: Step, request: Request) -> Exchange:
    """Send a request and record it under its kind."""
    if step.keep_connection:
        require_sockets(run.subject.driver.transport)
    kind = KINDS.get(step.do, "endpoint")
    with run.subject.placing(_place(run, step)):
        return run.subject.driver.send(request, kind, keep=step.keep_connection)


def _place(run: ProbeRun, step: Step) -> Place:
    """Where the credentials of a step travel."""
    if step.do == "revoke" or step.do == "introspect":
        return endpoint(run.subject, step.do).place
    made = run.material.registered if step.client == "registered" else None
    return made.place if made else run.subject.driver.place


def _about_token(run: ProbeRun, step: Step, kind: TokenKind) -> Request:
    """To end a token that nobody knows, or to describe the one of the ordinary calls; the change names
    another."""
    subject = run.subject
    token = run.material.lookup("random") if kind == "revoke" else tokens.for_api(subject)
    found = endpoint(subject, kind)
    client = client_of(run, step) if step.client == "second" else found.client
    return request_of_endpoint(found.url, client, token)


def client_of(run: ProbeRun, step: Step) -> Client:
    """The client that a step plays.

    Raises:
        Missing: the service has no OAuth.
    """
    client = run.subject.target.client
    if client is None:
        raise Missing("there is no OAuth client to play")
    if step.client == "registered":
        if run.material.registered is None:
            raise Missing("no client could be registered for this")
        return run.material.registered.client
    return run.subject.target.second_client() if step.client == "second" else client


def _token_request(run: ProbeRun, step: Step) -> Request:
    material = run.material
    if step.code:
        material.code = material.text(step.code)
    elif not material.code and _needs_code(run, step):
        with run.subject.during("supply"):
            material.code = browsers.fresh_code(run.subject, user=step.user)
        if not material.code:
            raise Blocked(say("no fresh code could be had for this probe"))
    redirect_uri = material.redirect_uri or run.subject.target.given.redirect_uri
    return token_request(client_of(run, step), material.code, redirect_uri)


def _needs_code(run: ProbeRun, step: Step) -> bool:
    """Whether the request has a code of the server's, or its answer only tells after a login."""
    change = step.change
    replaced = {name for name, _ in change.set} | set(change.remove)
    return change.raw is None and ("code" not in replaced or "login" in run.probe.rule.needs)


def _came_without(earlier: Iterable[Exchange]) -> bool:
    """Whether a code was exchanged for an access token alone."""
    issued = [e for e in earlier if e.step == "token" and read_token(e.response).access_token]
    return bool(issued) and not read_token(issued[-1].response).refresh_token


def _refresh_request(run: ProbeRun, step: Step) -> Request:
    material = run.material
    replaced = any(name == "refresh_token" for name, _ in step.change.set)
    if not (replaced or material.grant.refresh_token) and "login" in run.probe.rule.needs:
        if _came_without(material.done.values()):
            # Some servers give one with offline_access only; that of another login shows nothing.
            raise Missing(say("the login of this probe brought no refresh token"))
        material.grant = tokens.fresh_grant(run.subject)
        if not material.grant.refresh_token:
            raise Missing("no fresh refresh token could be had for this probe")
    return refresh_request(client_of(run, step), material.grant.refresh_token)


def _api_request(run: ProbeRun, step: Step) -> Prepared:
    names = {name.lower() for name, _ in step.change.headers}
    needed = "login" in run.probe.rule.needs
    token = tokens.for_api(run.subject) if needed or "authorization" not in names else ""
    sends = run.subject.target.auth is None or run.subject.target.auth.type != "none"
    made = _call(run, step, token if sends else None)
    return replace(made, request=mcp_step.without_session(run, made.request, step))


def _call(run: ProbeRun, step: Step, token: str | None) -> Prepared:
    subject = run.subject
    if step.operation == "owned":
        url = owned_url(subject)
        if url:
            request = requests.api_request(subject, "GET", url, token)
            return Prepared(request=request, is_owned=True)
    operation = subject.target.operation
    if step.operation == "scoped":
        operation = _scoped(run, step)
    if operation is None and "login" not in run.probe.rule.needs:
        operation = _any_operation(subject)
    if operation is None and subject.target.mcp is not None and not subject.target.uncalled:
        raise Missing(say("the sign-in did not get as far as a call of the MCP server"))
    if operation is None:
        raise Missing(
            subject.target.uncalled
            or say(
                "no operation to call: {the_document} has no GET without required "
                "parameters; name one with --operation"
            ),
            by_option="--operation",
        )
    return Prepared(request=requests.operation_request(subject, operation, token))


def _any_operation(subject: Subject) -> Operation | None:
    """One that changes something, where the API has no other: it is called without a token."""
    operations = (o for o in api_operations(subject.target) if not (o.is_open or o.is_safe))
    return next((operation for operation in operations if not is_public(operation.path)), None)


def _scoped(run: ProbeRun, step: Step) -> Operation:
    narrow = narrow_scope(run.subject)
    granted = None if step.expect.verdict == "accepted" else run.material.grant.scope
    if granted is not None and wider(granted, narrow.scope):
        raise NotApplicable(say("the server does not narrow the scope that it grants"))
    return narrow.operation


def _endpoint_request(run: ProbeRun, step: Step) -> Request:
    subject = run.subject
    if step.at == "api":
        operation = subject.target.operation
        if operation is None:
            raise Missing("no operation to call: name one with --operation")
        token = tokens.for_api(subject) or None
        request = requests.operation_request(subject, operation, token)
    elif step.at in ("authorize", "token"):
        client = client_of(run, step)
        pending = subject.target.pending()
        request = authorization_request(client, pending)
        if step.at == "token":
            code = run.material.lookup("random")
            request = token_request(client, code, pending.redirect_uri)
    else:
        request = document_request(document_url(run, step))
    if step.change.plain_http:
        request = replace(request, url=request.url.replace("https://", "http://", 1))
    return request


def document_url(run: ProbeRun, step: Step) -> str:
    """Where a document of the plugin is."""
    subject = run.subject
    if subject.target.mcp is not None:
        return mcp_step.document_url(run, "resource")
    if step.at == "openapi":
        if subject.target.openapi is None:
            raise Missing("there is no OpenAPI document (see openapi.served)")
        if not subject.target.openapi.source.startswith(("http://", "https://")):
            raise Missing("the OpenAPI document was read from a file")
        return subject.target.url_map(subject.target.openapi.source)
    if not subject.target.profile.has_manifest:
        raise Missing("there is no manifest")
    url = subject.target.manifest.url if subject.target.manifest else ""
    return subject.target.url_map(url or join(subject.target.url_map.target, WELL_KNOWN))


def address_of(run: ProbeRun, step: Step) -> str:
    """The address that a handshake is about."""
    subject = run.subject
    if step.at in ("manifest", "openapi"):
        return document_url(run, step)
    if step.at == "api":
        return subject.target.base_url or subject.target.url_map.target
    client = client_of(run, step)
    return client.auth.client_url if step.at == "authorize" else client.auth.authorization_url


def keep_grant(run: ProbeRun, exchange: Exchange) -> None:
    """Remember the tokens of an answer as the newest of this run."""
    grant = read_token(exchange.response)
    if not grant.access_token:
        return
    material = run.material
    kept = grant.refresh_token or material.grant.refresh_token
    scope = grant.scope if grant.scope is not None else material.grant.scope
    material.grant = replace(grant, refresh_token=kept, scope=scope)
