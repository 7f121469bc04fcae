"""The built-in plugin as an MCP server and its authorization server."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from mockauth.plugin.config import PluginConfig
from mockauth.wire.message import FORM


def as_mcp_server(config: PluginConfig, settled: Collection[str] = ()) -> PluginConfig:
    """The plugin as the clients of an MCP server find one: they register or name a document, write
    form, must use PKCE, may prove a key, and may ask for more scope than they registered for.

    `settled` are settings and switches that somebody has chosen, which stay as they are.
    """
    usual: dict[str, Any] = {
        "api": "mcp",
        "registration": True,
        "content_type": FORM,
        "client_documents": True,
        "client_assertions": True,
        "offline_access": True,
    }
    switches: dict[str, Any] = {"pkce_required": True, "registered_scope_binds": False}
    chosen = {name: value for name, value in usual.items() if name not in settled}
    policy = {name: value for name, value in switches.items() if name not in settled}
    return replace(config, policy=replace(config.policy, **policy), **chosen)
