"""The protected API: an MCP server of three tools, over Streamable HTTP without a session.

Every answer is one JSON message (MCP 2025-11-25, basic/transports): what stands behind sign-in is a
sample, and needs neither streams nor notifications.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.auth import Caller, caller, sample_api
from mockauth.plugin.context import Plugin
from mockauth.plugin.cors import is_registered
from mockauth.plugin.current_request import base_url
from mockauth.plugin.resource import PATHS
from mockauth.plugin.state import LONGEST_TODO
from mockauth.wire.message import JSON
from mockauth.wire.url import hostname, is_loopback_host, origin

REVISIONS = ("2025-11-25", "2025-06-18", "2025-03-26")
"""The newest first: the one that is offered to a client which wants another."""
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
EVENTS = "text/event-stream"
Message = dict[str, Any]


class McpError(Exception):
    """A request that cannot be done, as JSON-RPC says it: a code and a sentence."""

    def __init__(self, code: int, text: str, status: int = 200) -> None:
        super().__init__(text)
        self.code, self.status = code, status


def mcp_blueprint(plugin: Plugin) -> Blueprint:
    """The API of one app."""
    blueprint = sample_api()

    @blueprint.errorhandler(McpError)
    def wrong(error: McpError) -> BaseResponse:
        return _said({"id": _id(_peek()), "error": _error(error)}, error.status)

    @blueprint.route(PATHS["mcp"], methods=["GET", "DELETE"])
    def no_stream() -> BaseResponse:
        # Both are asked before anything is said of the method: who has no token learns nothing.
        caller(plugin, "useTool")
        raise MethodNotAllowed(["POST"])

    @blueprint.post(PATHS["mcp"])
    def message() -> BaseResponse:
        _check_origin(plugin)
        who = caller(plugin, _operation(_peek()))
        asked = _message()
        if "id" not in asked or "method" not in asked:
            return Response(status=202)  # a notification, or an answer to what we never asked
        try:
            return _said({"id": asked["id"], "result": _result(plugin, who, asked)})
        except McpError as error:
            return _said({"id": asked["id"], "error": _error(error)}, error.status)

    return blueprint


def _check_origin(plugin: Plugin) -> None:
    """Refuse the page of another site (MCP basic/transports, security warning: DNS rebinding)."""
    sent = request.headers.get("Origin")
    known = not sent or origin(sent) == origin(base_url()) or is_loopback_host(hostname(sent))
    if not known and not is_registered(plugin, str(sent)):
        raise McpError(INVALID_REQUEST, "pages of that origin may not call this server", 403)


def _peek() -> Any:
    """The message as far as it can be read: which scope it needs is asked before it is judged."""
    return request.get_json(silent=True)


def _id(message: Any) -> str | int | float | None:
    """The id of a message; None where it has none that can be read (JSON-RPC 2.0 section 5)."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if type(found) in (str, int, float) else None


def _operation(message: Any) -> str:
    """The operation of the caller's scopes that a message amounts to."""
    params = message.get("params") if isinstance(message, dict) else None
    name = params.get("name") if isinstance(params, dict) else None
    is_call = isinstance(message, dict) and message.get("method") == "tools/call"
    return OPERATIONS.get(name, "useTool") if is_call and isinstance(name, str) else "useTool"


def _message() -> Message:
    """The JSON-RPC message of the request.

    Raises:
        McpError: it is none, or comes in another way than the transport demands.
    """
    if request.mimetype != JSON:
        raise McpError(INVALID_REQUEST, "send application/json", 415)
    if not all(request.accept_mimetypes.quality(kind) for kind in (JSON, EVENTS)):
        text = "Accept must list application/json and text/event-stream"
        raise McpError(INVALID_REQUEST, text, 406)
    revision = request.headers.get("MCP-Protocol-Version")
    if revision and revision not in REVISIONS:
        raise McpError(
            INVALID_REQUEST, f"MCP-Protocol-Version must be of {', '.join(REVISIONS)}", 400
        )
    asked = _peek()
    if asked is None:
        raise McpError(PARSE_ERROR, "the body is not JSON", 400)
    is_call = isinstance(asked, dict) and asked.get("jsonrpc") == "2.0"
    if not is_call or not isinstance(asked.get("method", ""), str):
        raise McpError(INVALID_REQUEST, "the body must be one JSON-RPC 2.0 message", 400)
    if "id" in asked and _id(asked) is None:
        raise McpError(INVALID_REQUEST, "id must be a string or a number", 400)
    found: Message = asked
    return found


def _result(plugin: Plugin, who: Caller, asked: Message) -> Message:
    method, params = asked.get("method"), asked.get("params", {})
    if not isinstance(params, dict):
        raise McpError(INVALID_PARAMS, "params must be an object")
    if method == "initialize":
        wanted = params.get("protocolVersion")
        return {
            "protocolVersion": wanted if wanted in REVISIONS else REVISIONS[0],
            "capabilities": {"tools": {"listChanged": False}},
            "serverInfo": {"name": "mockauth", "version": "1"},
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [_described(name) for name in TOOLS]}
    if method == "tools/call":
        return _called(plugin, who, params)
    raise McpError(METHOD_NOT_FOUND, "there are initialize, ping, tools/list and tools/call")


def _called(plugin: Plugin, who: Caller, params: Message) -> Message:
    name, given = params.get("name"), params.get("arguments", {})
    if not isinstance(name, str) or name not in TOOLS:
        raise McpError(INVALID_PARAMS, f"name must be one of {', '.join(TOOLS)}")
    if not isinstance(given, dict):
        raise McpError(INVALID_PARAMS, "arguments must be an object")
    text, failed = TOOLS[name](plugin, who, given)
    return {"content": [{"type": "text", "text": text}], "isError": failed}


def _whoami(plugin: Plugin, who: Caller, given: Message) -> tuple[str, bool]:
    """The name of the user who signed in."""
    return who.user, False


def _list_todos(plugin: Plugin, who: Caller, given: Message) -> tuple[str, bool]:
    """The user's list of things to do, as JSON."""
    with plugin.state.lock:
        todos = [{"id": i, "todo": text} for i, text in plugin.state.todos_of(who.user).items()]
    return json.dumps(todos), False


def _add_todo(plugin: Plugin, who: Caller, given: Message) -> tuple[str, bool]:
    """Add one thing to do, and get its id."""
    text = given.get("todo")
    if not isinstance(text, str) or not text:
        return "todo must be a string", True
    return plugin.state.add_todo(who.user, text[:LONGEST_TODO]), False


TOOLS: Mapping[str, Callable[[Plugin, Caller, Message], tuple[str, bool]]] = MappingProxyType(
    {"whoami": _whoami, "list_todos": _list_todos, "add_todo": _add_todo}
)
"""By the name that stands in a call: what it says, and whether that is an error."""
OPERATIONS = MappingProxyType({"list_todos": "listTodos", "add_todo": "addTodo"})
"""The operations whose scopes they need; the others need none."""


def _described(name: str) -> Message:
    schema: Message = {"type": "object", "properties": {}}
    if name == "add_todo":
        schema = {
            "type": "object",
            "properties": {"todo": {"type": "string"}},
            "required": ["todo"],
        }
    return {"name": name, "description": TOOLS[name].__doc__, "inputSchema": schema}


def _error(wrong: McpError) -> Message:
    return {"code": wrong.code, "message": str(wrong)}


def _said(members: Message, status: int = 200) -> BaseResponse:
    answer = jsonify({"jsonrpc": "2.0", **members})
    answer.status_code = status
    return answer
