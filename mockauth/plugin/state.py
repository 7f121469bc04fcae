"""What one plugin app remembers: codes and tokens, kept as hashes, under one lock."""

from __future__ import annotations

import hashlib
import threading
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


@dataclass
class State:
    """The memory of one app."""

    codes: dict[str, CodeRecord] = field(default_factory=dict)
    access: dict[str, TokenRecord] = field(default_factory=dict)
    refresh: dict[str, TokenRecord] = field(default_factory=dict)
    todos: dict[str, list[str]] = field(default_factory=dict)
    counter: int = 1000
    lock: threading.RLock = field(default_factory=threading.RLock)

    def revoke_family(self, family: str) -> None:
        """Kill every token that descends from one login (RFC 6749 section 4.1.2)."""
        for record in (*self.access.values(), *self.refresh.values()):
            if record.family == family:
                record.revoked = True


def digest(value: str) -> str:
    """SHA-256: what is kept of a code or token."""
    return hashlib.sha256(value.encode()).hexdigest()
