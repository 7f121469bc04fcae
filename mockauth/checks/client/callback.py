"""What a client does with a callback that was changed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from mockauth.checks.client.reaction import API, TOKEN, lost_control, told_failure
from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import first
from mockauth.wire.words import say


def stops(visit: Visit) -> Iterator[Finding | Seen]:
    """No request to the token endpoint, and the client says that the sign-in failed. It may go on
    waiting for the right callback."""
    numbers = (_callbacks(visit)[-1].n,)
    if visit.tokens:
        yield Finding(
            expected=say("no request to the token endpoint"),
            actual=_tried(visit),
            at=TOKEN,
            exchanges=(*numbers, visit.tokens[0].n),
        )
    elif went_on := [e for e in visit.calls if e.n > numbers[0]]:
        yield Finding(
            expected=say("no call of the API"),
            at=API,
            exchanges=(*numbers, went_on[0].n),
            actual=say("the API was called all the same{}", visit.where),
        )
    elif lost_control(visit):
        yield Finding(
            expected=say("an end of this sign-in"), actual=lost_control(visit), exchanges=numbers
        )
    else:
        yield told_failure(visit, say("no token request"), numbers)


def error_shown(visit: Visit) -> Iterator[Finding | Seen]:
    """As `stops`, and the user learns that it failed: by the name of the error, by a status or in
    words."""
    landed = _callbacks(visit)
    numbers = (landed[-1].n,)
    error = first(landed[-1].request.all_query, "error") or ""
    shown = any(error and error in ending.output for ending in visit.endings)
    went_on = visit.tokens or any(e.n > landed[-1].n for e in visit.calls)
    if went_on or lost_control(visit):
        yield from stops(visit)
    elif shown:
        yield Seen(actual=say("no token request, and {} shown", error), exchanges=numbers)
    elif visit.says_failure:
        yield Seen(
            actual=say("no token request; {}{}", visit.words, visit.where), exchanges=numbers
        )
    else:
        yield Finding(
            expected=say("the error shown ({}), or a status other than 0", error),
            actual=say("{}{}", visit.words, visit.where),
            exchanges=numbers,
        )


def decodes_callback(visit: Visit) -> Iterator[Finding | Seen]:
    """The code of the callback comes to the token endpoint percent-decoded, once."""
    landed = _callbacks(visit)
    numbers = (landed[-1].n, *(e.n for e in visit.tokens[:1]))
    sent = [e.request.param("code") or "" for e in visit.tokens]
    if any(code in visit.codes() for code in sent):
        yield Seen(actual=say("decoded{}", visit.where), exchanges=numbers)
        return
    if not sent:
        actual = say("no token request{}; {}", visit.where, visit.words)
    elif any(unquote(code) in visit.codes() for code in sent):
        actual = say("the code as it stands in the address, percent-encoded{}", visit.where)
    else:
        actual = say("another code than that of the callback{}", visit.where)
    yield Finding(
        expected=say("the percent-decoded code of the callback"),
        at=TOKEN,
        actual=actual,
        exchanges=numbers,
    )


def _tried(visit: Visit) -> str:
    """The token request that should not have come, in words."""
    request = visit.tokens[0].request
    if request.param("code"):
        return say("the code was exchanged{}", visit.where)
    grant = request.param("grant_type") or say("none")
    return say("a token request without a code, grant_type {}{}", grant, visit.where)


def _callbacks(visit: Visit) -> list[Exchange]:
    landed = visit.callbacks
    if len(landed) < len(visit.endings):
        if len(visit.endings) > 1 and landed:
            raise Blocked(
                say(
                    "one of two clients that were started at once did not come: do both "
                    "listen at one port?"
                )
            )
        raise Blocked(
            say("the client did not come as far as a callback{}; {}", visit.where, visit.words)
        )
    if len(visit.endings) > 1 and _came_one_by_one(visit):
        raise Blocked(say("two clients were started at once, and one waited for the other"))
    return landed


def _came_one_by_one(visit: Visit) -> bool:
    """Whether a client of two got its own callback, because the other one did not come meanwhile."""
    states: dict[str, str] = {}
    own, before = False, ""
    for exchange in visit.exchanges:
        state = first(exchange.request.all_query, "state") or ""
        if exchange.step == "authorize":
            before = states[exchange.request.target] = state
        own |= exchange.step == "callback" and state == before
    return own and len(set(states.values())) > 1
