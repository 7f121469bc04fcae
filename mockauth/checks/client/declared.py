"""Whether a client does what the server declares: encoding, authentication, its own query."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_plus

from mockauth.checks.client.credentials import badly_encoded, methods_used
from mockauth.checks.client.reaction import TOKEN, check_new
from mockauth.checks.client.visit import Visit
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import FORM, JSON, every, first
from mockauth.wire.words import say

OF_TOKEN_REQUESTS = ("grant_type", "code", "client_id", "redirect_uri")
"""A body in which none of these can be read is not of the type that it is said to be."""


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
    check_new(visit)
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


def registered_method(visit: Visit) -> Iterator[Finding | Seen]:
    """The client authenticates by the method that its registration was answered with, which need not be
    the one that it has asked for (RFC 7591 section 3.2.1)."""
    answered = [e.answer.members for e in visit.registrations if e.answer.ok]
    if not answered or not visit.tokens:
        raise Blocked(say("the client did not register, and exchange a code{}", visit.where))
    wanted = str(answered[-1].get("token_endpoint_auth_method"))
    used = methods_used(visit.tokens[0])
    numbers = (visit.registrations[-1].n, visit.tokens[0].n)
    if used == [wanted]:
        yield Seen(actual=say("{}{}", wanted, visit.where), at=TOKEN, exchanges=numbers)
    else:
        actual = say("{}{}", " and ".join(used), visit.where)
        yield Finding(expected=wanted, actual=actual, at=TOKEN, exchanges=numbers)


def own_query(visit: Visit) -> Iterator[Finding | Seen]:
    """The own query of both endpoints comes back with the parameters (RFC 6749 sections 3.1 and 3.2)."""
    if not visit.authorizes:
        raise Blocked(say("the client did not come to the authorize endpoint"))
    yield _own_query(visit, visit.authorizes[0], say("authorize endpoint ({client_url})"))
    if visit.tokens:
        yield _own_query(visit, visit.tokens[0], TOKEN)


def _own_query(visit: Visit, exchange: Exchange, at: str) -> Finding | Seen:
    assert visit.terms.own_query is not None  # noqa: S101 - the file declares it
    name, value = visit.terms.own_query
    query = exchange.request.all_query
    read = exchange.step == "token" or first(query, "response_type")
    if every(query, name) == (value,) and read:
        return Seen(actual=say("kept"), at=at, exchanges=(exchange.n,))
    came = first(query, name)
    return Finding(
        expected=say("{}={} beside the parameters", name, value),
        actual=say("{}={}", name, came) if came else say("it is gone"),
        at=at,
        exchanges=(exchange.n,),
    )
