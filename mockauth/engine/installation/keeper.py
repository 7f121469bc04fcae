"""Where installations live between two requests, and one that keeps them in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Protocol

from mockauth.engine.installation.installation import Connection, Installation
from mockauth.engine.installation.pending import PendingLogin

MOST_KEPT = 500
"""Exchanges of one person with one plugin; older ones make way."""


@dataclass(frozen=True, kw_only=True)
class Noted:
    """An exchange as it may be shown: masked, with its place among all of its installation.

    `shown` has the members of an exchange in the JSON report; `at` is in seconds since the epoch.
    """

    installation: str
    person: str
    login: int
    """The login it belongs to; 0 for none."""
    at: float
    number: int = 0
    shown: Mapping[str, Any]


class Keeper(Protocol):
    """What outlives a request. Every method is whole: no other request sees half of it."""

    def installations(self) -> Sequence[Installation]:
        """All of them, the oldest first."""
        ...

    def installation(self, id: str) -> Installation | None:
        """The one of that id."""
        ...

    def keep(self, installation: Installation) -> None:
        """Keep it as it is now."""
        ...

    def remove(self, id: str) -> None:
        """Forget it, and everything that belongs to it."""
        ...

    def connection(self, installation: str, person: str) -> Connection | None:
        """What one person has of it."""
        ...

    def connect(self, connection: Connection) -> None:
        """Keep a connection as it is now."""
        ...

    def disconnect(self, installation: str, person: str) -> None:
        """Forget what one person has of it, logins that wait included."""
        ...

    def await_callback(self, pending: PendingLogin) -> PendingLogin:
        """Keep a login that starts; it gets its number."""
        ...

    def latest(self, installation: str, person: str) -> PendingLogin | None:
        """The last login that this person started."""
        ...

    def pending(self, state: str) -> PendingLogin | None:
        """The login of that state, untouched."""
        ...

    def take(self, state: str, now: float) -> bool:
        """Mark the state as used; False where it was used before, or is not known. Of two requests
        at once one gets True."""
        ...

    def end(self, state: str, ended: str) -> None:
        """Keep how the login ended."""
        ...

    def note(self, noted: Noted) -> None:
        """Keep an exchange; it gets its number."""
        ...

    def noted(self, installation: str, person: str) -> Sequence[Noted]:
        """The exchanges of one person with a plugin, the oldest first."""
        ...


@dataclass
class MemoryKeeper:
    """Keeps everything until the process ends."""

    _installations: dict[str, Installation] = field(default_factory=dict)
    _connections: dict[tuple[str, str], Connection] = field(default_factory=dict)
    _pending: dict[str, PendingLogin] = field(default_factory=dict)
    _noted: dict[tuple[str, str], deque[Noted]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def installations(self) -> Sequence[Installation]:
        """All of them; see `Keeper`."""
        with self._lock:
            return tuple(self._installations.values())

    def installation(self, id: str) -> Installation | None:
        """The one of that id."""
        return self._installations.get(id)

    def keep(self, installation: Installation) -> None:
        """Keep it as it is now."""
        with self._lock:
            self._installations[installation.id] = installation

    def remove(self, id: str) -> None:
        """Forget it, and everything that belongs to it."""
        with self._lock:
            self._installations.pop(id, None)
            for key in [key for key in self._connections if key[0] == id]:
                del self._connections[key]
            for key in [key for key in self._noted if key[0] == id]:
                del self._noted[key]
            for state in [s for s, one in self._pending.items() if one.installation == id]:
                del self._pending[state]

    def connection(self, installation: str, person: str) -> Connection | None:
        """What one person has of it."""
        return self._connections.get((installation, person))

    def connections(self) -> Sequence[Connection]:
        """What everybody has of anything."""
        with self._lock:
            return tuple(self._connections.values())

    def connect(self, connection: Connection) -> None:
        """Keep a connection as it is now."""
        with self._lock:
            self._connections[connection.installation, connection.person] = connection

    def disconnect(self, installation: str, person: str) -> None:
        """Forget what one person has of it."""
        with self._lock:
            self._connections.pop((installation, person), None)
            self._noted.pop((installation, person), None)
            mine = [s for s, one in self._pending.items() if _is_of(one, installation, person)]
            for state in mine:
                del self._pending[state]

    def await_callback(self, pending: PendingLogin) -> PendingLogin:
        """Keep a login that starts."""
        with self._lock:
            ours = sum(one.installation == pending.installation for one in self._pending.values())
            numbered = replace(pending, flow=ours + 1)
            self._pending[pending.state] = numbered
            return numbered

    def latest(self, installation: str, person: str) -> PendingLogin | None:
        """The last login that this person started."""
        with self._lock:
            found = [one for one in self._pending.values() if _is_of(one, installation, person)]
        return found[-1] if found else None

    def pending(self, state: str) -> PendingLogin | None:
        """The login of that state."""
        return self._pending.get(state)

    def take(self, state: str, now: float) -> bool:
        """Mark the state as used, once."""
        with self._lock:
            one = self._pending.get(state)
            if one is None or one.used_at is not None:
                return False
            self._pending[state] = replace(one, used_at=now)
            return True

    def end(self, state: str, ended: str) -> None:
        """Keep how the login ended."""
        with self._lock:
            if state in self._pending:
                self._pending[state] = replace(self._pending[state], ended=ended)

    def note(self, noted: Noted) -> None:
        """Keep an exchange."""
        with self._lock:
            line = self._noted.setdefault(
                (noted.installation, noted.person), deque(maxlen=MOST_KEPT)
            )
            line.append(replace(noted, number=next(self._numbers)))

    def noted(self, installation: str, person: str) -> Sequence[Noted]:
        """The exchanges of one person with a plugin."""
        with self._lock:
            return tuple(self._noted.get((installation, person), ()))


def _is_of(pending: PendingLogin, installation: str, person: str) -> bool:
    return (pending.installation, pending.person) == (installation, person)
