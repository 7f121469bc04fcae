"""What is read off the record of a client, while the mock keeps to the protocol."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.callback import room_in_bits, varying_bits
from mockauth.checks.client.registry import ClientCheck, client_check
from mockauth.checks.client.visit import ClientEvidence, Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import every, first

AUTHORIZE = "authorize endpoint (client_url)"
TOKEN = "token endpoint (authorization_url)"
API = "API"
NEEDED = ("response_type", "client_id", "redirect_uri", "state")
FEWEST_BITS = 64
"""Room in a state below which guessing it begins to be thinkable (RFC 6749 section 10.10 asks for
128 bits of credentials, and names no number for state)."""
ENOUGH_FLOWS = 5


@client_check(
    "client.authorize-parameters-complete", "MMM", refs=("RFC6749-4.1.1",),
    why="A server refuses what it cannot tell, and takes a duplicate for an attack.",
    fix="Send response_type=code, client_id, redirect_uri and state, each once.",
)  # fmt: skip
def authorize_parameters_complete(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The authorization request carries response_type=code, client_id, redirect_uri and state, once each."""
    for request in _authorizes(evidence.honest):
        query = request.request.all_query
        wrong = [f"{n} {len(every(query, n))} times" for n in NEEDED if len(every(query, n)) > 1]
        wrong += [f"no {name}" for name in NEEDED if not any(every(query, name))]
        if not wrong and first(query, "response_type") != "code":
            wrong.append(f"response_type {first(query, 'response_type')}")
        if wrong:
            yield Finding(expected=f"{', '.join(NEEDED)}, once each", actual=", ".join(wrong),
                          at=AUTHORIZE, exchanges=(request.n,))  # fmt: skip
        else:
            yield Seen(actual="complete", at=AUTHORIZE, exchanges=(request.n,))


@client_check(
    "client.state-unguessable-per-flow", "MMM", refs=("RFC6749-10.12",),
    why="Whoever knows the state can slip a login of their own under the user.",
    fix="Draw a new state of 128 random bits for each login, and keep it with the user's session.",
)  # fmt: skip
def state_unguessable_per_flow(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Every login has a new state that nobody can guess."""
    flows = [flow for visit in evidence.visits for flow in _flows(visit)]
    states = [(first(e.request.all_query, "state") or "", e.n) for e in flows]
    if not states:
        raise Blocked("no authorization request came")
    missing = tuple(n for state, n in states if not state)
    if missing:
        yield Finding(expected="a state", actual="none", at=AUTHORIZE, exchanges=missing)
        return
    if len(states) < 2:
        raise Blocked("one login was seen, and two are needed: sign in once more")
    values = [state for state, _ in states]
    twice = tuple(n for state, n in states if values.count(state) > 1)
    if twice:
        yield Finding(expected="a new state for each login", at=AUTHORIZE, exchanges=twice[:2],
                      actual=f"the same state in {len(twice)} of {len(states)} logins")  # fmt: skip
        return
    if len(values) >= ENOUGH_FLOWS and varying_bits(values) < FEWEST_BITS / 2:
        yield Finding(expected="random states", at=AUTHORIZE, exchanges=(states[0][1],),
                      actual=f"about {varying_bits(values):.0f} bits change")  # fmt: skip
        return
    room = min(map(room_in_bits, values))
    if room < FEWEST_BITS:
        yield Finding(expected=f"room for {FEWEST_BITS} bits or more", at=AUTHORIZE, tolerated=True,
                      actual=f"room for {room:.0f} bits", exchanges=(states[0][1],))  # fmt: skip
    else:
        yield Seen(actual=f"{len(values)} logins, {len(values)} states of {room:.0f} bits or more")


@client_check(
    "client.code-exchanged-once", "MMM", refs=("RFC6749-4.1.3", "RFC6749-4.1.2"),
    why="A code that comes twice counts as stolen: a strict server revokes what it gave for it.",
    fix="Exchange a code once; after an answer never send it again.",
)  # fmt: skip
def code_exchanged_once(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Every code is exchanged by one POST, and not sent again."""
    for visit in evidence.visits:
        answered: set[str] = set()
        for exchange in visit.tokens:
            code = exchange.request.param("code") or ""
            if code in answered:
                yield Finding(expected="one POST for a code", actual="it was sent again after 200",
                              at=TOKEN, exchanges=(exchange.n,))  # fmt: skip
            elif visit.honest:
                yield Seen(actual="one POST", at=TOKEN, exchanges=(exchange.n,))
            if exchange.request.method != "POST":
                yield Finding(expected="POST", actual=exchange.request.method, at=TOKEN,
                              exchanges=(exchange.n,))  # fmt: skip
            # After a broken answer a second try may be all that a client can do.
            if visit.honest and exchange.answer.ok and code:
                answered.add(code)


@client_check(
    "client.redirect-repeated-at-token", "MMi", refs=("RFC6749-4.1.3",),
    why="Servers compare it, and refuse the exchange where it is missing.",
    fix="Send the same redirect_uri with the code as in the authorization request.",
)  # fmt: skip
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
                yield Seen(actual=sent or "none in either", at=TOKEN, exchanges=(exchange.n,))
            else:
                yield Finding(expected=sent, actual=repeated or "no redirect_uri", at=TOKEN,
                              exchanges=(exchange.n,))  # fmt: skip


@client_check(
    "client.token-only-in-header", "MMM", refs=("RFC6750-2.3", "RFC9700-4.3.2"),
    why="What stands in an address ends up in logs and histories.",
    fix="Send the token as Authorization: Bearer, and nowhere else.",
)  # fmt: skip
def token_only_in_header(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The access token travels in the Authorization header only."""
    for visit in evidence.visits:
        access = {value for value, kind in visit.issued().items() if kind == "access token"}
        for call in visit.calls:
            request = call.request
            in_query = access & {value for _, value in request.all_query}
            in_body = access & {value for _, value in request.params}
            named = first(request.all_query, "access_token") is not None
            if in_query or in_body or named:
                where = "the body" if in_body else "the query"
                yield Finding(expected="Authorization: Bearer", actual=f"a token in {where}",
                              at=API, exchanges=(call.n,))  # fmt: skip
            elif request.header("Authorization"):
                yield Seen(actual="Authorization header", at=API, exchanges=(call.n,))


@client_check(
    "client.secrets-encrypted-at-rest", "MMM", refs=("OAI-plugin-auth",), kind="static",
    practice=True,
    why="Who reads the disk or a backup would sign in as every user.",
    fix="Encrypt the client secret and all tokens before they are written.",
)  # fmt: skip
def secrets_encrypted_at_rest(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """No client secret and no token stands in clear where the client keeps them."""
    store = evidence.store
    if store is None:
        raise Blocked(
            "where does the client keep its secrets? Give its file or folder with --store",
            by_option="--store",
        )
    for file, kind in store.hits:
        yield Finding(expected="nothing in clear", actual=f"a {kind} in clear", at=file)
    if not store.hits:
        if not any(visit.issued() for visit in evidence.visits):
            raise Blocked("no token was issued that could be looked for")
        if store.unread:
            raise Blocked(f"could not be searched: {', '.join(store.unread[:3])}")
        if not store.changed:
            raise Blocked(f"the client wrote nothing to {store.path} during the run")
        yield Seen(actual=f"{store.files} files searched", at=store.path)


CHECKS: tuple[ClientCheck, ...] = (
    authorize_parameters_complete,
    state_unguessable_per_flow,
    code_exchanged_once,
    redirect_repeated_at_token,
    token_only_in_header,
    secrets_encrypted_at_rest,
)


def _authorizes(visits: tuple[Visit, ...]) -> list[Exchange]:
    found = [exchange for visit in visits for exchange in visit.authorizes]
    if not found:
        raise Blocked("no authorization request came")
    return found


def _flows(visit: Visit) -> list[Exchange]:
    """The authorization requests of a visit, one for each login: a page that is loaded again
    before a code came of it begins no new one."""
    found: list[Exchange] = []
    for exchange in visit.authorizes:
        before = found[-1] if found else None
        again = before is not None and before.request.target == exchange.request.target
        redeemed = before and any(before.n < e.n < exchange.n for e in visit.tokens)
        if not again or redeemed or len(visit.endings) > 1:
            found.append(exchange)
    return found


def _authorized_before(visit: Visit, callback: Exchange) -> str | None:
    """The redirect_uri of the request that led to a callback."""
    state = first(callback.request.all_query, "state")
    earlier = [e for e in visit.authorizes if e.n < callback.n]
    same = [e for e in earlier if first(e.request.all_query, "state") == state]
    chosen = (same or earlier)[-1:]
    return first(chosen[0].request.all_query, "redirect_uri") if chosen else None
