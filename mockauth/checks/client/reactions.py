"""Every word for what a client does next, with its judge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockauth.checks.client.mcp_reaction import MCP_REACTIONS
from mockauth.checks.client.reaction import OAUTH_REACTIONS, Reaction

REACTIONS: Mapping[str, Reaction] = MappingProxyType({**OAUTH_REACTIONS, **MCP_REACTIONS})
"""By the word that stands under `expect: next` in a scenario file."""
