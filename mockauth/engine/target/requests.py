"""The ordinary messages to a service that need no browser, each recorded as it is sent."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt import api, mcp
from mockauth.chatgpt.client import BROWSER_AGENT, Client
from mockauth.chatgpt.token import refresh_request, token_request
from mockauth.engine.target.sample_request import filled_path, required_query, sample_body
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import McpService
from mockauth.manifest.openapi import Operation
from mockauth.wire import Exchange, Request
from mockauth.wire.message import JSON
from mockauth.wire.trace import Fallback


def exchange(subject: Subject, code: str, client: Client | None = None) -> Exchange:
    """The ordinary exchange of a code."""
    chosen = client or subject.target.oauth_client
    return subject.driver.send(token_request(chosen, code, chosen.redirect_uri), "token")


def refresh(subject: Subject, refresh_token: str) -> Exchange:
    """The ordinary refresh."""
    request = refresh_request(subject.target.oauth_client, refresh_token)
    return subject.driver.send(request, "refresh")


def call(subject: Subject, operation: Operation, token: str | None) -> Exchange:
    """The ordinary call of an operation with `token`, or without one."""
    return subject.driver.send(operation_request(subject, operation, token), "api")


def unsigned(subject: Subject, operation: Operation) -> Request:
    """A call of somebody who is not ChatGPT and has no token."""
    request = operation_request(subject, operation, None)
    for name, _ in api.CONTEXT:
        request = request.with_header(name, None)
    return request.with_header("User-Agent", "mockauth")


def call_plainly(subject: Subject, operation: Operation, token: str) -> Exchange:
    """The call without ChatGPT's own headers, to learn whether they are what was refused."""
    request = operation_request(subject, operation, token)
    for name, _ in api.CONTEXT:
        request = request.with_header(name, None)
    with subject.during("fallback", fallback=Fallback.NO_OPENAI_HEADERS):
        return subject.driver.send(request, "api")


def call_as_browser(subject: Subject, operation: Operation, token: str) -> Exchange:
    """The call under the name of a browser, to learn whether a filter is what refused."""
    request = operation_request(subject, operation, token)
    with subject.during("fallback", fallback=Fallback.BROWSER_AGENT):
        return subject.driver.send(request.with_header("User-Agent", BROWSER_AGENT), "api")


def operation_request(
    subject: Subject, operation: Operation, token: str | None, known_id: str = ""
) -> Request:
    """A call of `operation` with all that the document requires of it."""
    target = subject.target
    if target.mcp is not None:
        return tool_request(target.mcp, operation.id, token)
    path = filled_path(operation, known_id, target.given.username)
    request = api_request(subject, operation.method, target.base_url + path, token)
    request = replace(request, query=required_query(operation))
    body = sample_body(target.openapi, operation) if target.openapi else None
    if body is None:
        return request
    return replace(request.with_header("Content-Type", JSON), raw=body)


def tool_request(service: McpService, name: str, token: str | None) -> Request:
    """A listing of an MCP server, or the call of the tool with that name."""
    listing = name in mcp.LISTINGS
    message = mcp.Message(
        method=name if listing else mcp.CALL_TOOL,
        params=None if listing else {"name": name, "arguments": {}},
        id=7,
        revision=service.revision,
        session=service.session,
        token=token,
    )
    return mcp.rpc_request(service.url, message)


def api_request(subject: Subject, method: str, url: str, token: str | None) -> Request:
    """A call with `token`, or without one."""
    header = None if token is None else api.authorization_header(subject.target.scheme, token)
    return api.api_request(method, url, header)
