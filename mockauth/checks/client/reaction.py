"""What a client does next, after an answer that was changed: one judge for each word that a
scenario file may expect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import unquote, unquote_plus

from mockauth.checks.client.credentials import badly_encoded, methods_used, secret_carried
from mockauth.checks.client.visit import TokenKind, Visit, call_of
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import FORM, JSON, every, first
from mockauth.wire.words import own, say

Reaction = Callable[[Visit], Iterator[Finding | Seen]]

TOKEN = say("token endpoint ({authorization_url})")
API = say("API")
OF_TOKEN_REQUESTS = ("grant_type", "code", "client_id", "redirect_uri")
"""A body in which none of these can be read is not of the type that it is said to be."""
INSECURE = "/insecure/token"
"""The path of the token endpoint that a client must not use, because its address is by http."""
MOST_TRIES = 5
MOST_AT_ONCE = 2
"""Many libraries make their first retry at once; the next ones must wait."""
PAUSE_SECONDS = 0.1
RETRIABLE = (429, *range(500, 600))
MOST_DEAD_REFRESHES = 3
MOST_LOGINS = 3
PATIENCE_SECONDS = 60.0
"""How long a client may wait for an answer; ChatGPT itself waits 45 seconds."""
EARLY_SECONDS = 0.2
"""How much too early a second try may seem to come, by the grain of clocks."""


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
    elif _lost_control(visit):
        yield Finding(
            expected=say("an end of this sign-in"), actual=_lost_control(visit), exchanges=numbers
        )
    elif not (visit.says_failure or visit.timed_out):
        yield Finding(
            expected=say("a status other than 0, or words, to say that the sign-in failed"),
            actual=say("{}{}", visit.words, visit.where),
            exchanges=numbers,
            tolerated=True,
        )
    else:
        yield Seen(
            actual=say("no token request; {}{}", visit.words, visit.where), exchanges=numbers
        )


def error_shown(visit: Visit) -> Iterator[Finding | Seen]:
    """As `stops`, and the user learns that it failed: by the name of the error, by a status or in
    words."""
    landed = _callbacks(visit)
    numbers = (landed[-1].n,)
    error = first(landed[-1].request.all_query, "error") or ""
    shown = any(error and error in ending.output for ending in visit.endings)
    went_on = visit.tokens or any(e.n > landed[-1].n for e in visit.calls)
    if went_on or _lost_control(visit):
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
    elif _lost_control(visit):
        yield Finding(
            expected=say("an error message"),
            at=TOKEN,
            actual=_lost_control(visit),
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
    if used or _lost_control(visit):
        actual = say("the API was called with it{}", visit.where) if used else _lost_control(visit)
        yield Finding(
            expected=say("no use of this token"),
            at=API,
            actual=actual,
            exchanges=(*numbers, *(e.n for e in used[:1])),
        )
    elif not (visit.says_failure or visit.timed_out):
        yield Finding(
            expected=say("a status other than 0, or words, to say that the sign-in failed"),
            actual=say("{}{}", visit.words, visit.where),
            exchanges=numbers,
            tolerated=True,
        )
    else:
        yield Seen(
            actual=say("the token was not used; {}{}", visit.words, visit.where), exchanges=numbers
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


def nothing_elsewhere(visit: Visit) -> Iterator[Finding | Seen]:
    """No secret, code or token reaches the other host."""
    redirected = [e for e in visit.exchanges if _leads_elsewhere(visit, e)]
    if not redirected:
        raise Blocked(say("the client did not get as far as the redirect{}", visit.where))
    secrets = {visit.terms.client_secret: "client secret", **visit.issued_in_words()}
    secrets |= dict.fromkeys(visit.codes(), "code")
    found = [(e, kind) for e in visit.strays if (kind := secret_carried(e, secrets))]
    for exchange, kind in found:
        yield Finding(
            expected=say("nothing secret to another host"),
            actual=say("the {}{}", own(kind), visit.where),
            at=visit.terms.elsewhere,
            exchanges=(redirected[0].n, exchange.n),
        )
    if not found:
        said = say("followed without a secret") if visit.strays else say("not followed")
        yield Seen(actual=said + visit.where, exchanges=(redirected[0].n,))


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


def declared_encoding(visit: Visit) -> Iterator[Finding | Seen]:
    """The token request has the content type that the manifest declares."""
    if not visit.tokens:
        raise Blocked(say("the client did not get as far as a token request{}", visit.where))
    request = visit.tokens[0].request
    sent = (request.header("Content-Type") or "none").partition(";")[0].strip().lower()
    declared = visit.terms.content_type
    numbers = (visit.tokens[0].n,)
    knows = not visit.terms.is_other_type or any(e.step == "manifest" for e in visit.exchanges)
    if sent == declared and not any(map(request.param, OF_TOKEN_REQUESTS)):
        yield Finding(
            expected=say("a body that is {}", declared),
            actual=say("one that cannot be read so"),
            at=TOKEN,
            exchanges=numbers,
        )
    elif sent == declared:
        yield Seen(actual=sent, at=TOKEN, exchanges=numbers)
    elif knows or sent not in (FORM, JSON):
        yield Finding(expected=declared, actual=sent, at=TOKEN, exchanges=numbers)
    else:
        raise NotApplicable(
            say(
                "the client did not read the manifest (MANIFEST_URL), so it could not "
                "know; it sent {}",
                sent,
            )
        )


def declared_method(visit: Visit) -> Iterator[Finding | Seen]:
    """The client authenticates by the one method that is served, and encodes it rightly."""
    if not visit.tokens:
        raise Blocked(say("the client did not get as far as a token request{}", visit.where))
    exchange = visit.tokens[0]
    used = methods_used(exchange)
    wanted = visit.terms.auth_method
    secret = visit.terms.client_secret
    if not any(map(exchange.request.param, OF_TOKEN_REQUESTS)) and used == ["none"]:
        raise Blocked(say("the body of the token request cannot be read{}", visit.where))
    if used == ["none"] and secret and secret in unquote_plus(exchange.request.target):
        # Judged by client.secret-not-in-address.
        raise Blocked(say("the client secret came in the address{}", visit.where))
    if wanted == "none" and not exchange.request.param("client_id"):
        yield Finding(
            expected=say("client_id in the body (RFC 6749 section 4.1.3)"),
            actual=say("none"),
            at=TOKEN,
            exchanges=(exchange.n,),
        )
        return
    if used != [wanted]:
        yield Finding(expected=wanted, actual=" and ".join(used), at=TOKEN, exchanges=(exchange.n,))
        return
    wrong = badly_encoded(visit, exchange)
    if wrong:
        # So common that servers take both; one that decodes as it must refuses it all the same.
        yield Finding(
            expected=wrong[0],
            actual=wrong[1],
            at=TOKEN,
            exchanges=(exchange.n,),
            tolerated=wanted == "client_secret_basic",
        )
    else:
        yield Seen(actual=wanted, at=TOKEN, exchanges=(exchange.n,))


def own_query(visit: Visit) -> Iterator[Finding | Seen]:
    """The authorize URL's own query comes back with the parameters."""
    if not visit.authorizes:
        raise Blocked(say("the client did not come to the authorize endpoint"))
    exchange = visit.authorizes[0]
    assert visit.terms.authorize_query is not None  # noqa: S101 - the file declares it
    name, value = visit.terms.authorize_query
    query = exchange.request.all_query
    if every(query, name) == (value,) and first(query, "response_type"):
        yield Seen(actual=say("kept"), exchanges=(exchange.n,))
    else:
        actual = say("{}={}", name, first(query, name)) if first(query, name) else say("it is gone")
        yield Finding(
            expected=say("{}={} beside the parameters", name, value),
            actual=actual,
            at=say("authorize endpoint ({client_url})"),
            exchanges=(exchange.n,),
        )


OAUTH_REACTIONS: Mapping[str, Reaction] = MappingProxyType(
    {
        "none": stops,
        "error-shown": error_shown,
        "api": goes_on,
        "error": fails_cleanly,
        "few-tries": few_tries,
        "callback-decoded": decodes_callback,
        "token-unused": token_unused,
        "few-calls": few_calls,
        "no-new-login": no_new_login,
        "failure-told": failure_told,
        "nothing-elsewhere": nothing_elsewhere,
        "refresh-and-repeat": refreshes_and_repeats,
        "newest-refresh-token": newest_token_used,
        "one-login": asks_once,
        "declared-encoding": declared_encoding,
        "declared-method": declared_method,
        "own-query": own_query,
    }
)
"""By the word that stands under `expect: next` in a scenario file."""


def _failed_calls(visit: Visit) -> list[Exchange]:
    """The calls of the API that failed for no fault of the client."""
    failed = [e for e in visit.calls if e.answer.status in RETRIABLE]
    if not failed:
        raise Blocked(say("the client did not call the API with its token{}", visit.where))
    return failed


def _credentials(exchange: Exchange) -> str:
    """Where a call may carry a token."""
    request = exchange.request
    texts = [unquote_plus(request.target), request.body.decode("utf-8", "replace")]
    return "\n".join([*texts, *(value for _, value in request.headers)])


def _lost_control(visit: Visit) -> str:
    """How the client fell over or went round in a circle, or ""."""
    if visit.crashed:
        return say("{}{}", visit.words, visit.where)
    if len(visit.logins) > MOST_LOGINS * max(1, len(visit.endings)) * visit.usual_logins:
        return say("{} logins one after the other{}", len(visit.logins), visit.where)
    return ""


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


def _leads_elsewhere(visit: Visit, exchange: Exchange) -> bool:
    location = exchange.answer.header("Location") or ""
    return location.startswith(visit.terms.elsewhere + "/")


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
