"""The clock: every moment mockauth looks at comes from here, so that tests can move time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


@dataclass
class MovableClock:
    """A clock that starts at the real time and can be moved forward, to test expiry unslept."""

    offset: float = field(default=0.0)

    def now(self) -> float:
        """Seconds since the epoch, moved by `offset` seconds."""
        return time.time() + self.offset

    def forward(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self.offset += seconds


def iso(seconds: float) -> str:
    """`seconds` since the epoch as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
