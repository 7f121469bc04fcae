"""How a client of an MCP server comes to its id (RFC 7591), read from the registration of the ordinary
flow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mockauth.checks.callback import room_in_bits, varying_bits
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.mcp_service import protected, server
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import JSON
from mockauth.wire.words import own, say

ECHOED = ("redirect_uris", "grant_types", "response_types", "client_name")
"""What a server must not alter in silence, and returns in any case."""
DOCUMENT_METHODS = frozenset({"none", "private_key_jwt"})
ROOM, VARYING, ENOUGH = 128 * 0.9, 96, 5
"""Bits that a secret must have room for, and that must change among so many of them: an alphabet is only
guessed from its values (RFC 6749 section 10.10)."""
IN_MILLISECONDS = 1_000_000_000_000
"""Larger numbers are no seconds: it would be the year 33658."""
LONG_AGO = 1_000_000_000
"""A time in 2001, in seconds since 1970."""


def _registered(evidence: Evidence) -> Exchange:
    """The registration of the ordinary flow, or a verdict that there is none."""
    found = evidence.trace.ordinary("register")
    if found:
        return found[-1]
    known = protected(evidence)
    if known.way == "given":
        raise NotApplicable(say("a client id was given, so nobody registered"))
    if not server(evidence).text("registration_endpoint"):
        raise NotApplicable(say("the metadata names no registration_endpoint"))
    raise Blocked(say("nobody registered"))


def _accepted(evidence: Evidence) -> Exchange:
    exchange = _registered(evidence)
    if not exchange.answer.ok or not exchange.answer.members.get("client_id"):
        raise Blocked(say("the registration gave no client (see registration.works)"))
    return exchange


@check(
    "registration.some-way-usable",
    "--M",
    refs=("OAI-mcp-auth", "MCP-reg", "home-assistant/core#153820"),
    kind="static",
    practice=True,
    shows='"MCP server … does not implement OAuth"',
    why="ChatGPT needs a client id: one that you enter, a client ID metadata document, or one from "
    "dynamic registration.",
    fix="Publish a registration_endpoint, or client_id_metadata_document_supported with the method "
    "none or private_key_jwt.",
)
def some_way_usable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """There is a way to a client id"""
    known, document = protected(evidence), server(evidence)
    if known.way == "given":
        yield Seen(actual=say("a client id was given"))
        return
    methods = set(document.texts("token_endpoint_auth_methods_supported") or ())
    if document.text("registration_endpoint"):
        yield Seen(actual=say("dynamic registration"), exchanges=(document.exchange,))
    elif document.says("client_id_metadata_document_supported") and methods & DOCUMENT_METHODS:
        yield Seen(actual=say("client ID metadata documents"), exchanges=(document.exchange,))
    else:
        yield Finding(
            expected=say("a registration_endpoint, or client ID metadata documents"),
            actual=say("neither"),
            at=document.url,
            exchanges=(document.exchange,),
        )


@check(
    "registration.works",
    "--M",
    refs=("RFC7591-3.2.1",),
    why="Without a client id ChatGPT cannot begin.",
    fix="Answer a registration like ChatGPT's with 201 and a client_id.",
)
def works(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A registration like ChatGPT's gives a client id"""
    exchange = _registered(evidence)
    answer = exchange.answer
    client_id = answer.members.get("client_id")
    if answer.ok and isinstance(client_id, str) and client_id:
        yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        return
    error = answer.members.get("error")
    yield Finding(
        expected=say("201 with a client_id"),
        actual=say("{}, error {!r:.60}", exchange.outcome, str(error))
        if error
        else say("{} without client_id", exchange.outcome),
        at=exchange.request.url,
        exchanges=(exchange.n,),
    )


@check(
    "registration.status-201",
    "--M",
    refs=("RFC7591-3.2.1",),
    why="Strict clients take 201 only.",
    fix="Answer 201 with application/json.",
)
def status_201(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A registration is answered with 201 and JSON"""
    exchange = _accepted(evidence)
    if exchange.answer.status == 201 and exchange.answer.media_type == JSON:
        yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        return
    yield Finding(
        expected=say("201 application/json"),
        actual=exchange.outcome,
        at=exchange.request.url,
        exchanges=(exchange.n,),
        # The clients of the SDKs take every 2xx with a client_id in it.
        tolerated=exchange.answer.media_type == JSON,
    )


@check(
    "registration.echoes-metadata",
    "--M",
    refs=("RFC7591-3.2.1",),
    why="A client learns from the answer what it may do.",
    fix="Return all registered values, the redirect_uris and the authentication method among them.",
)
def echoes_metadata(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The answer to a registration has the registered values, and a client can go on with them"""
    exchange = _accepted(evidence)
    unusable = _unusable(exchange.answer.members)
    if unusable:
        came = {name: exchange.answer.members[name] for name in unusable}
        yield Finding(
            expected=own("; ").join(say("{}: {}", own(n), own(w)) for n, w in unusable.items()),
            actual=own("; ").join(
                say("{}: {:.60}", own(n), json.dumps(value)) for n, value in came.items()
            ),
            at=exchange.request.url,
            exchanges=(exchange.n,),
            # Clients go on with a time that is wrong, as long as it is a number.
            tolerated=all(isinstance(one, int | float) for one in came.values()),
        )
        return
    sent, came = exchange.request.members, exchange.answer.members
    missing = [n for n in (*ECHOED, "token_endpoint_auth_method") if n in sent and n not in came]
    uris = came.get("redirect_uris")
    lost = isinstance(uris, list) and not set(sent["redirect_uris"]) <= set(map(str, uris))
    if not missing and not lost:
        yield Seen(actual=say("all came back"), exchanges=(exchange.n,))
        return
    yield Finding(
        expected=say("every registered value"),
        actual=say("without {}", own(", ".join(missing)))
        if missing
        else say("redirect_uris without the one that was sent"),
        at=exchange.request.url,
        exchanges=(exchange.n,),
        # Only these two are needed to go on.
        tolerated=not lost and not {"redirect_uris", "token_endpoint_auth_method"} & set(missing),
    )


def _unusable(came: Mapping[str, Any]) -> dict[str, str]:
    """The members that no client of the code flow can go on with, and what they must be (RFC 7591
    sections 2 and 3.2.1). Null is as good as absent."""
    told = {name: value for name, value in came.items() if value is not None}
    return {name: word for name, (word, fits) in USABLE.items() if not fits(told.get(name))}


def _lists(*needed: str) -> Callable[[object], bool]:
    """Whether a member is absent, or a list of texts with these in it."""

    def fits(value: object) -> bool:
        if not isinstance(value, list):
            return value is None
        return all(isinstance(one, str) for one in value) and set(needed) <= set(value)

    return fits


def _is_known_method(value: object) -> bool:
    return value is None or value in METHODS


def _is_seconds(value: object) -> bool:
    """Whether a member is absent, or a time in seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value is None
    return value < IN_MILLISECONDS


def _is_no_list(value: object) -> bool:
    return value is None or isinstance(value, str)


METHODS = (
    "none", "client_secret_post", "client_secret_basic", "client_secret_jwt", "private_key_jwt",
    "tls_client_auth", "self_signed_tls_client_auth",
)  # fmt: skip
"""IANA, OAuth Token Endpoint Authentication Methods."""
USABLE: Mapping[str, tuple[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "redirect_uris": (say("a list of texts"), _lists()),
        "grant_types": (say("a list with authorization_code"), _lists("authorization_code")),
        "response_types": (say("a list with code"), _lists("code")),
        "token_endpoint_auth_method": (say("the name of a method"), _is_known_method),
        "scope": (say("a text"), _is_no_list),
        "client_id_issued_at": (say("seconds since 1970"), _is_seconds),
    }
)


@check(
    "registration.error-is-json",
    "--S",
    refs=("RFC7591-3.2.2",),
    why="A client can tell the developer what was wrong only where the answer says it.",
    fix="Answer a wrong registration with 400 and a JSON object that has error and error_description.",
)
def error_is_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A registration that is refused for what it says gets a JSON object with error"""
    protected(evidence)
    refused = [e for e in evidence.trace.select("register") if e.answer.status in (400, 422)]
    if not refused:
        raise NotApplicable(say("no registration was refused for what it says"))
    for exchange in refused:
        if isinstance(exchange.answer.members.get("error"), str):
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
            continue
        yield Finding(
            expected=say("a JSON object with error"),
            actual=say("{} without error", exchange.outcome),
            at=exchange.request.url,
            exchanges=(exchange.n,),
        )
        return


@check(
    "registration.secret-with-expiry",
    "--M",
    refs=("RFC7591-3.2.1",),
    why="A client must know when its secret ends.",
    fix="Return client_secret_expires_at as a number beside client_secret; 0 is never.",
)
def secret_with_expiry(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A client secret comes with client_secret_expires_at"""
    _accepted(evidence)
    secret = [e for e in _clients(evidence) if e.answer.members.get("client_secret")]
    if not secret:
        raise NotApplicable(say("no client secret was issued"))
    for exchange in secret:
        value = exchange.answer.members.get("client_secret_expires_at")
        if value is not None and _is_seconds(value) and not _is_past(value):
            yield Seen(actual=say("{:g}", value), exchanges=(exchange.n,))
            continue
        yield Finding(
            expected=say("client_secret_expires_at as a time to come in seconds since 1970, or 0"),
            actual=say("absent") if value is None else say("{!r:.40}", str(value)),
            at=exchange.request.url,
            exchanges=(exchange.n,),
            # The official Python SDK leaves it out of secrets that never expire.
            tolerated=value is None,
        )
        return


def _is_past(seconds: float) -> bool:
    """Whether a time was over before there was OAuth: it is a lifetime, mostly."""
    return seconds != 0 and seconds < LONG_AGO


@check(
    "registration.secret-unguessable",
    "--M",
    refs=("RFC6749-10.10", "RFC7591-3.2.1"),
    why="Whoever guesses a client secret redeems the codes of that client.",
    fix="Make client secrets of 128 random bits or more.",
)
def secret_unguessable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A client secret can hold 128 random bits, and each client has another"""
    _accepted(evidence)
    made = [(e, e.answer.members.get("client_secret")) for e in _clients(evidence)]
    secrets = [(e, secret) for e, secret in made if isinstance(secret, str) and secret]
    if not secrets:
        raise NotApplicable(say("no client secret was issued"))
    exchange, shortest = min(secrets, key=lambda pair: room_in_bits(pair[1]))
    actual = _weakness([secret for _, secret in secrets], shortest, _ids(e for e, _ in secrets))
    if not actual:
        yield Seen(actual=say("{} characters", len(shortest)), exchanges=(exchange.n,))
        return
    yield Finding(
        expected=say("room for 128 random bits"),
        actual=actual,
        at=exchange.request.url,
        exchanges=(exchange.n,),
    )


def _weakness(secrets: list[str], shortest: str, ids: int) -> str:
    """Why secrets of so many clients can be guessed; "" where they cannot."""
    distinct = list(dict.fromkeys(secrets))
    if room_in_bits(shortest) < ROOM:
        return say("{} characters", len(shortest))
    if len(distinct) == 1 and ids > 1:
        return say("one secret for {} clients", ids)
    if len(distinct) >= ENOUGH and varying_bits(distinct) < VARYING:
        return say("only about {:.0f} bits change", varying_bits(distinct))
    return ""


def _ids(made: Iterable[Exchange]) -> int:
    return len({str(e.answer.members.get("client_id")) for e in made})


@check(
    "registration.no-secret-for-public-client",
    "--S",
    refs=("RFC7591-2",),
    why="A client that cannot keep a secret must not be trusted for having one.",
    fix="Issue no client_secret where the method is none.",
)
def no_secret_for_public(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A client that is registered for the method none gets no secret"""
    _accepted(evidence)
    public = [e for e in _clients(evidence) if _method(e) == "none"]
    if not public:
        raise NotApplicable(say("no answer says that a client was registered for the method none"))
    for exchange in public:
        if exchange.answer.members.get("client_secret"):
            yield Finding(
                expected=say("no client_secret"),
                actual=say("a client_secret, with the method none"),
                at=exchange.request.url,
                exchanges=(exchange.n,),
            )
            return
    yield Seen(actual=say("none"), exchanges=(public[0].n,))


@check(
    "registration.distinct-ids",
    "--C",
    refs=("RFC7591-3.2.1",),
    why="Clients with one id are one client: one can use the redirect URIs and the consent of another.",
    fix="Issue a new client_id for each registration.",
)
def distinct_ids(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Clients that register differently get different ids"""
    _accepted(evidence)
    made = _clients(evidence)
    wanted: dict[str, Exchange] = {}
    # Instances of one client may share its id.
    for exchange in made:
        client_id = str(exchange.answer.members.get("client_id"))
        earlier = wanted.setdefault(client_id, exchange)
        if _uris(earlier) != _uris(exchange):
            yield Finding(
                expected=say("another client_id for a client with other redirect URIs"),
                actual=say("the same: {}", client_id),
                at=exchange.request.url,
                exchanges=(earlier.n, exchange.n),
            )
            return
    if len({_uris(exchange) for exchange in made}) < 2:
        raise Blocked(say("only one kind of client was registered"))
    yield Seen(actual=say("{} ids", len(wanted)), exchanges=tuple(e.n for e in made[:2]))


@check(
    "registration.rate-bearable",
    "--i",
    refs=("OAI-mcp-auth",),
    practice=True,
    why="All users of ChatGPT register from a few addresses.",
    fix="Limit registrations by what they do, not by their address, and let some hundreds an hour pass.",
)
def rate_bearable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The registrations of a run are not too many for the server"""
    made = evidence.trace.select("register")
    if not made:
        raise NotApplicable(say("nobody registered"))
    limited = [e for e in made if e.answer.status == 429]
    if not limited:
        yield Seen(actual=say("{} registrations", len(made)), exchanges=(made[-1].n,))
        return
    yield Finding(
        expected=say("no 429"),
        actual=say("{} at registration {}", limited[0].outcome, made.index(limited[0]) + 1),
        at=limited[0].request.url,
        exchanges=(limited[0].n,),
    )


@check(
    "registration.id-not-url",
    "--S",
    refs=("CIMD01-6.9",),
    why="An id that begins with https:// is one of a client ID metadata document.",
    fix="Issue ids that do not look like a URL.",
)
def id_not_url(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An issued client id is not a URL"""
    exchange = _accepted(evidence)
    value = str(exchange.answer.members.get("client_id"))
    if not value.lower().startswith("https://"):
        yield Seen(actual=value, exchanges=(exchange.n,))
        return
    yield Finding(
        expected=say("an id that does not begin with https://"),
        actual=value,
        at=exchange.request.url,
        exchanges=(exchange.n,),
    )


def _clients(evidence: Evidence) -> list[Exchange]:
    """Every registration of the run that gave a client."""
    made = evidence.trace.select("register")
    return [e for e in made if e.answer.ok and e.answer.members.get("client_id")]


def _method(exchange: Exchange) -> object:
    """What a client was registered for; None where the answer does not say, because the server may have
    chosen another method than was asked for (RFC 7591 section 3.2.1)."""
    return exchange.answer.members.get("token_endpoint_auth_method")


def _uris(exchange: Exchange) -> frozenset[str]:
    uris = exchange.request.members.get("redirect_uris")
    return frozenset(map(str, uris)) if isinstance(uris, list) else frozenset()


@check(
    "cimd.flag-matches-behaviour",
    "--M",
    refs=("CIMD00-5", "Doist/todoist-mcp#478"),
    needs=("login",),
    why="Clients use a document where the metadata says so, and nowhere else.",
    fix="Set client_id_metadata_document_supported exactly where client documents work.",
)
def flag_matches_behaviour(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata says exactly then that client ID metadata documents are taken when they are"""
    document, known = server(evidence), protected(evidence)
    says = document.says("client_id_metadata_document_supported")
    if not known.documents:
        raise Blocked(say("nobody tried a client document"))
    if not says and known.documents != "taken":
        raise NotApplicable(say("the metadata offers no client ID metadata documents"))
    if known.documents not in ("taken", "refused"):
        raise Blocked(say("the server did not fetch a client document (see cimd.works)"))
    numbers = (document.exchange, *filter(None, (known.tried_documents,)))
    if says == (known.documents == "taken"):
        yield Seen(actual=say("offered, and taken"), exchanges=numbers)
        return
    yield Finding(
        expected=say("client_id_metadata_document_supported where documents are taken"),
        actual=say("offered, and refused") if says else say("taken, and not offered"),
        at=document.url,
        exchanges=numbers,
    )
