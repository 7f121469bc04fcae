"""The conversation with an MCP server: its revisions, its challenge, its tools."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import Challenge, challenges
from mockauth.checks.mcp_service import opened, protected, service
from mockauth.checks.mcp_tool import called_tool, name_of, schemes
from mockauth.checks.registry import check
from mockauth.profiles.mcp import REVISIONS
from mockauth.wire import Exchange, Response
from mockauth.wire.words import own, say

EARLIER = ("2024-11-05", "2024-10-07")
"""Revisions before the first with a sign-in, which the SDKs still take."""
OF_THE_TOKEN = ("error", "error_description", "error_uri", "scope")
"""Parameters of a challenge that differ with the token."""


@check(
    "mcp.protocol-versions-accepted",
    "--M",
    refs=("MCP-http",),
    why="Without a revision that both speak no client can use the server.",
    fix="Answer initialize with a protocolVersion, and server/discover with supportedVersions.",
    shows="connected, no tools or no login for a tool",
)
def versions_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A revision of the protocol can be agreed on"""
    known = service(evidence)
    asked = [e for e in evidence.trace.ordinary("rpc") if e.n != known.opened]
    if known.revision in (*REVISIONS, *EARLIER):
        spoken = ", ".join(dict.fromkeys((known.revision, *known.served)))
        yield Seen(actual=spoken, exchanges=tuple(e.n for e in asked))
        return
    if known.revision:
        yield Finding(
            expected=say("a protocolVersion of MCP"),
            actual=known.revision,
            at=known.url,
            exchanges=tuple(e.n for e in asked),
        )
        return
    judged = [e for e in asked if _is_answer(e.answer)]
    if not judged:
        raise Blocked(say("nobody was let in to ask (see api.valid-token-accepted)"))
    last = judged[-1]
    yield Finding(
        expected=say("a protocolVersion of MCP"),
        actual=last.outcome,
        at=known.url,
        exchanges=tuple(e.n for e in judged),
    )


def _is_answer(answer: Response) -> bool:
    """Whether it is of the server itself: not of one that asks for another token or address."""
    elsewhere = answer.is_redirect or answer.status in (0, 401, 403, 405)
    return not elsewhere


@check(
    "mcp.notification-is-202",
    "--S",
    refs=("MCP-http",),
    auth=("oauth", "none"),
    why="A client that gets an error, or a body that it did not ask for, may end the session.",
    fix="Answer a notification with 202 and no body.",
)
def notification_is_202(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A notification is answered with 202 and no body"""
    known = service(evidence)
    sent = [e for e in evidence.trace.ordinary("rpc") if _is_notification(e)]
    if not sent:
        raise NotApplicable(say("no notification was sent"))
    for exchange in sent:
        answer = exchange.answer
        if answer.status in (401, 403):
            raise Blocked(say("the token is refused (see api.valid-token-accepted)"))
        if answer.status == 202 and not answer.body.strip():
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
            continue
        body = say(" with a body") if answer.body.strip() else ""
        yield Finding(
            expected=say("202 without a body"),
            actual=say("{}{}", exchange.outcome, body),
            at=known.url,
            exchanges=(exchange.n,),
        )


def _is_notification(exchange: Exchange) -> bool:
    members = exchange.request.members
    return "id" not in members and isinstance(members.get("method"), str)


@check(
    "mcp.auth-is-oauth-or-none",
    "--M",
    refs=("OAI-mcp-auth",),
    kind="static",
    practice=True,
    why="ChatGPT offers OAuth or no sign-in; there is no field for a fixed key.",
    fix="Answer 401 with WWW-Authenticate: Bearer resource_metadata=…, and offer OAuth there.",
)
def oauth_or_none(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The sign-in that is asked for is OAuth"""
    known, exchange = service(evidence), opened(evidence)
    found = challenges(exchange.answer)
    if known.is_open:
        yield Seen(actual=say("no sign-in at all"), exchanges=(exchange.n,))
    elif not found:
        raise NotApplicable(say("there is no challenge (see api.challenge-present)"))
    elif any(one.scheme == "bearer" for one in found):
        yield Seen(actual=say("Bearer"), exchanges=(exchange.n,))
    else:
        yield Finding(
            expected=say("WWW-Authenticate: Bearer"),
            actual=own(", ").join(say("{}", one.scheme) for one in found),
            at=known.url,
            exchanges=(exchange.n,),
        )


@check(
    "mcp.gateway-and-backend-agree",
    "--S",
    refs=("MCP-auth",),
    practice=True,
    why="Two places that ask for a token know different tokens: the user signs in again and again.",
    fix="Have what stands before the server accept the tokens that the challenge leads to, or let "
    "every token pass.",
    shows="token 200, first call 401",
)
def gateway_agrees(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A call with a token is refused by nobody but the one who asked for it"""
    known = protected(evidence)
    calls = evidence.trace.ordinary("api")
    if not calls:
        raise Blocked(say("nothing was called with a token (see token.exchange-works)"))
    first = opened(evidence)
    if known.is_open:
        raise NotApplicable(say("the first message needs no token: there is nothing to compare"))
    for call in calls:
        if call.answer.status == 401 and _makes(call.answer) != _makes(first.answer):
            yield _of_another_make(known.url, first, call)
            return
    if all(call.answer.status == 401 for call in calls):
        raise Blocked(say("the token is refused (see api.valid-token-accepted)"))
    yield Seen(actual=calls[0].outcome, exchanges=(calls[0].n,))


def _of_another_make(url: str, first: Exchange, call: Exchange) -> Finding:
    return Finding(
        expected=say("the challenge that a call without a token gets, or none"),
        actual=say("{} without a token, {} with one", _shown(first.answer), _shown(call.answer)),
        at=url,
        exchanges=(first.n, call.n),
    )


def _makes(answer: Response) -> frozenset[tuple[str, frozenset[str]]]:
    """Who it was that asked: the scheme and the parameters that do not depend on the token."""
    return frozenset((one.scheme, _lasting(one)) for one in challenges(answer))


def _lasting(challenge: Challenge) -> frozenset[str]:
    return frozenset(name for name, _ in challenge.params if name not in OF_THE_TOKEN)


def _shown(answer: Response) -> str:
    parts = [
        say("{} {}", one.scheme, ", ".join(sorted(_lasting(one)))) for one in challenges(answer)
    ]
    return own("; ").join(parts) or say("no challenge")


@check(
    "mcp.tool-auth-declared",
    "--M",
    refs=("OAI-mcp-auth",),
    practice=True,
    why="Where some tools need no sign-in, ChatGPT offers one only for those that say so.",
    fix="Give every tool that needs a sign-in securitySchemes: [{type: oauth2, scopes: […]}].",
    shows="connected, no tools or no login for a tool",
)
def tool_auth_declared(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A tool that needs a sign-in says so, where others need none"""
    known = protected(evidence)
    if not known.is_open:
        raise NotApplicable(say("every message needs a sign-in, which the challenge says"))
    if not known.tools:
        raise Blocked(say("no tools are listed"))
    silent = [name_of(tool) for tool in known.tools if schemes(tool) is None]
    if len(silent) < len(known.tools) and not _refused(evidence, silent):
        yield Seen(
            actual=say("{} of {} tools say it", len(known.tools) - len(silent), len(known.tools))
        )
        return
    named = _refused(evidence, silent) or silent
    yield Finding(
        expected=say("securitySchemes"),
        actual=say("none in {}", ", ".join(named[:5])),
        at=known.url,
    )


def _refused(evidence: Evidence, names: list[str]) -> list[str]:
    """Those of the tools that were refused without a token."""
    calls = [e for e in evidence.trace.select("api") if e.request.header("Authorization") is None]
    refused = [e for e in calls if e.answer.status in (401, 403)]
    called = {called_tool(e.request) for e in refused}
    return [name for name in names if name in called]
