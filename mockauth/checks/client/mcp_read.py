"""What is read off the record of a client of an MCP server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockauth.checks.client.registry import ClientCheck, client_check
from mockauth.checks.client.visit import ClientEvidence, Visit
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.wire import Exchange
from mockauth.wire.message import every, first
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import say

AUTHORIZE = say("authorize endpoint")
TOKEN = say("token endpoint")
REGISTER = say("registration endpoint")
SERVER = say("MCP server")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""RFC 7636 section 4.2: a SHA-256 in base64url."""
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""
FEWEST_SHOWN = 16
"""Characters that a random verifier does not share with an address by chance."""
APPLICATIONS = ("web", "native")
LOOPBACK_PORT = re.compile(r"^(http://(?:127\.0\.0\.1|\[::1\]|localhost)):\d+")


@client_check(
    "client.resource-sent-in-both",
    "--M",
    refs=("RFC8707-2", "MCP-auth"),
    why="Without it the token may be good at other servers, which could use it here.",
    fix="Send resource, as the metadata of the resource has it, with both requests.",
)
def resource_sent_in_both(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The authorization request and the token request name the MCP server as resource."""
    for visit in evidence.honest:
        for exchange in (*visit.authorizes, *visit.tokens):
            request = exchange.request
            pairs = request.all_query if exchange.step == "authorize" else request.params
            sent, at = every(pairs, "resource"), AUTHORIZE
            if exchange.step == "token":
                at = TOKEN
            if visit.terms.resource in sent:
                yield Seen(actual=visit.terms.resource, at=at, exchanges=(exchange.n,))
            else:
                yield Finding(
                    expected=visit.terms.resource,
                    actual=" ".join(sent) or say("no resource"),
                    at=at,
                    exchanges=(exchange.n,),
                )
    _needs_exchange(evidence)


@client_check(
    "client.pkce-s256-sent",
    "--M",
    refs=("RFC7636-4.3", "MCP-sec"),
    why="Whoever steals the code could use it.",
    fix="Send code_challenge with code_challenge_method=S256, and code_verifier with the code.",
)
def pkce_s256_sent(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The authorization request has a challenge of S256, and the token request its verifier."""
    for visit in evidence.honest:
        for exchange in visit.authorizes:
            wrong = _wrong_challenge(exchange)
            if wrong:
                yield Finding(
                    expected=say("code_challenge, 43 characters, and code_challenge_method=S256"),
                    actual=wrong,
                    at=AUTHORIZE,
                    exchanges=(exchange.n,),
                )
            else:
                yield Seen(actual=say("S256"), at=AUTHORIZE, exchanges=(exchange.n,))
        for exchange in visit.tokens:
            wrong = _wrong_verifier(visit, exchange)
            if wrong:
                yield Finding(
                    expected=say("code_verifier, 43 to 128 characters that nobody has seen"),
                    actual=wrong,
                    at=TOKEN,
                    exchanges=(exchange.n,),
                )
            else:
                yield Seen(actual=say("code_verifier"), at=TOKEN, exchanges=(exchange.n,))
    _needs_exchange(evidence)


def _wrong_challenge(exchange: Exchange) -> str:
    query = exchange.request.all_query
    challenge, method = first(query, "code_challenge"), first(query, "code_challenge_method")
    if not challenge:
        return say("no code_challenge")
    if method != "S256":
        return say("code_challenge_method {}", method or say("none"))
    if not CHALLENGE.fullmatch(challenge):
        return say("a code_challenge of {} characters", len(challenge))
    if first(query, "code_verifier") is not None:
        return say("code_verifier, which nobody may see before the code is exchanged")
    return ""


def _wrong_verifier(visit: Visit, exchange: Exchange) -> str:
    """What is wrong with the verifier of a token request, or ""."""
    verifier = exchange.request.param("code_verifier")
    if not verifier:
        return say("none")
    if not VERIFIER.fullmatch(verifier):
        return say("a code_verifier of {} characters", len(verifier))
    sent = [pair for e in visit.authorizes for pair in e.request.all_query]
    if any(len(value) >= FEWEST_SHOWN and value in verifier for _, value in sent):
        return say("a code_verifier that is made of what stands in the authorization request")
    return ""


@client_check(
    "client.pkce-verifier-per-flow",
    "--M",
    refs=("RFC7636-4.1", "RFC9700-2.1.1"),
    why="A verifier that was used before may be known by now.",
    fix="Draw a new verifier of 32 random bytes for each login.",
)
def pkce_verifier_per_flow(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Every login has a challenge of its own."""
    # The same address once more in one visit is a page that was loaded again.
    visits = [{frozenset(e.request.all_query): e for e in v.authorizes} for v in evidence.visits]
    flows = [e for pages in visits for e in pages.values()]
    sent = [(first(e.request.all_query, "code_challenge"), e.n) for e in flows]
    known = [(value, n) for value, n in sent if value]
    if len(known) < 2:
        raise Blocked(say("two logins with a challenge are needed; {} were seen", len(known)))
    values = [value for value, _ in known]
    twice = tuple(n for value, n in known if values.count(value) > 1)
    if twice:
        yield Finding(
            expected=say("a new challenge for each login"),
            actual=say("the same in {} of {} logins", len(twice), len(known)),
            at=AUTHORIZE,
            exchanges=twice[:2],
        )
    else:
        yield Seen(actual=say("{} logins, {} challenges", len(known), len(known)))


@client_check(
    "client.registration-way-preferred",
    "--S",
    refs=("MCP-reg",),
    why="Each registration leaves a client behind at the server; a document does not.",
    fix="Use the client_id that you were given, else name your document, else register.",
)
def registration_way_preferred(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """Of the ways that the server offers the client takes the first it can: given, document, registered."""
    _needs_login(evidence)
    has_document = any("://" in name for visit in evidence.visits for name in _names(visit))
    for visit in evidence.honest:
        given = visit.terms.client_id
        best = given or (say("the address of its document") if has_document else "")
        for exchange in visit.authorizes:
            name = first(exchange.request.all_query, "client_id") or ""
            fits = name == given if given else "://" in name
            if not best or fits:
                yield Seen(actual=name, at=AUTHORIZE, exchanges=(exchange.n,))
            else:
                yield Finding(expected=best, actual=name, at=AUTHORIZE, exchanges=(exchange.n,))


def _names(visit: Visit) -> list[str]:
    return [first(e.request.all_query, "client_id") or "" for e in visit.authorizes]


@client_check(
    "client.application-type-sent",
    "--M",
    refs=("MCP-reg",),
    why="A server takes it for web where it is missing, and then refuses the callback of a native client.",
    fix="Register with application_type: native for a program on the user's machine, else web.",
)
def application_type_sent(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """A registration says whether the client is a web or a native application."""
    told = {visit.terms.redirect_uri for visit in evidence.visits}
    for exchange, members in _registrations(evidence):
        said = members.get("application_type")
        if said == "web" and _listens_nearby(members, told):
            yield Finding(
                expected=say("application_type native, for a callback on the user's machine"),
                actual=say("web"),
                at=REGISTER,
                exchanges=(exchange.n,),
            )
        elif said in APPLICATIONS:
            yield Seen(actual=str(said), at=REGISTER, exchanges=(exchange.n,))
        else:
            yield Finding(
                expected=say("application_type: web or native"),
                actual=say("none") if said is None else str(said),
                at=REGISTER,
                exchanges=(exchange.n,),
            )


def _listens_nearby(members: Mapping[str, Any], told: set[str]) -> bool:
    """Whether all callbacks are on the user's machine, and chosen by the client itself: elsewhere than in
    a test, a client of a site has another one than it was told here."""
    uris = members.get("redirect_uris")
    found = [str(uri) for uri in uris] if isinstance(uris, list) else []
    return bool(found) and all(is_loopback_host(hostname(u)) and u not in told for u in found)


@client_check(
    "client.refresh-grant-registered",
    "--S",
    refs=("MCP-auth", "RFC7591-2"),
    why="Without it the user must sign in again each time that a token has expired.",
    fix="Register with grant_types authorization_code and refresh_token.",
)
def refresh_grant_registered(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """A registration names the refresh grant."""
    for exchange, members in _registrations(evidence):
        grants = members.get("grant_types", ["authorization_code"])
        if isinstance(grants, list) and "refresh_token" in grants:
            yield Seen(actual=say("refresh_token"), at=REGISTER, exchanges=(exchange.n,))
        else:
            yield Finding(
                expected=say("refresh_token among grant_types"),
                actual=" ".join(map(str, grants)) if isinstance(grants, list) else say("no list"),
                at=REGISTER,
                exchanges=(exchange.n,),
            )


@client_check(
    "client.cimd-document-valid",
    "--M",
    refs=("CIMD00-4.1", "MCP-reg"),
    why="A server refuses a document that is not right, or takes somebody else for the client.",
    fix="Serve JSON with client_id (its own address), client_name and redirect_uris, and nothing secret.",
)
def cimd_document_valid(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """The client ID metadata document names itself, the callback that is used, and no secret."""
    _needs_login(evidence)
    used = [e for visit in evidence.honest for e in visit.authorizes if "://" in _client_id(e)]
    if not used:
        raise NotApplicable(say("the client names no document"))
    fetched = {e.request.url: e for v in evidence.visits for e in v.exchanges if e.step == "asset"}
    for exchange in used:
        document = fetched.get(_client_id(exchange))
        if document is None:
            raise Blocked(say("the document is not on this machine, and nothing else is asked"))
        if document.response is None:
            raise Blocked(say("the document was asked for: {}", document.error))
        uri = first(exchange.request.all_query, "redirect_uri") or ""
        wrong = _wrong_document(document, uri)
        if wrong:
            yield Finding(
                expected=say("a document that a server can take"),
                actual=wrong,
                at=document.request.url,
                exchanges=(exchange.n, document.n),
            )
        else:
            yield Seen(actual=document.request.url, exchanges=(exchange.n, document.n))


def _wrong_document(fetched: Exchange, redirect_uri: str) -> str:
    answer, members = fetched.answer, fetched.answer.members
    kind = (answer.header("Content-Type") or "").partition(";")[0].strip().lower()
    if answer.status != 200 or not kind.endswith("json") or not members:
        return say("status {}, {}", answer.status, kind or say("no Content-Type"))
    if members.get("client_id") != fetched.request.url:
        return say("client_id is {}", members.get("client_id") or say("missing"))
    if not members.get("client_name"):
        return say("client_name is missing")
    uris = members.get("redirect_uris")
    known = [_portless(uri) for uri in uris] if isinstance(uris, list) else []
    if _portless(redirect_uri) not in known:
        return say("redirect_uris does not have {}", redirect_uri)
    return _secret_in(members)


def _secret_in(members: Mapping[str, Any]) -> str:
    """What of a document nobody else may know, or makes no sense without a secret."""
    method = str(members.get("token_endpoint_auth_method", "none"))
    if "client_secret" in members or method.startswith("client_secret"):
        return say("it has a client secret, or a method that needs one")
    keys = members.get("jwks")
    listed = keys.get("keys") if isinstance(keys, dict) else []
    private = [key for key in listed or [] if isinstance(key, dict) and {"d", "k"} & key.keys()]
    return say("it has a private key") if private else ""


def _portless(uri: object) -> str:
    """A loopback address without its port, which may be any (RFC 8252 section 7.3)."""
    return LOOPBACK_PORT.sub(r"\1", str(uri))


def _client_id(exchange: Exchange) -> str:
    return first(exchange.request.all_query, "client_id") or ""


@client_check(
    "client.version-header-sent",
    "--M",
    refs=("MCP-http",),
    why="A server that speaks several revisions takes the oldest where the header is missing.",
    fix="Send MCP-Protocol-Version, as initialize was answered, with every request that follows.",
)
def version_header_sent(evidence: ClientEvidence) -> Iterator[Finding | Seen]:
    """After initialize every request names the revision that was agreed upon."""
    for visit in evidence.honest:
        agreed = ""
        for exchange in visit.calls:
            before, agreed = agreed, _agreed(exchange) or agreed
            if before and not _agreed(exchange):
                yield _version_named(exchange, before)


def _agreed(exchange: Exchange) -> str:
    """The revision that the server has answered `initialize` with."""
    result = exchange.answer.members.get("result")
    return str(result.get("protocolVersion") or "") if isinstance(result, dict) else ""


def _version_named(exchange: Exchange, agreed: str) -> Finding | Seen:
    header = exchange.request.header("MCP-Protocol-Version")
    if header == agreed:
        return Seen(actual=agreed, at=SERVER, exchanges=(exchange.n,))
    return Finding(
        expected=say("MCP-Protocol-Version: {}", agreed),
        actual=header or say("none"),
        at=SERVER,
        exchanges=(exchange.n,),
        tolerated=bool(header),  # that it is there is a must, that it is this one a should
    )


MCP_CHECKS: tuple[ClientCheck, ...] = (
    resource_sent_in_both,
    pkce_s256_sent,
    pkce_verifier_per_flow,
    registration_way_preferred,
    application_type_sent,
    refresh_grant_registered,
    cimd_document_valid,
    version_header_sent,
)


def _registrations(evidence: ClientEvidence) -> Iterator[tuple[Exchange, dict[str, Any]]]:
    """The registrations of the honest visits, or of any where there is none in them.

    Raises:
        NotApplicable: the client does not register.
    """
    _needs_login(evidence)
    honest = [e for visit in evidence.honest for e in visit.registrations]
    found = honest or [e for visit in evidence.visits for e in visit.registrations]
    if not found:
        raise NotApplicable(say("the client does not register"))
    for exchange in found:
        yield exchange, exchange.request.members


def _needs_login(evidence: ClientEvidence) -> None:
    if not any(visit.authorizes for visit in evidence.honest):
        raise Blocked(say("no authorization request came"))


def _needs_exchange(evidence: ClientEvidence) -> None:
    _needs_login(evidence)
    if not any(visit.tokens for visit in evidence.honest):
        raise Blocked(say("no token request came"))
