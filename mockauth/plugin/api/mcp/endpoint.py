"""The addresses of the MCP server: each message is asked for its token, judged and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.auth import EVERYBODY, Caller, Refused, caller, sample_api
from mockauth.plugin.api.mcp.message import (
    INVALID_REQUEST,
    McpError,
    Message,
    answered,
    check_message,
    id_of,
    params_of,
    peek,
    refused,
    sent,
)
from mockauth.plugin.api.mcp.methods import handshake_result, stateless_result, tools_of
from mockauth.plugin.api.mcp.revision import (
    BATCHING,
    check_stateless,
    check_transport,
    check_version,
    is_stateless,
)
from mockauth.plugin.api.mcp.session import (
    HEADER,
    check_session,
    end_session,
    new_session,
    session_user,
)
from mockauth.plugin.api.mcp.tool_challenge import challenged_result
from mockauth.plugin.context import Plugin
from mockauth.plugin.cors import is_registered
from mockauth.plugin.current_request import base_url
from mockauth.plugin.resource import MCP_PATHS
from mockauth.wire.url import hostname, is_loopback_host, origin

OPEN_METHODS = ("server/discover", "initialize", "notifications/initialized", "ping", "tools/list")
"""What a server with a tool for everybody tells everybody."""
Work = Callable[[Plugin, Caller, Message], Message]


def mcp_blueprint(plugin: Plugin) -> Blueprint:
    """The API of one app."""
    blueprint = sample_api()

    @blueprint.errorhandler(McpError)
    def wrong(error: McpError) -> BaseResponse:
        return sent(plugin, refused(plugin, peek(), error), error.status)

    def no_stream() -> BaseResponse:
        _check_origin(plugin)
        if plugin.policy.mcp_get_open:
            return Response(": hello\n\n", content_type="text/event-stream")
        # The token is asked for before anything is said of the method: who has none learns nothing.
        caller(plugin, "useTool")
        if plugin.policy.mcp_get_status != 405:
            abort(plugin.policy.mcp_get_status)
        raise MethodNotAllowed(["POST"])

    def end() -> BaseResponse:
        _check_origin(plugin)
        return end_session(plugin, caller(plugin, "useTool").user)

    def message() -> BaseResponse:
        return _answer(plugin)

    for path in MCP_PATHS:
        name = path.strip("/")
        blueprint.add_url_rule(path, f"{name}-stream", no_stream, methods=["GET"])
        blueprint.add_url_rule(path, f"{name}-end", end, methods=["DELETE"])
        blueprint.add_url_rule(path, f"{name}-message", message, methods=["POST"])
    return blueprint


def _answer(plugin: Plugin) -> BaseResponse:
    _check_origin(plugin)
    if plugin.policy.mcp_slash_redirected:
        return redirect(f"{base_url()}{request.path}/", 307)
    asked = peek()
    if plugin.policy.mcp_judged_before_auth:
        _check_way(plugin, asked)
    try:
        who = _who(plugin, asked)
    except Refused as no:
        result = challenged_result(plugin, asked, no)
        return sent(plugin, answered(plugin, asked, result)) if result else no.answer
    if asked is None and plugin.policy.mcp_malformed == "crash":
        abort(500)
    _check_way(plugin, asked)
    if isinstance(asked, list) and plugin.config.mcp_revision == BATCHING:
        return _batch(plugin, who, asked)
    if is_stateless(plugin, asked):
        return _stateless(plugin, who, check_message(asked))
    return _handshaken(plugin, who, check_message(asked))


def _check_origin(plugin: Plugin) -> None:
    """Refuse the page of another site (MCP basic/transports, security warning: DNS rebinding)."""
    if not plugin.policy.mcp_origin_checked or is_welcome(plugin):
        return
    raise McpError(INVALID_REQUEST, "pages of that origin may not call this server", 403)


def is_welcome(plugin: Plugin) -> bool:
    """Whether a request comes from no page, or from one that may call this server."""
    given = request.headers.get("Origin")
    near = not given or is_loopback_host(hostname(given)) or _is_own_page(given)
    return near or is_registered(plugin, str(given))


def _is_own_page(given: str) -> bool:
    """Whether it is a page of this server. A browser on the same machine that calls it by a name of the
    internet was led here by that name."""
    base = base_url()
    led = is_loopback_host(request.remote_addr or "") and not is_loopback_host(hostname(base))
    return origin(given) == origin(base) and not led


def _check_way(plugin: Plugin, asked: Any) -> None:
    check_transport()
    if is_stateless(plugin, asked):
        check_stateless_message(plugin, asked)
    else:
        check_version(plugin)


def check_stateless_message(plugin: Plugin, asked: Any) -> None:
    """A message of 2026-07-28; a notification has headers, and needs no `_meta`.

    Raises:
        McpError: it is none.
    """
    message = check_message(asked)
    if "id" in message and "method" in message:
        check_stateless(plugin, message)


def _who(plugin: Plugin, asked: Any) -> Caller:
    """Who may do all that a body asks.

    Raises:
        Refused: nobody with this request.
    """
    known = session_user(plugin)
    if known is not None and "Authorization" not in request.headers:
        return Caller(user=known)
    messages = asked if isinstance(asked, list) and asked else [asked]
    if plugin.policy.mcp_calls_open and _is_call(asked):
        return Caller(user=EVERYBODY)
    if plugin.config.mixed and not _has_token(plugin):
        messages = [one for one in messages if not _is_open(plugin, one)]
    operations = dict.fromkeys(_operation(plugin, one) for one in messages)
    callers = [caller(plugin, operation) for operation in operations]
    return callers[0] if callers else Caller(user=EVERYBODY)


def _has_token(plugin: Plugin) -> bool:
    in_query = plugin.policy.token_in_query and "access_token" in request.args
    return in_query or "Authorization" in request.headers


def _is_call(message: Any) -> bool:
    nobody = "Authorization" not in request.headers
    return nobody and isinstance(message, dict) and message.get("method") == "tools/call"


def _is_open(plugin: Plugin, message: Any) -> bool:
    method = message.get("method") if isinstance(message, dict) else None
    if method == "tools/call":
        tool = tools_of(plugin).get(str(params_of(message).get("name")))
        return tool is not None and tool.is_open
    return method in OPEN_METHODS


def _operation(plugin: Plugin, message: Any) -> str:
    """The operation of the caller's scopes that a message amounts to."""
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return "useTool"
    tool = tools_of(plugin).get(str(params_of(message).get("name")))
    return tool.operation if tool else "useTool"


def _stateless(plugin: Plugin, who: Caller, asked: Message) -> BaseResponse:
    if asked.get("method") == "server/discover" and plugin.policy.mcp_discover == "crash":
        abort(500)
    answer = _single(plugin, who, asked, stateless_result, {-32602: 400, -32600: 400})
    if plugin.policy.mcp_mints_session:
        answer.headers[HEADER] = new_session(plugin, who.user)
    return answer


def _handshaken(plugin: Plugin, who: Caller, asked: Message) -> BaseResponse:
    begins = asked.get("method") == "initialize"
    if asked.get("method") == "server/discover" and plugin.policy.mcp_discover == "crash":
        abort(500)
    if not begins:
        check_session(plugin, who.user)
    answer = _single(plugin, who, asked, handshake_result, {})
    if begins and plugin.config.mcp_mode == "session":
        answer.headers[HEADER] = new_session(plugin, who.user)
    return answer


def _single(
    plugin: Plugin, who: Caller, asked: Message, work: Work, statuses: dict[int, int]
) -> BaseResponse:
    if "id" not in asked or "method" not in asked:
        return Response(
            status=plugin.policy.mcp_notification_status
        )  # a notification, or an answer to what we never asked
    try:
        return sent(plugin, answered(plugin, asked, work(plugin, who, asked)))
    except McpError as error:
        status = statuses.get(error.code, error.status)
        return sent(plugin, refused(plugin, asked, error), status)


def _batch(plugin: Plugin, who: Caller, asked: list[Any]) -> BaseResponse:
    """Several messages in one body, as 2025-03-26 allows."""
    if not asked:
        raise McpError(INVALID_REQUEST, "a batch must not be empty", 400)
    check_session(plugin, who.user)
    said = [_of_batch(plugin, who, one) for one in asked]
    answers = [one for one in said if one is not None]
    return sent(plugin, answers) if answers else Response(status=202)


def _of_batch(plugin: Plugin, who: Caller, asked: Any) -> Message | None:
    try:
        message = check_message(asked)
        if "id" not in message or "method" not in message:
            return None
        if message["method"] == "initialize":
            raise McpError(INVALID_REQUEST, "initialize must not be in a batch")
        return answered(plugin, asked, handshake_result(plugin, who, message))
    except McpError as error:
        return refused(plugin, {"id": id_of(asked)}, error)
