"""The messages that only an MCP server gets: its metadata asked for, a registration, a JSON-RPC call."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockauth.chatgpt import mcp as messages
from mockauth.checks.mcp_tool import is_protected, is_safe, may_be_protected, name_of
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.steps.context import ProbeRun
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target import mcp, requests, tokens
from mockauth.engine.target.registration import method_to_ask
from mockauth.manifest.mcp import McpService, methods_of
from mockauth.profiles.mcp import REVISIONS
from mockauth.scenario.model import Step
from mockauth.wire import Request
from mockauth.wire.url import origin
from mockauth.wire.words import say

OPENINGS = (messages.INITIALIZE, messages.DISCOVER)
"""Messages that belong to no session."""
LATEST_SESSION = REVISIONS[-2]
"""The newest revision that has `initialize`."""


def request_of(run: ProbeRun, step: Step) -> Request:
    """The message of a step as ChatGPT would send it.

    Raises:
        Missing: the target has no such thing.
    """
    if step.do == "discover":
        return messages.metadata_request(_asked(run, step.at))
    if step.do == "register":
        return _registration(run)
    return without_session(run, _message(run, step), step)


def without_session(run: ProbeRun, request: Request, step: Step) -> Request:
    """The request of somebody without a token in the header, who has a session only where the server
    begins one with everybody: mcp.session-not-auth is about those of users. Whoever has a token elsewhere begins a session
    with it: a server with sessions would refuse all else, and one that binds them to users that of nobody."""
    if not _is_nobody(step):
        return request
    service = run.subject.target.mcp
    if service is None or not service.session:
        return request.with_header("Mcp-Session-Id", None)
    if step.change.set and not service.is_open:
        return messages.rpc_request(service.url, messages.opening(service.revision))
    begun = _begun_so(run, step) if step.change.set else run.subject.once(mcp.session_of_nobody)
    return request.with_header("Mcp-Session-Id", begun or None)


def _begun_so(run: ProbeRun, step: Step) -> str:
    """A session of whoever sends the token as the step does; "" where none came."""
    lookup = run.material.lookup_as(step.client)
    with run.subject.placing(lambda request, _: mutate(request, step.change, lookup)):
        return mcp.session_of(run.subject, None)


def _is_nobody(step: Step) -> bool:
    return ("authorization", None) in [(name.lower(), v) for name, v in step.change.headers]


def in_own_session(run: ProbeRun, step: Step, request: Request) -> Request | None:
    """The call of the second user in a session that this user began; None where nothing is another
    user's, or the server has no sessions."""
    service = run.subject.target.mcp
    if service is None or not service.session or not step.expect.other_body_than:
        return None
    token = (request.header("Authorization") or "").partition(" ")[2]
    return request.with_header("Mcp-Session-Id", mcp.session_of(run.subject, token))


def _asked(run: ProbeRun, kind: str) -> str:
    if kind != "unknown":
        return document_url(run, kind)
    root = origin(_service(run).url)
    return run.subject.target.url_map(f"{root}/.well-known/mockauth-{secrets.token_hex(8)}")


def document_url(run: ProbeRun, kind: str) -> str:
    """Where the metadata of the resource or of the authorization server stands."""
    service = _service(run)
    document = service.server if kind == "server" else service.resource or service.server
    if document is None or not document.url:
        raise Missing(say("there is no metadata (see discovery.prm-found, discovery.asm-found)"))
    return run.subject.target.url_map(document.url)


def _service(run: ProbeRun) -> McpService:
    if run.subject.target.mcp is None:
        raise Missing(say("the target is no MCP server"))
    return run.subject.target.mcp


def _registration(run: ProbeRun) -> Request:
    service, target = _service(run), run.subject.target
    url = service.server.text("registration_endpoint") if service.server else ""
    if not url:
        raise Missing(say("the metadata names no registration_endpoint"))
    method = method_to_ask(methods_of(service.server))
    callback = target.given.redirect_uri
    scope = mcp.asked_scope(run.subject)
    return messages.registration_request(target.url_map(url), (callback,), method, scope)


def _message(run: ProbeRun, step: Step) -> Request:
    service, target = _service(run), run.subject.target
    names = {name.lower() for name, _ in step.change.headers}
    needed = "login" in run.probe.rule.needs
    token = tokens.for_api(run.subject) if needed or "authorization" not in names else None
    service = replace(service, revision=step.speaks or service.revision)
    listing = messages.LIST_TOOLS
    if step.method in ("", listing) and not step.claims:
        name = target.operation.id if target.operation and not step.method else listing
        return requests.tool_request(service, name, token or None)
    message = messages.Message(
        method=step.method or listing,
        params=_params(service, step),
        id=7,
        revision=service.revision,
        session="" if step.method in OPENINGS else service.session,
        token=token or None,
        claims=step.claims,
    )
    if step.change.method == "GET":
        if _is_nobody(step) and service.is_open:
            raise Missing(say("the server answers some messages without a token"))
        return messages.stream_request(service.url, message)
    return messages.rpc_request(service.url, message)


def _params(service: McpService, step: Step) -> Mapping[str, Any]:
    if step.method == messages.CALL_TOOL:
        return {"name": _safe_tool(service, by_nobody=_is_nobody(step)), "arguments": {}}
    if step.method != messages.INITIALIZE:
        return {}
    return messages.opening(step.speaks or LATEST_SESSION).params or {}


def _safe_tool(service: McpService, *, by_nobody: bool) -> str:
    """A tool that says it changes nothing; `by_nobody`, one that needs a sign-in.

    Raises:
        Missing: none does.
    """
    closed = is_protected if service.is_open else may_be_protected
    fits = [tool for tool in service.tools if closed(tool) or not by_nobody]
    safe = [name_of(tool) for tool in fits if is_safe(tool)]
    if not safe:
        raise Missing(say("no tool says that it changes nothing (annotations.readOnlyHint)"))
    return safe[0]
