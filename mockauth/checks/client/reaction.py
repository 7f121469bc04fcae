"""What all judges of a client's next step have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire.words import Words, say

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


def told_failure(visit: Visit, held_back: Words, numbers: tuple[int, ...]) -> Finding | Seen:
    """Whether a client that stopped rightly also says that the sign-in failed."""
    if visit.says_failure or visit.timed_out:
        return Seen(actual=say("{}; {}{}", held_back, visit.words, visit.where), exchanges=numbers)
    return Finding(
        expected=say("a status other than 0, or words, to say that the sign-in failed"),
        actual=say("{}{}", visit.words, visit.where),
        exchanges=numbers,
        tolerated=True,
    )


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
