"""What one plugin app remembers: codes and tokens, kept as hashes, under one lock."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mockauth.plugin.config import ClientConfig

MOST_CLIENTS = 10_000
"""Clients that registered; the oldest makes way for one more."""
MOST_SESSIONS = 10_000
MOST_ENTRIES = 100
"""Entries on the list of a user; the oldest makes way: nobody empties a mock, and memory has an end."""
LONGEST_ENTRY = 1000
"""Characters of an entry, for the same reason."""
GAP_SECONDS = 0.1
"""How long a racing plugin waits between looking something up and marking it used."""
COMPARED_START = 20
REMEMBERED_SECONDS = 3600
"""How long a dead code or token is still known: reuse of a code must find the tokens that came of
it, and a refusal says what it was."""


@dataclass(eq=False, slots=True)
class Family:
    """All that descends from one login: one switch kills it (RFC 6749 section 4.1.2)."""

    revoked: bool = False


@dataclass(slots=True)
class CodeRecord:
    """An issued code. It stays after use, so that reuse can be told from nonsense."""

    client_id: str
    redirect_uri: str
    scope: str
    user: str
    expires_at: float
    challenge: str = ""
    challenge_method: str = ""
    resource: str = ""
    """What the token is wanted for (RFC 8707); "" where the request did not say."""
    used: bool = False
    family: Family = field(default_factory=Family)


@dataclass(slots=True)
class TokenRecord:
    """An access or refresh token."""

    client_id: str
    scope: str
    user: str
    expires_at: float
    family: Family
    dead: bool = False
    """Whether it was revoked by itself."""
    generation: int = 0
    """How many refreshes lie between the login and this token."""
    issued_at: float = 0.0
    resource: str = ""
    """What it was wanted for (RFC 8707); "" where no request has said."""
    access: str = ""
    """The access token that was issued beside it, kept only where a refresh repeats it."""
    issuer: str = ""
    """The address under which it was issued: a server may be called by several names."""

    @property
    def revoked(self) -> bool:
        """Whether it, or all that descends from its login, was revoked."""
        return self.dead or self.family.revoked


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What came of a client ID metadata document, until a moment in seconds since the epoch."""

    client: ClientConfig | None
    until: float


Record = TypeVar("Record", CodeRecord, TokenRecord)


@dataclass
class PluginState:
    """The memory of one app."""

    codes: OrderedDict[bytes, CodeRecord] = field(default_factory=OrderedDict)
    access: OrderedDict[bytes, TokenRecord] = field(default_factory=OrderedDict)
    refresh: OrderedDict[bytes, TokenRecord] = field(default_factory=OrderedDict)
    clients: OrderedDict[str, ClientConfig] = field(default_factory=OrderedDict)
    """Those that registered, by id."""
    documents: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    """What came of client ID metadata documents, by their address."""
    keys: OrderedDict[str, tuple[dict[str, Any], float]] = field(default_factory=OrderedDict)
    """Key sets of clients by their address, and until when they are good."""
    assertions: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)
    """The ids of assertions by client, and until when they are remembered."""
    sessions: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """The sessions of an MCP server, and whose they are."""
    stepped: set[str] = field(default_factory=set)
    """Users who lacked a scope, where that is never forgotten."""
    todos: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    """Wrong secrets per client."""
    waiting: dict[Hashable, threading.Event] = field(default_factory=dict)
    counter: int = 1000
    lock: threading.RLock = field(default_factory=threading.RLock)

    def keep(
        self, kept: OrderedDict[bytes, Record], secret: str, record: Record, now: float
    ) -> None:
        """Remember a code or token by its hash, and forget what has long expired."""
        with self.lock:
            key = digest(secret)
            kept[key] = record
            kept.move_to_end(key)  # one that is issued twice, too: the order is that of expiry
            self._sweep(kept, now - REMEMBERED_SECONDS)

    def _sweep(self, kept: OrderedDict[bytes, Record], before: float) -> None:
        """Drop the oldest, at most two for each one that is new: no request pays for all. A plain
        dict would walk over what was dropped before, each time."""
        for _ in range(2):
            oldest = next(iter(kept))
            if kept[oldest].expires_at > before:
                return
            del kept[oldest]

    def register(self, client: ClientConfig) -> None:
        """Know one more client."""
        with self.lock:
            self.clients[client.id] = client
            while len(self.clients) > MOST_CLIENTS:
                self.clients.popitem(last=False)

    def clear(self) -> None:
        """Forget everything; ids are counted on, so that none comes twice."""
        with self.lock:
            for kept in (self.codes, self.access, self.refresh, self.clients, self.todos):
                kept.clear()
            for known in (self.documents, self.keys, self.assertions, self.sessions, self.stepped):
                known.clear()
            self.failures.clear()
            self.waiting.clear()

    def begin_session(self, session: str, user: str) -> None:
        """Know one more session of an MCP server."""
        with self.lock:
            self.sessions[session] = user
            while len(self.sessions) > MOST_SESSIONS:
                self.sessions.popitem(last=False)

    def todos_of(self, user: str) -> dict[str, str]:
        """The list of a user by id; it starts with one entry, so that there is one to read."""
        with self.lock:
            if user not in self.todos:
                self.todos[user] = {new_id(): f"Write to {user}"}
            return self.todos[user]

    def add_todo(self, user: str, text: str) -> str:
        """One more entry on the list of a user, whose oldest makes way; its id."""
        todo_id = new_id()
        with self.lock:
            todos = self.todos_of(user)
            todos[todo_id] = text
            while len(todos) > MOST_ENTRIES:
                del todos[next(iter(todos))]
        return todo_id

    def owner_of(self, todo_id: str) -> str | None:
        """Whose entry it is, or None."""
        with self.lock:
            return next((user for user, kept in self.todos.items() if todo_id in kept), None)

    def meet(self, key: Hashable) -> None:
        """Wait for another caller with the same key, for a moment: a race made certain."""
        with self.lock:
            met = self.waiting.get(key)
            if met is None:
                met = self.waiting[key] = threading.Event()
            else:
                met.set()
        met.wait(GAP_SECONDS)


def new_id() -> str:
    """The id of an entry."""
    return secrets.token_hex(6)


def compared(value: str, match: str) -> str:
    """What of a code or token counts, by `Behaviour.code_match` and `Behaviour.refresh_match`."""
    if match == "exact":
        return value
    return value.lower() if match == "any-case" else value[:COMPARED_START]


def digest(value: str) -> bytes:
    """SHA-256: what is kept of a code or token."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
