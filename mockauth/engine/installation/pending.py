"""A login that waits for its callback. It is kept, because the user's browser cuts it in two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LIFETIME_SECONDS = 600.0
"""How long a callback may take. Codes live for a minute or ten; people look for their password."""


class Way(StrEnum):
    """How the browser comes back."""

    OWN = "own"
    """To mockauth's own address, which the plugin registers beside ChatGPT's."""
    PASTED = "pasted"
    """To ChatGPT's own address, unchanged; the user pastes the address that the browser ended at."""


@dataclass(frozen=True, kw_only=True)
class PendingLogin:
    """A state that was sent: who started it, for which plugin, from which host.

    Times are in seconds since the epoch; `used_at` is None until the first callback with it.
    """

    state: str
    installation: str
    person: str
    host: str
    redirect_uri: str
    way: Way
    started_at: float
    flow: int = 0
    """The number of this login among all of its installation."""
    used_at: float | None = None
    ended: str = ""
    """How the first callback ended (`Arrival`)."""
