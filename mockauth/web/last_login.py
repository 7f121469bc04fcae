"""How the last login of this browser ended, where it failed: told on the plugin's page until the next."""

from __future__ import annotations

from flask import session

from mockauth.engine.installation.arrival import MEANINGS, Arrival, Meaning
from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.login import Landed

NAME = "failed"
WELL = (Arrival.CONNECTED, Arrival.DENIED)
"""Ends that ask for no change."""


def remember(installation: Installation, landed: Landed) -> None:
    """Keep how a login ended; one that ended well ends the memory of those before."""
    forget()
    if landed.arrival not in WELL:
        session[NAME] = [installation.id, landed.arrival]


def forget() -> None:
    """A login begins anew."""
    session.pop(NAME, None)


def last_failure(installation: Installation) -> Meaning | None:
    """What went wrong at the last login to this plugin; None for nothing."""
    id, arrival = session.get(NAME) or ("", "")
    known = {str(one): meaning for one, meaning in MEANINGS.items()}
    return known.get(arrival) if id == installation.id else None
