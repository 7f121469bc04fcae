"""The JSON-RPC messages of an MCP server, and how they are answered."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, MISSING_CAPABILITY, UNSUPPORTED_VERSION = -32020, -32021, -32022
EVENTS = "text/event-stream"
Message = dict[str, Any]


class McpError(Exception):
    """A request that cannot be done, as JSON-RPC says it: a code and a sentence."""

    def __init__(
        self, code: int, text: str, status: int = 200, data: Message | None = None
    ) -> None:
        super().__init__(text)
        self.code, self.status, self.data = code, status, data

    @property
    def members(self) -> Message:
        """The error object (JSON-RPC 2.0 section 5.1)."""
        data = {} if self.data is None else {"data": self.data}
        return {"code": self.code, "message": str(self), **data}


def peek() -> Any:
    """The body as far as it can be read: which scope it needs is asked before it is judged."""
    return request.get_json(silent=True)


def id_of(message: Any) -> str | int | float | None:
    """The id of a message; None where it has none that can be read (JSON-RPC 2.0 section 5)."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if type(found) in (str, int, float) else None


def params_of(message: Any) -> Message:
    """The parameters of a message, as far as they can be read."""
    params = message.get("params") if isinstance(message, dict) else None
    return params if isinstance(params, dict) else {}


def check_message(asked: Any) -> Message:
    """One JSON-RPC message.

    Raises:
        McpError: it is none.
    """
    if asked is None:
        raise McpError(PARSE_ERROR, "the body is not JSON", 400)
    is_call = isinstance(asked, dict) and asked.get("jsonrpc") == "2.0"
    if not is_call or not isinstance(asked.get("method", ""), str):
        raise McpError(INVALID_REQUEST, "the body must be one JSON-RPC 2.0 message", 400)
    if "id" in asked and id_of(asked) is None:
        raise McpError(INVALID_REQUEST, "id must be a string or a number", 400)
    found: Message = asked
    return found


def answered(plugin: Plugin, asked: Any, result: Message) -> Message:
    """The answer to a request."""
    kept = plugin.policy.mcp_result_id == "kept"
    return {
        "jsonrpc": "2.0",
        "id": id_of(asked) if kept else str(id_of(asked)),
        "result": result,
    }


def refused(plugin: Plugin, asked: Any, error: McpError) -> Message:
    """The error that answers a request."""
    kept = plugin.policy.mcp_error_id == "kept"
    return {"jsonrpc": "2.0", "id": id_of(asked) if kept else None, "error": error.members}


def sent(plugin: Plugin, body: Message | list[Message], status: int = 200) -> BaseResponse:
    """What travels: JSON, or a stream of one event."""
    if plugin.config.mcp_answers == "events" and status == 200:
        stream = f"event: message\ndata: {json.dumps(body)}\n\n"
        return Response(stream, mimetype=EVENTS, headers={"Cache-Control": "no-store"})
    answer = jsonify(body)
    answer.status_code = status
    return answer
