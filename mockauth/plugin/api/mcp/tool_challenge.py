"""The result of a tool that needs a sign-in first, as ChatGPT reads it: `mcp/www_authenticate`."""

from __future__ import annotations

from typing import Any

from flask import request

from mockauth.plugin.api.auth import Refused
from mockauth.plugin.api.mcp.message import Message
from mockauth.plugin.api.mcp.tools import text
from mockauth.plugin.context import Plugin

REASONS = {
    "invalid_token": "Sign in to use this tool.",
    "insufficient_scope": "This tool needs one more permission.",
}


def challenged_result(plugin: Plugin, asked: Any, refused: Refused) -> Message | None:
    """The result that stands in place of a refusal; None where that is the better answer."""
    is_call = isinstance(asked, dict) and asked.get("method") == "tools/call" and "id" in asked
    status = refused.answer.status_code
    bad_token = status == 401 and "Authorization" in request.headers
    if not is_call or not plugin.config.tool_challenge or status not in (401, 403) or bad_token:
        return None
    challenge = refused.answer.headers.get("WWW-Authenticate", "Bearer")
    error = "insufficient_scope" if status == 403 else "invalid_token"
    result = text(REASONS[error], wrong=True)
    if plugin.policy.mcp_tool_challenge != "missing":
        result["_meta"] = {"mcp/www_authenticate": [_told(plugin, challenge, error)]}
    return result


def _told(plugin: Plugin, challenge: str, error: str) -> str:
    if plugin.policy.mcp_tool_challenge == "bare":
        return challenge
    named = "" if " error=" in challenge else f', error="{error}"'
    return f'{challenge}{named}, error_description="{REASONS[error]}"'
