"""The endpoints that end a token (RFC 7009) and describe one (RFC 7662). ChatGPT asks neither; other clients
and resource servers do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import ACCEPT, authenticated
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.flow.fallbacks import as_built, by_basic, by_named_basic, by_raw_basic
from mockauth.engine.http.recorder import Place
from mockauth.engine.probe.outcome import introspection_outcome, revocation_outcome, token_outcome
from mockauth.engine.target import discovery, requests, tokens
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange, Request
from mockauth.wire.words import own, say

Kind = Literal["revoke", "introspect"]
KINDS: tuple[Kind, ...] = ("revoke", "introspect")
MEMBERS: Mapping[Kind, str] = MappingProxyType(
    {"revoke": "revocation_endpoint", "introspect": "introspection_endpoint"}
)
"""The members of the metadata that name the endpoints (RFC 8414 section 2)."""
BASIC = (by_basic, by_named_basic, by_raw_basic)
OPTION = own("--resource-client-id and --resource-client-secret")
OF_CLIENT = ("invalid_client", "unauthorized_client")
"""Errors that are about the client, and not about the token (RFC 6749 section 5.2)."""


@dataclass(frozen=True, kw_only=True)
class TokenEndpoint:
    """One of the two, and how the client proves itself there."""

    url: str
    client: Client
    place: Place
    trial: Exchange
    """A request that the server must take: an unknown token to end, a live one to describe."""


def address(subject: Subject, kind: Kind) -> str:
    """Where the endpoint is.

    Raises:
        NotApplicable: the metadata names none.
    """
    url = _published(subject).get(MEMBERS[kind])
    if not isinstance(url, str) or not url.startswith(discovery.WEB):
        raise NotApplicable(say("no metadata names an endpoint as {}", own(MEMBERS[kind])))
    return url


def endpoint(subject: Subject, kind: Kind) -> TokenEndpoint:
    """The endpoint, with the way to prove itself that the server was seen to take.

    Raises:
        NotApplicable: the metadata names none, or it does not describe such tokens as this server issues.
        Blocked: it refuses this client.
    """
    address(subject, kind)
    tried = subject.once(_revocation if kind == "revoke" else _introspection)
    if isinstance(tried, Blocked):
        raise tried
    if kind == "introspect" and tried.trial.answer.members.get("error") == "unsupported_token_type":
        raise NotApplicable(say("the server describes no such access tokens as it issues"))
    return tried


def request_of(url: str, client: Client, token: str) -> Request:
    """What both endpoints take (RFC 7009 section 2.1, RFC 7662 section 2.1)."""
    request = Request(
        method="POST", url=url, headers=(ACCEPT,), params=(("token", token),), encoding="form"
    )
    method = "post" if client.sends_secret else "none"
    return authenticated(request, client.id, client.secret.reveal(), method)


def revokes(subject: Subject) -> bool:
    """Whether an ordinary revocation is taken by now: of an unknown token, else of one of a login of its
    own."""
    unknown = _asked(subject, "revoke", secrets.token_urlsafe(32))
    return revocation_outcome(unknown) == "accepted" or _revokes_a_live_one(subject)


def introspects(subject: Subject) -> bool:
    """Whether a live token is described as live by now.

    Raises:
        Blocked: nothing is said of it.
    """
    asked = _live(subject, endpoint(subject, "introspect"))
    require_description(subject, asked)
    return introspection_outcome(asked) == "accepted"


def require_description(subject: Subject, asked: Exchange) -> None:
    """See that an answer about a live token describes it: a server may tell only some of them, and says
    of others that they are inactive (RFC 7662 section 2.2).

    Raises:
        Blocked: it does not.
    """
    if not asked.answer.ok:
        raise Blocked(say("the introspection endpoint answers {}", asked.outcome))
    if asked.answer.members.get("active") is False:
        why = say("a token that is alive is said to be inactive")
        raise ask_for_resource_server(subject, why)


def revoked_refresh_token(subject: Subject) -> str:
    """A refresh token that was revoked, and that the token endpoint refuses.

    Raises:
        NotApplicable: none can be had.
    """
    token = subject.once(_revoked)
    if not token:
        raise NotApplicable(say("no refresh token could be revoked"))
    return token


def ends_access_tokens(subject: Subject) -> bool:
    """Whether access tokens can be revoked at all (RFC 7009 section 2.2.1: unsupported_token_type)."""
    return subject.once(_ends_access_tokens)


def described(subject: Subject, token: str) -> Exchange | None:
    """What the server tells this client of a token; None where it tells it nothing."""
    try:
        found = endpoint(subject, "introspect")
    except (Blocked, NotApplicable):
        return None
    if introspection_outcome(found.trial) != "accepted":
        return None
    with subject.during("supply"):
        return _asked(subject, "introspect", token)


def _published(subject: Subject) -> Mapping[str, Any]:
    service = subject.target.mcp
    if service is None:
        return discovery.metadata(subject)
    return service.server.data if service.server else {}


def _revocation(subject: Subject) -> TokenEndpoint | Blocked:
    return _tried(subject, "revoke", secrets.token_urlsafe(32))


def _introspection(subject: Subject) -> TokenEndpoint | Blocked:
    tried = _tried(subject, "introspect", tokens.for_api(subject))
    if isinstance(tried, Blocked) or tried.trial.answer.members.get("active") is not False:
        return tried
    with subject.during("control"):
        return replace(tried, trial=_live(subject, tried))


def _live(subject: Subject, found: TokenEndpoint) -> Exchange:
    """What is said of the token of the ordinary calls; where that is dead, of a new one: some servers end a
    token at each new login."""
    first = _sent(subject, "introspect", found, tokens.for_api(subject))
    if first.answer.members.get("active") is not False:
        return first
    renewed = tokens.fresh_grant(subject)
    again = _sent(subject, "introspect", found, renewed.access_token)
    if introspection_outcome(again) != "accepted":
        return first
    tokens.keep(subject, renewed)
    return again


def _tried(subject: Subject, kind: Kind, token: str) -> TokenEndpoint | Blocked:
    """The first way that is taken, else the first that is not refused for the client's sake."""
    url = subject.target.url_map(address(subject, kind))
    if subject.target.mcp is not None:
        discovery.declare(subject.target, url)
    client = _client(subject, kind)
    if client is None:
        return Blocked(say("there is no OAuth client to play"))
    made = request_of(url, client, token)
    known: TokenEndpoint | None = None
    for place in _places(subject, kind, client):
        with subject.during("control"), subject.placing(place):
            trial = subject.driver.send(made, kind)
        if _refuses_client(trial):
            continue
        if trial.answer.ok or known is None:
            known = TokenEndpoint(url=url, client=client, place=place, trial=trial)
        if trial.answer.ok:
            break
    return known or _refused(subject, kind, trial)


def _client(subject: Subject, kind: Kind) -> Client | None:
    """Who asks: the client of the run; at the introspection endpoint the resource server, where the user
    says who that is there."""
    client, given = subject.target.client, subject.target.given
    if client is None or kind == "revoke" or not given.resource_client_id:
        return client
    secret = given.resource_client_secret
    return replace(client, id=given.resource_client_id, secret=secret, sends_secret=bool(secret))


def _refused(subject: Subject, kind: Kind, trial: Exchange) -> Blocked:
    if kind == "revoke":
        return Blocked(say("the revocation endpoint refuses this client: {}", trial.outcome))
    why = say("the introspection endpoint refuses this client: {}", trial.outcome)
    return ask_for_resource_server(subject, why)


def ask_for_resource_server(subject: Subject, why: str) -> Blocked:
    """The question who the resource server is at the introspection endpoint, where nobody said so."""
    if subject.target.given.resource_client_id:
        return Blocked(why)
    return Blocked(
        say(
            "{}; it may be for resource servers only: give the credentials of one with {}",
            why,
            OPTION,
        ),
        by_option=OPTION,
    )


def _refuses_client(exchange: Exchange) -> bool:
    answer = exchange.answer
    return answer.status in (401, 403) or answer.members.get("error") in OF_CLIENT


def _places(subject: Subject, kind: Kind, client: Client) -> Iterator[Place]:
    """Where the credentials may travel: as at the token endpoint, then otherwise. What the metadata
    lists for this endpoint comes first."""
    usual = subject.driver.place
    if not client.sends_secret:
        yield usual
        return
    ways = {"client_secret_basic": by_basic, "client_secret_post": as_built}
    own_way = "client_secret_basic" if usual in BASIC else "client_secret_post"
    listed = _published(subject).get(f"{MEMBERS[kind]}_auth_methods_supported")
    order = sorted(
        ways, key=lambda way: (isinstance(listed, list) and way not in listed, way != own_way)
    )
    for way in order:
        yield usual if way == own_way else ways[way]


def _revokes_a_live_one(subject: Subject) -> bool:
    grant = tokens.fresh_grant(subject)
    token = grant.refresh_token or grant.access_token
    return bool(token) and revocation_outcome(_asked(subject, "revoke", token)) == "accepted"


def _asked(subject: Subject, kind: Kind, token: str) -> Exchange:
    return _sent(subject, kind, endpoint(subject, kind), token)


def _sent(subject: Subject, kind: Kind, found: TokenEndpoint, token: str) -> Exchange:
    with subject.placing(found.place):
        return subject.driver.send(request_of(found.url, found.client, token), kind)


def _ends_access_tokens(subject: Subject) -> bool:
    endpoint(subject, "revoke")
    with subject.during("supply"):
        asked = _asked(subject, "revoke", tokens.fresh_grant(subject).access_token)
    return asked.answer.members.get("error") != "unsupported_token_type"


def _revoked(subject: Subject) -> str:
    try:
        endpoint(subject, "revoke")
    except (Blocked, NotApplicable):
        return ""
    with subject.during("supply"):
        token = tokens.from_flow(subject).refresh_token
        if not token or revocation_outcome(_asked(subject, "revoke", token)) != "accepted":
            return ""
        is_dead = token_outcome(requests.refresh(subject, token)) == "refused"
    return token if is_dead else ""
