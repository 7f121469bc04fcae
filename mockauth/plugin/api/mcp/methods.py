"""What the methods of an MCP server answer."""

from __future__ import annotations

from flask import request

from mockauth.plugin.api.auth import Caller
from mockauth.plugin.api.mcp.fixtures import FIXTURES, OF_CLIENTS
from mockauth.plugin.api.mcp.message import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MISSING_CAPABILITY,
    McpError,
    Message,
    params_of,
)
from mockauth.plugin.api.mcp.revision import CAPABILITIES, handshaken, stateless
from mockauth.plugin.api.mcp.tools import ABOUT, SAMPLE, Tool
from mockauth.plugin.context import Plugin

SERVER = {"name": "mockauth", "version": "1"}
CACHED = {"ttlMs": 60_000, "cacheScope": "private"}
IDENTIFIED = {"_meta": {"io.modelcontextprotocol/serverInfo": SERVER}}


def tools_of(plugin: Plugin) -> dict[str, Tool]:
    """The tools of this server, by name."""
    sample = (*SAMPLE, *((ABOUT,) if plugin.config.mixed else ()))
    if plugin.config.mcp_tools == "client":
        sample += (OF_CLIENTS,)
    tools = FIXTURES if plugin.config.mcp_tools == "conformance" else sample
    return {tool.name: tool for tool in tools}


def handshake_result(plugin: Plugin, who: Caller, asked: Message) -> Message:
    """The result of a method before 2026-07-28.

    Raises:
        McpError: there is no such method, or its parameters are wrong.
    """
    method, params = asked.get("method"), _checked(asked)
    if method == "initialize":
        known, wanted = handshaken(plugin), params.get("protocolVersion")
        if not known:
            raise McpError(INVALID_PARAMS, "no version of that kind is supported")
        takes_all = plugin.policy.mcp_any_version_agreed
        return {
            "protocolVersion": wanted if wanted in known or takes_all else known[0],
            "capabilities": {"tools": {"listChanged": False}},
            "serverInfo": SERVER,
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [tool.described(plugin) for tool in tools_of(plugin).values()]}
    if method == "tools/call":
        return _called(plugin, who, params)
    raise McpError(METHOD_NOT_FOUND, "there are initialize, ping, tools/list and tools/call")


def stateless_result(plugin: Plugin, who: Caller, asked: Message) -> Message:
    """The result of a method of 2026-07-28.

    Raises:
        McpError: there is no such method, or its parameters are wrong.
    """
    method, params = asked.get("method"), _checked(asked)
    whole = {"resultType": "complete", **IDENTIFIED}
    if method == "server/discover":
        known = {"supportedVersions": list(stateless(plugin)), "capabilities": {"tools": {}}}
        return {**known, **CACHED, **whole}
    if method == "tools/list":
        tools = [tool.described(plugin) for tool in tools_of(plugin).values()]
        return {"tools": tools, **CACHED, **whole}
    if method == "tools/call":
        return {**_called(plugin, who, params), **whole}
    text = "there are server/discover, tools/list and tools/call"
    raise McpError(METHOD_NOT_FOUND, text, plugin.policy.mcp_unknown_method)


def _checked(asked: Message) -> Message:
    if not isinstance(asked.get("params", {}), dict):
        raise McpError(INVALID_PARAMS, "params must be an object")
    return params_of(asked)


def _called(plugin: Plugin, who: Caller, params: Message) -> Message:
    name, given, tools = params.get("name"), params.get("arguments", {}), tools_of(plugin)
    if not isinstance(name, str) or name not in tools:
        raise McpError(INVALID_PARAMS, f"name must be one of {', '.join(tools)}")
    if not isinstance(given, dict):
        raise McpError(INVALID_PARAMS, "arguments must be an object")
    needed, meta = tools[name].needs, params.get("_meta")
    able = meta.get(CAPABILITIES, {}) if isinstance(meta, dict) else {}
    if needed and "MCP-Protocol-Version" in request.headers and needed not in able:
        data: Message = {"requiredCapabilities": {needed: {}}}
        raise McpError(MISSING_CAPABILITY, f"the client must declare {needed}", 400, data)
    return tools[name].run(plugin, who, given)
