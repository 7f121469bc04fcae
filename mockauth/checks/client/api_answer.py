"""What a client does with an answer of the API that was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mockauth.checks.client.reaction import API, EARLY_SECONDS, MOST_TRIES
from mockauth.checks.client.visit import Visit, call_of
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.words import say

MOST_AT_ONCE = 2
"""Many libraries make their first retry at once; the next ones must wait."""
PAUSE_SECONDS = 0.1
RETRIABLE = (429, *range(500, 600))


def few_calls(visit: Visit) -> Iterator[Finding | Seen]:
    """A few equal calls at most, with pauses, and none before the moment that Retry-After names."""
    failed = _failed_calls(visit)
    same = [e for e in failed if call_of(e) == call_of(failed[0])]
    numbers = tuple(e.n for e in same[:2])
    waits = [visit.arrived[b.n] - visit.arrived[a.n] for a, b in pairwise(same)]
    told = failed[0].answer.header("Retry-After") or say("0")
    again = len(same) > visit.usual_calls
    if len(same) > MOST_TRIES * visit.usual_calls:
        expected, actual = say("{} tries at most", MOST_TRIES), say("{} tries", len(same))
    elif again and told.isdecimal() and min(waits) < int(told) - EARLY_SECONDS:
        expected = say("{} seconds between two tries (Retry-After)", told)
        actual = say("{:.1f} seconds", min(waits))
    elif len(same) > MOST_AT_ONCE * visit.usual_calls and max(waits) < PAUSE_SECONDS:
        expected = say("pauses between the tries")
        actual = say("{} tries within {:.1f} seconds", len(same), sum(waits))
    else:
        yield Seen(actual=say("tries: {}{}", len(same), visit.where), exchanges=numbers)
        return
    yield Finding(expected=expected, actual=actual + visit.where, at=API, exchanges=numbers)


def no_new_login(visit: Visit) -> Iterator[Finding | Seen]:
    """An error of the API that says nothing of the token leads to no new login."""
    failed = _failed_calls(visit)
    asked = [e for e in visit.logins if e.n > failed[0].n]
    if asked and len(visit.logins) > visit.usual_logins:
        yield Finding(
            expected=say("no new login"),
            at=API,
            actual=say("{} after {}{}", len(asked), failed[0].answer.status, visit.where),
            exchanges=(failed[0].n, asked[0].n),
        )
    else:
        yield Seen(actual=say("no new login{}", visit.where), exchanges=(failed[0].n,))


def failure_told(visit: Visit) -> Iterator[Finding | Seen]:
    """The client says that its call failed: by its status, in words, or by the status of the API."""
    failed = _failed_calls(visit)
    status = rf"\b{failed[0].answer.status}\b"
    told = any(re.search(status, ending.output) for ending in visit.endings)
    if visit.timed_out and not (told or visit.says_failure):
        raise Blocked(say("{}{}", visit.words, visit.where))
    if visit.crashed or not (told or visit.says_failure):
        yield Finding(
            expected=say("a status other than 0, or words, to say that the call failed"),
            at=API,
            actual=say("{}{}", visit.words, visit.where),
            exchanges=(failed[0].n,),
        )
    else:
        yield Seen(actual=say("{}{}", visit.words, visit.where), exchanges=(failed[0].n,))


def _failed_calls(visit: Visit) -> list[Exchange]:
    """The calls of the API that failed for no fault of the client."""
    failed = [e for e in visit.calls if e.answer.status in RETRIABLE]
    if not failed:
        raise Blocked(say("the client did not call the API with its token{}", visit.where))
    return failed
