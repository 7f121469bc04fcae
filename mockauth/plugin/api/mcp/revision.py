"""Which revision of MCP a request is written in, and what that revision demands of it.

2026-07-28 is without state: each request says its version, its client's abilities and, in headers,
what it is (basic/transports/streamable-http). Before, a client begins with `initialize`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import request

from mockauth.plugin.api.mcp.message import (
    EVENTS,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    UNSUPPORTED_VERSION,
    McpError,
    Message,
    params_of,
)
from mockauth.plugin.context import Plugin
from mockauth.plugin.resource import SERVED
from mockauth.wire.message import JSON

STATELESS = "2026-07-28"
BATCHING = "2025-03-26"
NOBODYS = "2026-12-31"
VERSION, CAPABILITIES = (
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientCapabilities",
)
NAMED: Mapping[str, str] = MappingProxyType(
    {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
)
"""The parameter that Mcp-Name repeats, by method."""
ENCODED = re.compile(r"=\?base64\?(.*)\?=")


def versions(plugin: Plugin) -> tuple[str, ...]:
    """The revisions that this server speaks."""
    if plugin.policy.mcp_versions == "older":
        return (NOBODYS,)
    served = SERVED[plugin.config.mcp_revision]
    oldest = plugin.policy.mcp_versions == "oldest" and BATCHING not in served
    return (*served, BATCHING) if oldest else served


def handshaken(plugin: Plugin) -> tuple[str, ...]:
    """Those of them that begin with `initialize`."""
    return tuple(one for one in versions(plugin) if one < STATELESS)


def stateless(plugin: Plugin) -> tuple[str, ...]:
    """Those of them that do not."""
    return tuple(one for one in versions(plugin) if one >= STATELESS)


def is_stateless(plugin: Plugin, asked: Any) -> bool:
    """Whether a request is of the revision without a state."""
    if not stateless(plugin):
        return False
    header = request.headers.get("MCP-Protocol-Version", "").strip()
    if header:
        return header not in handshaken(plugin)
    meta = params_of(asked).get("_meta")
    return isinstance(meta, dict) and VERSION in meta


def check_transport() -> None:
    """What every revision demands of a POST.

    Raises:
        McpError: the media types are others.
    """
    if request.mimetype != JSON:
        raise McpError(INVALID_REQUEST, "send application/json", 415)
    if not all(request.accept_mimetypes.quality(kind) for kind in (JSON, EVENTS)):
        text = "Accept must list application/json and text/event-stream"
        raise McpError(INVALID_REQUEST, text, 406)


def check_version(plugin: Plugin) -> None:
    """The header of a revision that begins with `initialize`.

    Raises:
        McpError: it names another revision than those that are spoken.
    """
    revision, known = request.headers.get("MCP-Protocol-Version"), versions(plugin)
    if plugin.policy.mcp_versions == "none":
        raise McpError(INVALID_REQUEST, "no version is supported", 400)
    if plugin.config.mcp_revision == BATCHING or not revision:
        return  # the header came with 2025-06-18
    if revision not in known and plugin.policy.mcp_unsupported_version != "taken":
        text = f"MCP-Protocol-Version must be of {', '.join(known)}"
        raise McpError(INVALID_REQUEST, text, 400)


def check_stateless(plugin: Plugin, asked: Message) -> None:
    """What 2026-07-28 demands of a request: headers that say what the body says, and its `_meta`.

    Raises:
        McpError: -32020, -32022 or -32602, as its section "Server validation" says.
    """
    version = request.headers.get("MCP-Protocol-Version", "").strip()
    params = params_of(asked)
    meta = params.get("_meta")
    said = meta.get(VERSION) if isinstance(meta, dict) else None
    if said is not None and said != version:
        raise McpError(HEADER_MISMATCH, "MCP-Protocol-Version is not that of the body", 400)
    _check_supported(plugin, version)
    if plugin.policy.mcp_headers_checked:
        _check_repeated("Mcp-Method", asked.get("method"))
        if asked.get("method") in NAMED:
            _check_repeated("Mcp-Name", params.get(NAMED[str(asked["method"])]))
    if said is None or not isinstance(meta, dict) or CAPABILITIES not in meta:
        raise McpError(INVALID_PARAMS, f"_meta must have {VERSION} and {CAPABILITIES}", 400)


def _check_supported(plugin: Plugin, version: str) -> None:
    how, known = plugin.policy.mcp_unsupported_version, list(stateless(plugin))
    none = plugin.policy.mcp_versions == "none"
    if (version in known or how == "taken") and not none:
        return
    data: Message = {"supported": [] if none else known, "requested": version}
    listed = data if how == "listed" else None
    raise McpError(UNSUPPORTED_VERSION, "that protocol version is not supported", 400, listed)


def _check_repeated(name: str, value: object) -> None:
    header = request.headers.get(name)
    if header is None or not isinstance(value, str) or _decoded(header.strip()) != value:
        raise McpError(HEADER_MISMATCH, f"{name} must say what the body says", 400)


def _decoded(header: str) -> str | None:
    """The value of a header, which may be wrapped where it is not plain ASCII."""
    found = ENCODED.fullmatch(header)
    if found is None:
        return header
    try:
        value = base64.b64decode(found[1], validate=True)
        return value.decode() if base64.b64encode(value).decode() == found[1] else None
    except (binascii.Error, ValueError):
        return None
