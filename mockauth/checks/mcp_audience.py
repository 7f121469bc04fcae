"""Whom the tokens of an MCP server are for."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.introspection import audience_told
from mockauth.checks.jwt import audience_of
from mockauth.checks.mcp_service import names_resource, protected
from mockauth.checks.record import callback_params
from mockauth.checks.registry import check
from mockauth.wire import Exchange, Trace
from mockauth.wire.message import first
from mockauth.wire.trace import Fallback
from mockauth.wire.words import AT_AUTHORIZATION_URL, own, say

TRIAL = "api.foreign-audience-refused"
"""The probe that calls the server with a token that was asked for another resource."""
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
    asked = [e for e in evidence.trace.ordinary("authorize", "token") if names_resource(e)]
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
    if not names_resource(answer):
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
    issued = {token for answer, token in _issued(evidence) if names_resource(answer)}
    asked = [e for e in evidence.trace.select("introspect") if e.request.param("token") in issued]
    told = [(e, named) for e in asked if (named := audience_told(e.answer.members))]
    if not told:
        return None
    exchange, named = told[0]
    shown = say("introspection: {}", say(", ").join(say("{:.200}", one) for one in named))
    if wanted in named:
        return Seen(actual=shown, exchanges=(exchange.n,))
    if tells_tokens_apart(evidence.trace):
        return None
    return Finding(
        expected=say("audience {}", wanted),
        actual=shown,
        at=AT_AUTHORIZATION_URL,
        exchanges=(exchange.n,),
    )


def tells_tokens_apart(trace: Trace) -> bool:
    """Whether the server was seen to refuse a token for another resource."""
    calls = _tried(trace)  # the last one counts: before, the token may have been dead
    return bool(calls) and calls[-1].answer.status in REFUSED


def _tried(trace: Trace) -> list[Exchange]:
    return trace.select("rpc", purpose="altered", probe=TRIAL)


def _by_trial(evidence: Evidence) -> Finding | Seen:
    """What the server did with a token that was asked for another resource and names none."""
    calls = _tried(evidence.trace)
    if tells_tokens_apart(evidence.trace):
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
