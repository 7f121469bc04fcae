"""Which revision of MCP a client speaks, read off its sign-ins at the honest mock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockauth.checks.client.visit import Visit
from mockauth.profiles.mcp import ASSUMED, REVISIONS, Revision
from mockauth.wire import Exchange


def spoken(visits: Sequence[Visit]) -> Revision:
    """The newest revision in which the client was served; the one that is assumed for a client that did
    not get so far."""
    found = {_version(exchange) for visit in visits for exchange in visit.served()}
    return max((one for one in REVISIONS if one in found), default=ASSUMED)


def _version(exchange: Exchange) -> str:
    """What the header says, which is there from 2025-06-18 on; else the answer to `initialize`."""
    header = exchange.request.header("MCP-Protocol-Version")
    result: Any = exchange.answer.members.get("result")
    negotiated = result.get("protocolVersion") if isinstance(result, dict) else ""
    return str(negotiated or header or "")
