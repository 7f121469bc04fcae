"""Sessions, which a server of MCP before 2026-07-28 may keep (basic/transports, session management)."""

from __future__ import annotations

import secrets

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.mcp.message import INVALID_REQUEST, McpError
from mockauth.plugin.context import Plugin

HEADER = "Mcp-Session-Id"


def new_session(plugin: Plugin, user: str) -> str:
    """The id of a new session of a user, of 256 bits."""
    with plugin.state.lock:
        plugin.state.counter += 1
        number = plugin.state.counter
    style = plugin.policy.mcp_session_style
    session = str(number) if style == "counter" else secrets.token_hex(32)
    session = f"{session} {number}" if style == "spaced" else session
    plugin.state.begin_session(session, user)
    return session


def check_session(plugin: Plugin, user: str) -> None:
    """Whether a request belongs to a session of its user.

    Raises:
        McpError: 400 without one, 404 for an unknown one, which tells the client to begin anew.
    """
    if plugin.config.mcp_mode != "session":
        return
    session = request.headers.get(HEADER)
    if not session:
        raise McpError(INVALID_REQUEST, f"{HEADER} is missing", 400)
    if plugin.state.sessions.get(session) != user:
        raise McpError(INVALID_REQUEST, "there is no such session", plugin.policy.mcp_stale_session)


def end_session(plugin: Plugin, user: str) -> BaseResponse:
    """The answer to DELETE: the session is over."""
    if plugin.config.mcp_mode != "session":
        raise MethodNotAllowed(["POST"])
    check_session(plugin, user)
    with plugin.state.lock:
        plugin.state.sessions.pop(request.headers[HEADER], None)
    return Response(status=204)


def session_user(plugin: Plugin) -> str | None:
    """Whose session it is, where that is taken for a sign-in."""
    known = plugin.policy.mcp_session_is_auth and request.headers.get(HEADER, "")
    return plugin.state.sessions.get(known) if known else None
