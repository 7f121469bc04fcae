"""Who sits at a browser. ChatGPT's pages know people by their browser session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who uses the pages; a second browser is a second person."""

    id: str
    name: str = ""
    created: float = 0.0
    """Seconds since the epoch, as every moment here. The store fills it in."""
