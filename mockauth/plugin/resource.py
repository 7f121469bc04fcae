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
MCP_PATHS = ("/mcp", "/mcp2")
"""Two MCP servers with one authorization server, each a resource of its own: what a token of the one
does at the other shows whether audiences are looked at."""
SERVED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "2026-07-28": ("2026-07-28", "2025-11-25", "2025-06-18"),
        "2025-11-25": ("2025-11-25", "2025-06-18"),
        "2025-06-18": ("2025-06-18",),
        "2025-03-26": ("2025-03-26",),
    }
)
"""The revisions of MCP that are spoken where the settings name a revision; the newest first."""


def has_resource_metadata(config: PluginConfig) -> bool:
    """Whether the resource has metadata (RFC 9728): MCP knows of it since 2025-06-18."""
    return config.api == "mcp" and config.mcp_revision > "2025-03-26"


def issuer_of(config: PluginConfig, base: str) -> str:
    """The issuer, which is the address of the plugin unless a tenant has a path of its own."""
    return f"{base}/{config.tenant}" if config.tenant else base


def resource_of(config: PluginConfig, base: str, path: str = "") -> str:
    """The resource that a token is for when nobody says otherwise, or the one that `path` belongs to.
    An MCP server is one by itself; of the other plugins, whose clients never name one, it is the whole
    server."""
    if config.api != "mcp":
        return base
    return base + (path if path in MCP_PATHS else PATHS["mcp"])


def is_own(config: PluginConfig, base: str, resource: str) -> bool:
    """Whether `resource` names this plugin, or its API; of MCP servers only what their metadata names
    (RFC 9728 section 3.3)."""
    if config.api == "mcp":
        return resource in [base + path for path in MCP_PATHS]
    return resource in (base, f"{base}/", base + PATHS[config.api])


def is_around(config: PluginConfig, base: str, resource: str) -> bool:
    """Whether `resource` is not the MCP server but the origin or the issuer around it."""
    around = (base, issuer_of(config, base))
    return config.api == "mcp" and resource.rstrip("/") in around


def resource_document(config: PluginConfig, base: str, path: str = "") -> dict[str, Any]:
    """The metadata of the resource at `path` (RFC 9728 section 2); "" is the document at the root."""
    return {
        "resource": _published(config, base, path),
        "authorization_servers": [issuer_of(config, base)],
        "scopes_supported": config.scope.split(),
        "bearer_methods_supported": ["header"],
        "resource_name": "mockauth sample MCP server",
    }


def document_address(base: str, path: str = "") -> str:
    """Where the metadata of an MCP server stands: the well-known part comes before the path of the
    resource (RFC 9728 section 3.1)."""
    scheme, _, rest = base.partition("://")
    host, slash, prefix = rest.partition("/")
    own = path if path in MCP_PATHS else PATHS["mcp"]
    return f"{scheme}://{host}{WELL_KNOWN}{slash}{prefix}{own}"


def _published(config: PluginConfig, base: str, path: str) -> str:
    right, how = resource_of(config, base, path), config.policy.resource_published
    if how == "origin":
        return base
    if how == "fragment":
        return f"{right}#mcp"
    return f"{base}/other" if how == "root-differs" and not path else right
