"""What one plugin app remembers: codes and tokens, kept as hashes, under one lock."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class CodeRecord:
    """An issued code. It stays after use, so that reuse can be told from nonsense."""

    client_id: str
    redirect_uri: str
    scope: str
    user: str
    expires_at: float
    challenge: str = ""
    challenge_method: str = ""
    used: bool = False
    family: str = ""


@dataclass
class TokenRecord:
    """An access or refresh token. `family` is shared by all that descend from one login."""

    client_id: str
    scope: str
    user: str
    expires_at: float
    family: str
    revoked: bool = False
    generation: int = 0
    """How many refreshes lie between the login and this token."""
    issued_at: float = 0.0


@dataclass
class State:
    """The memory of one app."""

    codes: dict[str, CodeRecord] = field(default_factory=dict)
    access: dict[str, TokenRecord] = field(default_factory=dict)
    refresh: dict[str, TokenRecord] = field(default_factory=dict)
    todos: dict[str, dict[str, str]] = field(default_factory=dict)
    issuers: set[str] = field(default_factory=set)
    """Every address under which tokens were issued: a server may be called by several names."""
    failures: Counter[str] = field(default_factory=Counter)
    """Wrong secrets per client."""
    waiting: dict[str, threading.Event] = field(default_factory=dict)
    counter: int = 1000
    lock: threading.RLock = field(default_factory=threading.RLock)

    def revoke_family(self, family: str) -> None:
        """Kill every token that descends from one login (RFC 6749 section 4.1.2)."""
        for record in (*self.access.values(), *self.refresh.values()):
            if record.family == family:
                record.revoked = True

    def todos_of(self, user: str) -> dict[str, str]:
        """The list of a user by id; it starts with one entry, so that there is one to read."""
        with self.lock:
            if user not in self.todos:
                self.todos[user] = {new_id(): f"Write to {user}"}
            return self.todos[user]

    def owner_of(self, todo_id: str) -> str | None:
        """Whose entry it is, or None."""
        with self.lock:
            return next((user for user, kept in self.todos.items() if todo_id in kept), None)

    def meet(self, key: str, seconds: float) -> None:
        """Wait for another caller with the same key, at most so long: a race made certain."""
        with self.lock:
            met = self.waiting.get(key)
            if met is None:
                met = self.waiting[key] = threading.Event()
            else:
                met.set()
        met.wait(seconds)


def new_id() -> str:
    """The id of an entry."""
    return secrets.token_hex(6)


def digest(value: str) -> str:
    """SHA-256: what is kept of a code or token."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
