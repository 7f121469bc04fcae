"""What an authorization server tells of a token (RFC 7662), read from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def audience_told(members: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Whom an active token is for (RFC 7662 section 2.2); None where the answer names no address: some
    servers name the client there."""
    named = members.get("aud") if members.get("active") is True else None
    listed = named if isinstance(named, list) else [named]
    found = tuple(one for one in listed if isinstance(one, str) and "://" in one)
    return found or None
