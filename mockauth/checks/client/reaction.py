"""What all judges of a client's next step have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire.words import say

Reaction = Callable[[Visit], Iterator[Finding | Seen]]
TOKEN = say("token endpoint ({authorization_url})")
API = say("API")
MOST_TRIES = 5
EARLY_SECONDS = 0.2
"""How much too early a second try may seem to come, by the grain of clocks."""
MOST_LOGINS = 3


def lost_control(visit: Visit) -> str:
    """How the client fell over or went round in a circle, or ""."""
    if visit.crashed:
        return say("{}{}", visit.words, visit.where)
    if len(visit.logins) > MOST_LOGINS * max(1, len(visit.endings)) * visit.usual_logins:
        return say("{} logins one after the other{}", len(visit.logins), visit.where)
    return ""


def check_new(visit: Visit) -> None:
    """How a client makes itself known shows only where it does so in this start.

    Raises:
        Blocked: it uses the registration of an earlier one.
    """
    if visit.keeps_registration:
        raise Blocked(
            say(
                "the client uses the client_id of an earlier start: give it a new folder at each "
                "start{}",
                visit.where,
            )
        )
