"""A login that waits for its callback. It is kept, because the user's browser cuts it in two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    login: str = ""
    """What its exchanges are kept under."""
    used_at: float | None = None
