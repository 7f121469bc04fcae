"""Whom the tokens of an MCP server are for."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.introspection import audience_told
from mockauth.checks.jwt import audience_of, read_jwt
from mockauth.checks.mcp_service import protected
from mockauth.checks.record import callback_params
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import first
from mockauth.wire.trace import Fallback
from mockauth.wire.words import AT_AUTHORIZATION_URL, own, say

TRIAL = "api.foreign-audience-refused"
REFUSED = (401, 403)


def _issued(evidence: Evidence) -> list[tuple[Exchange, str]]:
    """The access tokens of the ordinary flow."""
    answers = evidence.trace.ordinary("token", "refresh")
    found = [(e, e.answer.members.get("access_token")) for e in answers if e.answer.ok]
    kept = [(e, token) for e, token in found if isinstance(token, str) and token]
    if not kept:
        raise Blocked(say("there is no token (see token.exchange-works)"))
    return kept


@check(
    "resource.accepted-in-both",
    "--M",
    refs=("RFC8707-2", "MCP-auth"),
    auth=("oauth",),
    why="Every client of MCP sends resource, whether the server knows it or not.",
    fix="Take resource at the authorize endpoint and at the token endpoint, or ignore it.",
)
def accepted_in_both(evidence: Evidence) -> Iterator[Finding | Seen]:
    """resource is taken in the authorization request and in the token request"""
    protected(evidence)
    asked = [e for e in evidence.trace.ordinary("authorize", "token") if _names_one(e)]
    came = any(first(callback_params(e), "code") for e in evidence.trace.ordinary("callback"))
    second = evidence.trace.select("token" if came else "callback", purpose="fallback")
    without = [e for e in second if _is_taken_without(e)]
    if without:
        yield Finding(
            expected=say("resource is taken"),
            actual=say("refused with it: {}; taken without it", asked[-1].outcome),
            at=asked[-1].request.url.partition("?")[0],
            exchanges=(asked[-1].n, without[0].n),
        )
        return
    _issued(evidence)
    if not asked or asked[-1].step != "token":
        raise Blocked(say("no token was asked for with resource (see token.exchange-works)"))
    yield Seen(actual=asked[-1].outcome, exchanges=tuple(e.n for e in asked))


def _names_one(exchange: Exchange) -> bool:
    return bool(exchange.request.param("resource"))


def _is_taken_without(exchange: Exchange) -> bool:
    """Whether a second try that named no resource got what it asked for."""
    if exchange.fallback is not Fallback.NO_RESOURCE:
        return False
    if exchange.step == "callback":
        return bool(first(callback_params(exchange), "code"))
    return "access_token" in exchange.answer.members


@check(
    "resource.token-audience-bound",
    "--C",
    refs=("RFC8707-2", "MCP-sec"),
    auth=("oauth",),
    why="A token that is for nobody in particular opens every server that takes it.",
    fix="Issue the token for the resource that was asked for, and name that as its audience.",
)
def audience_bound(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A token is for the resource that it was asked for"""
    wanted = protected(evidence).resource_id
    answer, token = _issued(evidence)[0]
    if not _names_one(answer):
        raise Blocked(say("no token was asked for with resource (see resource.accepted-in-both)"))
    named = audience_of(token)
    if not named:
        yield _by_introspection(evidence, wanted) or _by_trial(evidence)
        return
    shown = own(", ").join(say("{}", one) for one in named)
    if wanted in named:
        yield Seen(actual=shown, exchanges=(answer.n,))
        return
    yield Finding(
        expected=say("audience {}", wanted),
        actual=shown,
        at=AT_AUTHORIZATION_URL,
        exchanges=(answer.n,),
    )


def _by_introspection(evidence: Evidence, wanted: str) -> Finding | Seen | None:
    """What the authorization server tells this client of its own token (RFC 7662). A server that was seen
    to refuse tokens for others knows whom they are for, whatever the words are."""
    issued = {token for answer, token in _issued(evidence) if _names_one(answer)}
    asked = [e for e in evidence.trace.select("introspect") if e.request.param("token") in issued]
    told = [(e, named) for e in asked if (named := audience_told(e.answer.members))]
    if not told:
        return None
    exchange, named = told[0]
    shown = say("introspection: {}", say(", ").join(say("{:.200}", one) for one in named))
    if wanted in named:
        return Seen(actual=shown, exchanges=(exchange.n,))
    if _refuses_others(evidence):
        return None
    return Finding(
        expected=say("audience {}", wanted),
        actual=shown,
        at=AT_AUTHORIZATION_URL,
        exchanges=(exchange.n,),
    )


def _refuses_others(evidence: Evidence) -> bool:
    calls = evidence.trace.select("rpc", purpose="altered", probe=TRIAL)
    return bool(calls) and calls[-1].answer.status in REFUSED


def _by_trial(evidence: Evidence) -> Finding | Seen:
    """What the server did with a token that was asked for another resource and names none."""
    calls = evidence.trace.select("rpc", purpose="altered", probe=TRIAL)
    if _refuses_others(evidence):
        told = say("a token for another resource: {}", calls[-1].outcome)
        return Seen(actual=told, exchanges=(calls[-1].n,))
    if calls and calls[-1].answer.ok and evidence.given.other_resource:
        return Finding(
            expected=say("a token for {} is none for this server", evidence.given.other_resource),
            actual=say("taken: {}", calls[-1].outcome),
            exchanges=(calls[-1].n,),
        )
    by_option = "" if evidence.given.other_resource else "--other-resource"
    raise Blocked(
        say(
            "the token names no audience, so only a second MCP server can tell (see {})", own(TRIAL)
        ),
        by_option=by_option,
    )


@check(
    "grant.jwt-iss-aud",
    "--M",
    refs=("RFC9068-2.2", "OAI-mcp-auth", "anthropics/claude-ai-mcp#299"),
    auth=("oauth",),
    why="A server that compares issuer and audience refuses a token that names others.",
    fix="Name the issuer of the metadata as iss, and the resource as aud, letter for letter.",
    shows="token 200, first call 401",
)
def jwt_names_issuer(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A JWT names the issuer and the resource, letter for letter"""
    known = protected(evidence)
    issuer = known.server.text("issuer") if known.server else ""
    read = [(e, read_jwt(token)) for e, token in _issued(evidence)]
    for answer, jwt in read:
        if jwt is None:
            raise NotApplicable(say("the token is not a JWT"))
        asked = known.resource_id if _names_one(answer) else ""
        for name, wanted in (("iss", issuer), ("aud", asked)):
            said = jwt.claims.get(name)
            if not wanted:
                continue
            if said == wanted or (isinstance(said, list) and wanted in said):
                yield Seen(actual=own(name), exchanges=(answer.n,))
                continue
            yield Finding(
                expected=say("{} {}", own(name), wanted),
                actual=say("{:.200}", str(said)) if said is not None else say("absent"),
                at=AT_AUTHORIZATION_URL,
                exchanges=(answer.n,),
                # RFC 7519 section 4.1: both are optional.
                tolerated=said is None,
            )
            return
