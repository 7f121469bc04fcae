"""What a client does with a token answer that was changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote_plus

from mockauth.checks.client.reaction import (
    API,
    EARLY_SECONDS,
    MOST_TRIES,
    TOKEN,
    lost_control,
    told_failure,
)
from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.words import say

PATIENCE_SECONDS = 60.0
"""How long a client may wait for an answer; ChatGPT itself waits 45 seconds."""


def goes_on(visit: Visit) -> Iterator[Finding | Seen]:
    """The API is called with the token."""
    answered = [e for e in visit.tokens if e.answer.ok]
    if not answered:
        raise Blocked(say("the client did not get as far as a token answer{}", visit.where))
    served = visit.served()
    if served:
        yield Seen(actual=say("the API was called{}", visit.where), exchanges=(served[0].n,))
    else:
        yield Finding(
            expected=say("the sign-in goes on to the API"),
            actual=say("no call with the token{}; {}", visit.where, visit.words),
            at=TOKEN,
            exchanges=(answered[0].n,),
        )


def fails_cleanly(visit: Visit) -> Iterator[Finding | Seen]:
    """The client ends by itself, says that the sign-in failed, and uses nothing of the answer."""
    if not visit.tokens:
        raise Blocked(say("the client did not get as far as a token request{}", visit.where))
    numbers = (visit.tokens[0].n,)
    # What came before was a client that asks first whether it must sign in.
    went_on = [e for e in visit.calls if e.n > numbers[0]]
    if went_on:
        yield Finding(
            expected=say("no call of the API"),
            at=API,
            exchanges=(went_on[0].n,),
            actual=say("the API was called all the same{}", visit.where),
        )
    elif lost_control(visit):
        yield Finding(
            expected=say("an error message"),
            at=TOKEN,
            actual=lost_control(visit),
            exchanges=numbers,
        )
    elif visit.timed_out and not visit.says_failure:
        # Where no answer came the client may have more patience than this run.
        held = any(exchange.error for exchange in visit.tokens)
        # The SDKs of MCP wait as long as this run does.
        short = held and (
            visit.terms.is_mcp or any(ending.seconds < PATIENCE_SECONDS for ending in visit.endings)
        )
        yield Finding(
            expected=say("an error within bounds of time"),
            tolerated=short,
            at=TOKEN,
            actual=say("{}{}", visit.words, visit.where),
            exchanges=numbers,
        )
    elif not visit.says_failure:
        yield Finding(
            expected=say("a status other than 0, or words, to say that the sign-in failed"),
            at=TOKEN,
            actual=say("{}{}", visit.words, visit.where),
            exchanges=numbers,
        )
    else:
        yield Seen(actual=say("{}{}", visit.words, visit.where), exchanges=numbers)


def few_tries(visit: Visit) -> Iterator[Finding | Seen]:
    """A few tries at most, none before the moment that Retry-After names."""
    tries = visit.tokens
    if not tries:
        raise Blocked(say("the client did not get as far as a token request{}", visit.where))
    if len(tries) > MOST_TRIES:
        yield Finding(
            expected=say("{} tries at most", MOST_TRIES),
            at=TOKEN,
            actual=say("{} tries{}", len(tries), visit.where),
            exchanges=tuple(e.n for e in tries[:2]),
        )
        return
    for one, other in pairwise(tries):
        told = one.answer.header("Retry-After") or say("0")
        waited = visit.arrived[other.n] - visit.arrived[one.n]
        if told.isdecimal() and waited < int(told) - EARLY_SECONDS:
            yield Finding(
                expected=say("{} seconds between two tries (Retry-After)", told),
                at=TOKEN,
                actual=say("{:.1f} seconds{}", waited, visit.where),
                exchanges=(one.n, other.n),
            )
            return
    yield Seen(actual=say("tries: {}{}", len(tries), visit.where), exchanges=(tries[0].n,))


def token_unused(visit: Visit) -> Iterator[Finding | Seen]:
    """The token of the answer is not used, and the client says that the sign-in failed."""
    answered = [e for e in visit.tokens if e.answer.ok]
    if not answered:
        raise Blocked(say("the client did not get as far as a token answer{}", visit.where))
    issued = [str(e.answer.members.get("access_token") or "") for e in answered]
    used = [e for e in visit.calls if any(t and t in _credentials(e) for t in issued)]
    numbers = (answered[0].n,)
    if used or lost_control(visit):
        actual = say("the API was called with it{}", visit.where) if used else lost_control(visit)
        yield Finding(
            expected=say("no use of this token"),
            at=API,
            actual=actual,
            exchanges=(*numbers, *(e.n for e in used[:1])),
        )
    else:
        yield told_failure(visit, say("the token was not used"), numbers)


def _credentials(exchange: Exchange) -> str:
    """Where a call may carry a token."""
    request = exchange.request
    texts = [unquote_plus(request.target), request.body.decode("utf-8", "replace")]
    return "\n".join([*texts, *(value for _, value in request.headers)])
