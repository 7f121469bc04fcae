"""A login under way: the user's browser is at the plugin, and comes back with `state`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

LIFETIME = 600.0
"""Seconds until a login that did not come back is too late."""


def new_state() -> str:
    """A `state` that nobody can guess (RFC 6749 section 10.10)."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, kw_only=True)
class PendingLogin:
    """What the callback must know again. The store keeps only a hash of `state`, so a login that it
    returns has the one that was asked for."""

    state: str = field(default_factory=new_state, repr=False)
    installation: str
    """The id of the installation."""
    person: str
    """The id of the person who logs in."""
    host: str
    """Where the pages were when the login began, with its port: the callback's own host, or the
    session cookie cannot come back."""
    redirect_uri: str
    """As it was sent to `client_url`: the token request repeats it (RFC 6749 section 4.1.3)."""
    flow: str = ""
    """The flow of the timeline that it belongs to."""
    created: float = 0.0
    """The store fills in this and, where it is 0, `expires`."""
    expires: float = 0.0
    claimed: float | None = None
    """When the callback took it; a second one gets nothing."""


class NotClaimed(StrEnum):
    """Why a callback gets no login. Each has its own page."""

    UNKNOWN = "unknown"
    """No login has this state: it was altered, or forged, or is long over."""
    OTHER_PLUGIN = "other-plugin"
    """The callback of another plugin."""
    OTHER_SESSION = "other-session"
    """Another browser began it, or the session cookie did not come back."""
    USED = "used"
    EXPIRED = "expired"
