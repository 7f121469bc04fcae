"""What is read off the record of a client, while the mock keeps to the protocol."""

from __future__ import annotations

import base64
import math
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import unquote, unquote_plus

from mockauth.checks.callback import room_in_bits, varying_bits
from mockauth.checks.client.mcp_read import MCP_CHECKS
from mockauth.checks.client.registry import ClientCheck, client_check
from mockauth.checks.client.visit import ClientEvidence, TokenKind, Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import every, first
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say

AUTHORIZE = say("authorize endpoint ({client_url})")
TOKEN = say("token endpoint ({authorization_url})")
API = say("API")
COMMAND = say("a command after --")
REFRESH = TokenKind.REFRESH
NEEDED = ("response_type", "client_id", "redirect_uri", "state")
REPEATABLE = ("resource", "authorization_details")
"""RFC 8707 section 2 lets a request name several; RFC 6749 section 3.1 nothing else."""
FEWEST_BITS = 64
"""Room in a state below which guessing it begins to be thinkable (RFC 6749 section 10.10 asks for
128 bits of credentials, and names no number for state)."""
GUESSABLE_BITS = 40
"""Room that a guesser of our days walks through in an evening."""
ENOUGH_FLOWS = 5
ORDERED_FLOWS = 6
"""So many random values grow from one to the next by chance once in 720 runs."""
UNITS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
CLOCK_SECONDS = 60
LONGEST_MOMENT = 40
UUID_EPOCH = 12_219_292_800
"""Seconds from the beginning of the Gregorian calendar, from which UUIDs count, to 1970."""
TOKEN_BODIES = ("/revoke", "/introspect")
"""Where a token belongs into the body (RFC 7009, RFC 7662)."""


@client_check(
    "client.authorize-parameters-complete",
    "MMM",
    refs=("RFC6749-4.1.1",),
    why="A server refuses what it cannot tell, and takes a duplicate for an attack.",
    fix="Send response_type=code, client_id, redirect_uri and state, each once.",
)
def authorize_parameters_complete(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The authorization request carries response_type=code, client_id, redirect_uri and state, once each."""
    for visit in evidence.honest:
        for request in visit.authorizes:
            wrong = _wrong_parameters(request, visit)
            if wrong:
                yield Finding(
                    expected=say("{}, once each", own(", ".join(NEEDED))),
                    actual=wrong,
                    at=AUTHORIZE,
                    exchanges=(request.n,),
                )
            else:
                yield Seen(actual=say("complete"), at=AUTHORIZE, exchanges=(request.n,))
    if not any(visit.authorizes for visit in evidence.honest):
        raise Blocked(say("no authorization request came"))


def _wrong_parameters(exchange: Exchange, visit: Visit) -> str:
    """What is wrong with an authorization request, or ""."""
    request, terms = exchange.request, visit.terms
    if request.method != "GET":
        return say("{}, which no server must take (RFC 6749 section 3.1)", request.method)
    query = request.all_query
    needed = [n for n in NEEDED if not (n == "state" and terms.is_mcp)]  # OAuth 2.1 section 4.1.1
    wrong = [f"no {name}" for name in needed if not any(every(query, name))]
    names = dict.fromkeys(name for name, _ in query if name not in REPEATABLE)
    wrong += [f"{n} {len(every(query, n))} times" for n in names if len(every(query, n)) > 1]
    if not wrong and first(query, "response_type") != "code":
        wrong.append(f"response_type {first(query, 'response_type')}")
    own_uri = terms.is_mcp or first(query, "redirect_uri") == terms.redirect_uri
    if not wrong and not own_uri:
        wrong.append("another redirect_uri than the one that is registered (REDIRECT_URI)")
    if any(secret in unquote_plus(request.target) for secret in visit.client_secrets):
        wrong.append("the client secret in an address that the browser keeps")
    return ", ".join(wrong)


@client_check(
    "client.state-unguessable-per-flow",
    "MMS",
    refs=("RFC6749-10.12",),
    why="Somebody who knows the state can sign the user in to the wrong account.",
    fix="Draw a new state of 128 random bits for each login, and keep it with the user's session.",
)
def state_unguessable_per_flow(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Every login has a new state that nobody can guess."""
    flows = [flow for visit in evidence.visits for flow in _flows(visit)]
    states = [(first(e.request.all_query, "state") or "", e.n) for e in flows]
    if not states:
        raise Blocked(say("no authorization request came"))
    for broken in STATE_RULES:
        found = broken(evidence, states)
        if found is not None:
            yield found
            return
    room, count = _room_of_states(states), len(states)
    yield Seen(actual=say("{} logins, {} states of {:.0f} bits or more", count, count, room))


States = Sequence[tuple[str, int]]
"""The state of each login, with the number of its exchange."""


def _no_state(evidence: ClientEvidence, states: States) -> Finding | None:
    missing = tuple(n for state, n in states if not state)
    if not missing:
        return None
    return Finding(expected=say("a state"), actual=say("none"), at=AUTHORIZE, exchanges=missing)


def _state_twice(evidence: ClientEvidence, states: States) -> Finding | None:
    if len(states) < 2:
        raise Blocked(say("one login was seen, and two are needed: sign in once more"))
    values = [state for state, _ in states]
    twice = tuple(n for state, n in states if values.count(state) > 1)
    if not twice:
        return None
    return Finding(
        expected=say("a new state for each login"),
        at=AUTHORIZE,
        exchanges=twice[:2],
        actual=say("the same state in {} of {} logins", len(twice), len(states)),
    )


def _shared_part(evidence: ClientEvidence, states: States) -> Finding | None:
    values = [state for state, _ in states]
    if len(values) < ENOUGH_FLOWS or varying_bits(values) >= FEWEST_BITS / 2:
        return None
    return Finding(
        expected=say("random states"),
        at=AUTHORIZE,
        exchanges=(states[0][1],),
        actual=say("about {:.0f} bits change", varying_bits(values)),
    )


def _ascending(evidence: ClientEvidence, states: States) -> Finding | None:
    # Of two clients at once, the one that began first may come last.
    alone = [visit for visit in evidence.visits if len(visit.endings) <= 1]
    ordered = [first(e.request.all_query, "state") or "" for v in alone for e in _flows(v)]
    grows = len(ordered) >= ORDERED_FLOWS and _grows(ordered)
    if not grows or varying_bits(ordered) >= FEWEST_BITS:
        return None
    return Finding(
        expected=say("random states"),
        at=AUTHORIZE,
        exchanges=(states[0][1],),
        actual=say("each state is greater than the one before, as of a clock or a counter"),
    )


def _with_time(evidence: ClientEvidence, states: States) -> Finding | None:
    clocked = [(e.n, moment) for visit in evidence.visits for e, moment in _clocked(visit)]
    if not clocked:
        return None
    return Finding(
        expected=say("random states"),
        at=AUTHORIZE,
        exchanges=(clocked[0][0],),
        actual=say("the time of the login, in {}", clocked[0][1]),
    )


def _too_short(evidence: ClientEvidence, states: States) -> Finding | None:
    room = _room_of_states(states)
    if room >= FEWEST_BITS:
        return None
    return Finding(
        expected=say("room for {} bits or more", FEWEST_BITS),
        at=AUTHORIZE,
        tolerated=room >= GUESSABLE_BITS,
        actual=say("room for {:.0f} bits", room),
        exchanges=(states[0][1],),
    )


def _room_of_states(states: States) -> float:
    """The bits of the shortest one, by the alphabet of all together: one of them may happen to
    have digits only."""
    together = "".join(state for state, _ in states)
    return _room(together) / len(together) * min(len(state) for state, _ in states)


STATE_RULES: tuple[Callable[[ClientEvidence, States], Finding | None], ...] = (
    _no_state,
    _state_twice,
    _shared_part,
    _ascending,
    _with_time,
    _too_short,
)
"""In this order; the first that is broken is told."""


@client_check(
    "client.code-exchanged-once",
    "MMM",
    refs=("RFC6749-4.1.3", "RFC6749-4.1.2"),
    why="A code that comes twice counts as stolen: a strict server revokes what it gave for it.",
    fix="Exchange a code once; after an answer never send it again.",
)
def code_exchanged_once(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Every code is exchanged by one POST, and not sent again."""
    for visit in evidence.visits:
        answered: set[str] = set()
        for exchange in visit.tokens:
            code = exchange.request.param("code") or ""
            if code in answered:
                yield Finding(
                    expected=say("one POST for a code"),
                    actual=say("it was sent again after an answer"),
                    at=TOKEN,
                    exchanges=(exchange.n,),
                )
            elif visit.honest:
                yield Seen(actual=say("one POST"), at=TOKEN, exchanges=(exchange.n,))
            if exchange.request.method != "POST":
                yield Finding(
                    expected=say("POST"),
                    actual=exchange.request.method,
                    at=TOKEN,
                    exchanges=(exchange.n,),
                )
            # After 2xx the code is spent, after invalid_grant it is no good. Where no answer came, or
            # one about something else, a second try (by another way of authentication, say) may be
            # all that a client can do.
            refused = exchange.answer.members.get("error") == "invalid_grant"
            if code and not exchange.error and (exchange.answer.ok or refused):
                answered.add(code)


@client_check(
    "client.redirect-repeated-at-token",
    "MMi",
    refs=("RFC6749-4.1.3",),
    why="Servers compare it, and refuse the exchange where it is missing.",
    fix="Send the same redirect_uri with the code as in the authorization request.",
)
def redirect_repeated_at_token(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The exchange of the code repeats the redirect_uri of the authorization request."""
    for visit in evidence.visits:
        codes = visit.codes()
        for exchange in visit.tokens:
            callback = codes.get(exchange.request.param("code") or "")
            if callback is None:
                continue
            sent = _authorized_before(visit, callback)
            repeated = exchange.request.param("redirect_uri")
            if sent is None or repeated == sent:
                yield Seen(actual=sent or say("none in either"), at=TOKEN, exchanges=(exchange.n,))
            else:
                yield Finding(
                    expected=sent,
                    actual=repeated or say("no redirect_uri"),
                    at=TOKEN,
                    exchanges=(exchange.n,),
                )


@client_check(
    "client.token-only-in-header",
    "MMM",
    refs=("RFC6750-2.3", "RFC9700-4.3.2"),
    why="Addresses end up in logs and histories.",
    fix="Send the token as Authorization: Bearer, and nowhere else.",
)
def token_only_in_header(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The access token travels in the Authorization header only, and the refresh token not at all."""
    told: set[str] = set()
    for visit in evidence.visits:
        issued, strays = visit.issued(), {exchange.n for exchange in visit.strays}
        for exchange in visit.exchanges:
            # What goes to another host is judged by client.token-not-sent-elsewhere.
            if exchange.step in ("token", "refresh", "callback") or exchange.n in strays:
                continue
            found = next(_misplaced(exchange, issued), "")
            if found in told:
                continue  # once is enough of what a client does each time
            if found:
                told.add(found)
                at = {"api": API, "authorize": AUTHORIZE}.get(exchange.step, "")
                yield Finding(
                    expected=say("the access token as Authorization: Bearer"),
                    actual=found,
                    at=at,
                    exchanges=(exchange.n,),
                )
            elif exchange.step == "api" and exchange.request.header("Authorization"):
                yield Seen(actual=say("Authorization header"), at=API, exchanges=(exchange.n,))


def _misplaced(exchange: Exchange, issued: Mapping[str, TokenKind]) -> Iterator[str]:
    """Where in a request a token stands that has no place there."""
    request = exchange.request
    path = without_query(request.url)
    places = {"the path": unquote(path), "the query": unquote_plus(request.target[len(path) :])}
    if not path.endswith(TOKEN_BODIES):
        places["the body"] = unquote_plus(request.body.decode("utf-8", "replace"))
    bearer = ""
    for name, value in request.headers:
        if name.lower() == "authorization":
            bearer = value
        else:
            places[f"the header {name}"] = unquote(value)
    for token, kind in issued.items():
        yield from (
            f"the {kind.words} in {place}" for place, text in places.items() if token in text
        )
        if kind is TokenKind.REFRESH and token in bearer:
            yield "the refresh token as Authorization"
    if exchange.step == "api" and first(request.all_query, "access_token") is not None:
        yield "a token in the query"


@client_check(
    "client.secret-not-in-address",
    "MMM",
    refs=("RFC6749-2.3.1",),
    why="Servers and proxies write addresses into their logs.",
    fix="Send client_secret and refresh_token in the body, or the secret by HTTP Basic.",
)
def secret_not_in_address(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The address of a token request carries no client secret and no refresh token."""
    told: set[str] = set()
    for visit in evidence.visits:
        secrets = dict.fromkeys(visit.client_secrets, say("client secret"))
        secrets |= {t: say("refresh token") for t, k in visit.issued().items() if k == REFRESH}
        for exchange in (*visit.tokens, *visit.refreshes):
            address = unquote_plus(exchange.request.target)
            found = {kind for value, kind in secrets.items() if value and value in address}
            for kind in sorted(found - told):
                told.add(kind)
                yield Finding(
                    expected=say("no credentials in the address"),
                    actual=say("the {}", kind),
                    at=TOKEN,
                    exchanges=(exchange.n,),
                )
            if not found and visit.honest:
                yield Seen(actual=say("none"), at=TOKEN, exchanges=(exchange.n,))


@client_check(
    "client.secrets-not-printed",
    "SSS",
    refs=("RFC6749-10.3",),
    practice=True,
    why="What a program prints is kept by terminals, CI systems and log services.",
    fix="Take client secret and tokens out of what is printed, or show their first characters only.",
)
def secrets_not_printed(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The client prints neither its secret nor a token."""
    endings = [ending for visit in evidence.visits for ending in visit.endings]
    printed = sorted({kind for ending in endings for kind in ending.printed})
    for kind in printed:
        yield Finding(expected=say("no secret in the output"), actual=say("the {}", own(kind)))
    if not endings:
        raise Blocked(say("what the client prints is not seen without {}", COMMAND))
    if not printed and any(visit.issued() for visit in evidence.visits):
        yield Seen(actual=say("no secret in the output of {} starts", len(endings)))


@client_check(
    "client.secrets-encrypted-at-rest",
    "MMM",
    refs=("OAI-plugin-auth",),
    kind="static",
    practice=True,
    why="Who reads the disk or a backup would sign in as every user.",
    fix="Encrypt the client secret and all tokens before they are written.",
)
def secrets_encrypted_at_rest(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The client stores no client secret and no token in clear text."""
    store = evidence.store
    if store is None:
        raise Blocked(
            say("where does the client keep its secrets? Give its file or folder with --store"),
            by_option="--store",
        )
    for file, kind in store.hits:
        yield Finding(
            expected=say("nothing in clear"), actual=say("the {} in clear", own(kind)), at=file
        )
    if not store.hits:
        if not any(visit.issued() for visit in evidence.visits):
            raise Blocked(say("no token was issued that could be looked for"))
        if store.unread:
            raise Blocked(say("could not be searched: {}", ", ".join(store.unread[:3])))
        if not store.changed:
            raise Blocked(say("the client wrote nothing to {} during the run", store.path))
        noun = say("file") if store.files == 1 else say("files")
        yield Seen(actual=say("{} {} searched", store.files, noun), at=store.path)


CHECKS: tuple[ClientCheck, ...] = (
    authorize_parameters_complete,
    state_unguessable_per_flow,
    code_exchanged_once,
    redirect_repeated_at_token,
    token_only_in_header,
    secret_not_in_address,
    secrets_not_printed,
    secrets_encrypted_at_rest,
    *MCP_CHECKS,
)


def _clocked(visit: Visit) -> Iterator[tuple[Exchange, str]]:
    """The logins whose state is nothing but the moment at which they came, with how it is spelled."""
    for exchange in _flows(visit):
        state = first(exchange.request.all_query, "state") or ""
        moment = visit.arrived.get(exchange.n, 0.0)
        for unit, seconds in _moments(state):
            if abs(seconds - moment) < CLOCK_SECONDS:
                yield exchange, unit


def _moments(value: str) -> Iterator[tuple[str, float]]:
    """The moments that a value may stand for, in seconds since the epoch: a number, decimal or
    hexadecimal, or ISO 8601, each as it is or behind base64."""
    spelled = [value]
    with suppress(ValueError):
        spelled.append(_unpacked(value))
    with suppress(ValueError):
        told = uuid.UUID(value)
        if told.version == 1:  # RFC 9562 section 5.1: the time and the machine
            yield "UUID version 1", told.time / 10**7 - UUID_EPOCH
    for text in spelled:
        if len(text) > LONGEST_MOMENT:
            continue
        with suppress(ValueError, OverflowError):  # the first years have no time of this machine
            said = datetime.fromisoformat(text)
            yield "ISO 8601", said.timestamp()  # without an offset, of this machine's own time
            yield "ISO 8601", said.replace(tzinfo=said.tzinfo or UTC).timestamp()
        for number in _numbers(text):
            yield from ((unit, number / scale) for unit, scale in UNITS.items())


def _numbers(text: str) -> Iterator[float]:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        yield float(text)
    if re.fullmatch(r"(0x)?[0-9A-Fa-f]+", text):
        yield int(text, 16)


def _room(value: str) -> float:
    """How many bits a value of this length and alphabet can hold at most."""
    alphabets = ((r"[a-z]+|[A-Z]+", 26), (r"[a-z0-9]+|[A-Z0-9]+", 36), (r"[A-Za-z]+", 52))
    sizes = [size for pattern, size in alphabets if re.fullmatch(pattern, value)]
    own = len(value) * math.log2(sizes[0]) if sizes else math.inf
    return min(own, room_in_bits(value))


def _grows(values: list[str]) -> bool:
    """Whether each value is greater than the one before: as it stands, or behind base64."""
    spelled = [[(len(value), value) for value in values]]
    with suppress(ValueError):
        spelled.append([(0, value) for value in map(_unpacked, values)])
    return any(all(one < other for one, other in pairwise(row)) for row in spelled)


def _unpacked(value: str) -> str:
    """What base64 was made of.

    Raises:
        ValueError: it is no base64.
    """
    padded = value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True).decode("latin-1")


def _flows(visit: Visit) -> list[Exchange]:
    """The logins of a visit; of clients that were started at once each has one of its own."""
    return visit.logins if len(visit.logins) >= len(visit.endings) else visit.authorizes


def _authorized_before(visit: Visit, callback: Exchange) -> str | None:
    """The redirect_uri of the request that led to a callback."""
    state = first(callback.request.all_query, "state")
    earlier = [e for e in visit.authorizes if e.n < callback.n]
    same = [e for e in earlier if first(e.request.all_query, "state") == state]
    chosen = (same or earlier)[-1:]
    return first(chosen[0].request.all_query, "redirect_uri") if chosen else None
