"""What happened at an installation, in order: the messages of its flows, masked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a timeline."""

    installation: str
    number: int
    """Counts up within the installation without gaps, in the order in which entries become visible:
    whoever has seen all up to a number has missed nothing. It is the id of a server-sent event."""
    at: float
    flow: str
    """What belongs together, such as one login."""
    line: str
    """JSON, masked by who recorded it."""
