"""The messages that only an MCP server gets: its metadata asked for, a registration, a JSON-RPC call."""

from __future__ import annotations

import secrets

from mockauth.chatgpt import mcp as messages
from mockauth.engine.probe.steps.context import ProbeRun
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target import mcp, requests, tokens
from mockauth.manifest.mcp import McpService, methods_of
from mockauth.scenario.model import Step
from mockauth.wire import Request
from mockauth.wire.url import origin
from mockauth.wire.words import say


def request_of(run: ProbeRun, step: Step) -> Request:
    """The message of a step as ChatGPT would send it.

    Raises:
        Missing: the target has no such thing.
    """
    if step.do == "discover":
        return messages.metadata_request(_asked(run, step.at))
    return _registration(run) if step.do == "register" else _message(run, step)


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
    method = mcp.method_to_ask(methods_of(service.server))
    callback = target.given.redirect_uri
    return messages.registration_request(target.url_map(url), (callback,), method, service.scope)


def _message(run: ProbeRun, step: Step) -> Request:
    service, target = _service(run), run.subject.target
    names = {name.lower() for name, _ in step.change.headers}
    needed = "login" in run.probe.rule.needs
    token = tokens.for_api(run.subject) if needed or "authorization" not in names else None
    if step.method in ("", messages.LIST_TOOLS):
        name = target.operation.id if target.operation and not step.method else messages.LIST_TOOLS
        return requests.tool_request(service, name, token or None)
    message = messages.Message(
        method=step.method,
        params={},
        id=7,
        revision=service.revision,
        session=service.session,
        token=token or None,
    )
    return messages.rpc_request(service.url, message)
