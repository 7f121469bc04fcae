"""The protected resource by its addresses (RFC 8707, RFC 9728): what a token is good for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockauth.plugin.config import PluginConfig

WELL_KNOWN = "/.well-known/oauth-protected-resource"
PATHS: Mapping[str, str] = MappingProxyType(
    {"todo": "/todos", "embeddings": "/v1/embeddings", "mcp": "/mcp"}
)


def resource_of(config: PluginConfig, base: str) -> str:
    """The resource that a token is for when nobody says otherwise. An MCP server is one by itself;
    of the other plugins, whose clients never name one, it is the whole server."""
    return base + PATHS["mcp"] if config.api == "mcp" else base


def is_own(config: PluginConfig, base: str, resource: str) -> bool:
    """Whether `resource` names this plugin, or its API; of an MCP server only what its metadata
    names (RFC 9728 section 3.3)."""
    if config.api == "mcp":
        return resource == resource_of(config, base)
    return resource in (base, f"{base}/", base + PATHS[config.api])


def resource_document(config: PluginConfig, base: str) -> dict[str, Any]:
    """The metadata of the resource (RFC 9728 section 2)."""
    return {
        "resource": resource_of(config, base),
        "authorization_servers": [base],
        "scopes_supported": config.scope.split(),
        "bearer_methods_supported": ["header"],
        "resource_name": "mockauth sample MCP server",
    }


def document_address(base: str) -> str:
    """Where the metadata of an MCP server stands: the well-known part comes before the path of the
    resource (RFC 9728 section 3.1)."""
    scheme, _, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{WELL_KNOWN}{slash}{path}{PATHS['mcp']}"
