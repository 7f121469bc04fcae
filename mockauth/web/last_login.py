"""How the last login of this browser ended, where it failed or did not end: told on the plugin's page
until the next."""

from __future__ import annotations

from dataclasses import replace

from flask import session

from mockauth.engine.installation.arrival import MEANINGS, Arrival, Meaning
from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.login import Landed
from mockauth.wire.words import say

NAME = "failed"
AWAY = "away"
"""In place of an end: the browser has left, and not come back."""
LONGEST_FIX = 300
"""Characters that are kept in the cookie."""
WELL = (Arrival.CONNECTED, Arrival.DENIED)
"""Ends that ask for no change."""


def remember(installation: Installation, landed: Landed) -> None:
    """Keep how a login ended; one that ended well ends the memory of those before."""
    forget()
    if landed.arrival not in WELL:
        lead = landed.lead
        told = [lead.fix[:LONGEST_FIX], lead.id] if lead else []
        session[NAME] = [installation.id, landed.arrival, *told]


def leave(installation: Installation) -> None:
    """A login begins anew, and comes back by itself."""
    session[NAME] = [installation.id, AWAY]


def forget() -> None:
    """A login begins anew, or nothing is known of the last one."""
    session.pop(NAME, None)


def latest() -> str:
    """The id of what this browser logged in to last; "" where that ended well, or nothing is known."""
    return str((session.get(NAME) or ("",))[0])


def is_away(installation: Installation) -> bool:
    """Whether the last login has left for this plugin, and not come back."""
    return session.get(NAME) == [installation.id, AWAY]


def last_failure(installation: Installation) -> Meaning | None:
    """What went wrong at the last login to this plugin; None for nothing."""
    id, arrival, *told = session.get(NAME) or ("", "")
    known = {str(one): meaning for one, meaning in MEANINGS.items()}
    meaning = known.get(arrival) if id == installation.id else None
    if meaning is None or not told:
        return meaning
    fix, check = told
    return replace(meaning, fix=say("{}", fix), check=check)
