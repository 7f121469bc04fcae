"""What can be changed in a plugin while it runs."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mockauth.clock import Clock
from mockauth.plugin.config import ClientConfig, PluginConfig, UserConfig
from mockauth.plugin.journal import JournalEntry

MOST_KEPT = 1000
ERROR_PLACES = ("authorize", "token", "refresh")
"""Where an OAuth error can be said."""


@dataclass(frozen=True, kw_only=True)
class QueuedError:
    """The error that the next request of a place gets, one of `ERROR_PLACES`."""

    place: str
    error: str
    error_description: str = ""


@dataclass(frozen=True, kw_only=True)
class QueuedResponse:
    """What the next request to a path gets instead of an answer of the plugin."""

    path: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


Queued = TypeVar("Queued", QueuedError, QueuedResponse)


class ShiftedClock:
    """A clock that runs as another does, and can be moved."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.shift = clock, 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now() + self.shift

    def sleep(self, seconds: float) -> None:
        """Wait as the other clock does."""
        self._clock.sleep(seconds)


@dataclass
class Control:
    """The switches of one app; everything goes back to how it began with `reset`."""

    clock: ShiftedClock
    users: list[UserConfig] = field(default_factory=list)
    clients: list[ClientConfig] = field(default_factory=list)
    next_users: deque[str] = field(default_factory=deque)
    next_errors: deque[QueuedError] = field(default_factory=deque)
    next_responses: deque[QueuedResponse] = field(default_factory=deque)
    journal: deque[tuple[int, JournalEntry]] = field(
        default_factory=lambda: deque(maxlen=MOST_KEPT)
    )
    numbers: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def config_for(self, base: PluginConfig) -> PluginConfig:
        """The settings of `base`, with the users and clients that were added."""
        if not (self.users or self.clients):
            return base
        with self.lock:
            return replace(
                base,
                users=(*base.users, *self.users),
                clients=(*base.clients, *self.clients),
            )

    def next_user(self) -> str | None:
        """Who signs in next without a page; None asks as usual."""
        with self.lock:
            return self.next_users.popleft() if self.next_users else None

    def next_error(self, place: str) -> QueuedError | None:
        """The next error that is queued for `place`."""
        return self._next_queued(self.next_errors, lambda one: one.place == place)

    def next_response(self, path: str) -> QueuedResponse | None:
        """The next answer that is queued for `path`."""
        return self._next_queued(self.next_responses, lambda one: one.path == path)

    def _next_queued(self, queue: deque[Queued], fits: Callable[[Queued], bool]) -> Queued | None:
        if not queue:
            return None
        with self.lock:
            found = next(filter(fits, queue), None)
            if found is not None:
                queue.remove(found)
            return found

    def record(self, entry: JournalEntry) -> None:
        """Note one request; the oldest is forgotten."""
        with self.lock:
            self.numbers += 1
            self.journal.append((self.numbers, entry))

    def reset(self) -> None:
        """As at the start; tokens that were issued stay."""
        with self.lock:
            self.users.clear()
            self.clients.clear()
            for queue in (self.next_users, self.next_errors, self.next_responses, self.journal):
                queue.clear()
            self.clock.shift = 0.0
