"""A person's access to an installed plugin: tokens, or the key they pasted."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from mockauth.wire.secret import Secret

NO_SECRET = Secret("")


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What ChatGPT sends to the API for one person."""

    id: str = field(default_factory=lambda: uuid4().hex)
    installation: str
    person: str
    access_token: Secret
    """With `user_http` the pasted key."""
    refresh_token: Secret = NO_SECRET
    token_type: str = "Bearer"
    scope: str = ""
    expires: float | None = None
    """None when the server did not say."""
    since: float = 0.0
    """When the person connected; a refresh leaves it as it is. The store fills it in where it is 0."""
    updated: float = 0.0
    version: int = 0
    """Counts the refreshes: of two at once the second is refused."""

    def is_expired(self, now: float) -> bool:
        """Whether the access token is over, as far as the server said."""
        return self.expires is not None and self.expires <= now
