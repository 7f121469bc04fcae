"""What a client does when its access token or its refresh token is dead."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.client.reaction import API, TOKEN
from mockauth.checks.client.visit import TokenKind, Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.words import say

MOST_DEAD_REFRESHES = 3


def refreshes_and_repeats(visit: Visit) -> Iterator[Finding | Seen]:
    """After a 401 comes a refresh, and then the same call with the new token."""
    expired = _expired(visit)
    if not any(e.answer.members.get(TokenKind.REFRESH) for e in visit.tokens if e.n < expired.n):
        raise Blocked(say("no refresh token was given: the client did not register for one"))
    asked = [e for e in visit.refreshes if e.n > expired.n]
    served = [e for e in visit.served() if e.n > expired.n]
    numbers = (expired.n, *(e.n for e in asked[:1]))
    if not asked:
        again = [e for e in visit.authorizes if e.n > expired.n]
        actual = (
            say("a new login was asked for") if again else say("no refresh came; {}", visit.words)
        )
        yield Finding(expected=say("a refresh"), actual=actual, at=API, exchanges=numbers)
    elif not asked[-1].answer.ok:
        answer = asked[-1].answer
        yield Finding(
            expected=say("a refresh that a strict server takes"),
            at=TOKEN,
            exchanges=numbers,
            actual=say("{} {}", answer.status, answer.members.get("error", "")),
        )
    elif not served:
        yield Finding(
            expected=say("the call once more, with the new token"),
            at=API,
            exchanges=numbers,
            actual=say("it was not repeated; {}", visit.words),
        )
    else:
        yield Seen(actual=say("refreshed and repeated"), exchanges=(*numbers, served[0].n))


def newest_token_used(visit: Visit) -> Iterator[Finding | Seen]:
    """The second refresh uses the refresh token that the first one brought."""
    refreshed = [e for e in visit.refreshes if e.request.param("refresh_token")]
    first_ok = next((e for e in refreshed if e.answer.members.get("refresh_token")), None)
    later = [e for e in refreshed if first_ok and e.n > first_ok.n]
    if first_ok is None or not later:
        raise Blocked(
            say(
                "two refreshes in one start are needed: let the command call the API "
                "until it answers, with a refresh after each 401"
            )
        )
    numbers = (first_ok.n, later[0].n)
    if later[0].request.param("refresh_token") == first_ok.answer.members["refresh_token"]:
        yield Seen(actual=say("the new refresh token came"), at=TOKEN, exchanges=numbers)
    else:
        yield Finding(
            expected=say("the refresh token that the last refresh brought"),
            at=TOKEN,
            actual=say("an older one"),
            exchanges=numbers,
        )


def asks_once(visit: Visit) -> Iterator[Finding | Seen]:
    """A dead refresh token ends in one new login, or in words for the user; not in a loop."""
    dead = [e for e in visit.refreshes if not e.answer.ok]
    if not dead:
        raise Blocked(
            say(
                "no refresh came: let the command refresh after the API has answered "
                "401, or when it has called the API"
            )
        )
    asked = [e for e in visit.logins if e.n > dead[0].n]
    numbers = (dead[0].n,)
    if len(dead) > MOST_DEAD_REFRESHES:
        yield Finding(
            expected=say("one refresh"),
            actual=say("{} refreshes with a dead token", len(dead)),
            at=TOKEN,
            exchanges=numbers,
        )
    elif len(asked) > visit.usual_logins:
        yield Finding(
            expected=say("one new login"), actual=say("{} logins", len(asked)), exchanges=numbers
        )
    elif visit.crashed or not (asked or visit.says_failure):
        yield Finding(
            expected=say("a new login, or words or a status for the user"),
            actual=visit.words,
            exchanges=numbers,
        )
    else:
        said = say("one new login") if asked else visit.words
        yield Seen(actual=said, exchanges=numbers)


def _expired(visit: Visit) -> Exchange:
    refused = [
        e for e in visit.calls if e.answer.status == 401 and e.request.header("Authorization")
    ]
    if not refused and visit.terms.is_mcp and visit.served():
        raise Blocked(
            say("one call is not enough: a token ends once it has worked; call a tool or two")
        )
    if not refused:
        raise Blocked(say("the client did not call the API with its token"))
    return refused[0]
