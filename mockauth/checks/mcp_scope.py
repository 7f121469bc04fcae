"""The scope offline_access, without which some authorization servers issue no refresh token."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, NotApplicable, Seen
from mockauth.checks.mcp_service import protected, server
from mockauth.checks.record import grants
from mockauth.checks.registry import check
from mockauth.manifest.mcp import OFFLINE
from mockauth.wire.words import AT_AUTHORIZATION_URL, own, say

RECONNECT = '"connection has expired", no new login'


def _lists_offline(evidence: Evidence) -> bool:
    return OFFLINE in (server(evidence).texts("scopes_supported") or ())


@check(
    "scope.offline-access-in-asm",
    "--S",
    refs=("OAI-mcp-auth", "MCP-auth"),
    auth=("oauth",),
    practice=True,
    shows=RECONNECT,
    why="ChatGPT asks for offline_access only where the metadata lists it.",
    fix="List offline_access in scopes_supported of the authorization server, or issue a refresh token "
    "without it.",
)
def offline_access_listed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """offline_access is listed where there is no refresh token without it"""
    protected(evidence)
    grant = grants(evidence)[0]
    if grant.answer.members.get("refresh_token"):
        yield Seen(actual=say("a refresh token"), exchanges=(grant.n,))
        return
    if _lists_offline(evidence):
        yield Seen(actual=say("listed"), exchanges=(server(evidence).exchange,))
        return
    kinds = server(evidence).texts("grant_types_supported") or ()
    if "refresh_token" not in kinds:
        raise NotApplicable(say("the metadata promises no refresh tokens"))
    yield Finding(
        expected=say("{} in scopes_supported", own(OFFLINE)),
        actual=say("not listed, and no refresh token came, which the metadata promises"),
        at=server(evidence).url,
        exchanges=(grant.n,),
    )


@check(
    "scope.offline-access-gives-refresh",
    "--S",
    refs=("MCP-auth",),
    auth=("oauth",),
    shows=RECONNECT,
    why="Without a refresh token the user signs in again every hour.",
    fix="Issue a refresh token where offline_access is granted.",
)
def offline_access_works(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Whoever asks for offline_access gets a refresh token"""
    protected(evidence)
    if not _lists_offline(evidence):
        raise NotApplicable(say("the metadata does not list {}", own(OFFLINE)))
    grant = grants(evidence)[0]
    if grant.answer.members.get("refresh_token"):
        yield Seen(actual=say("a refresh token"), exchanges=(grant.n,))
        return
    granted = grant.answer.members.get("scope")
    if isinstance(granted, str) and OFFLINE not in granted.split():
        raise NotApplicable(say("{} was not granted", own(OFFLINE)))
    yield Finding(
        expected=say("refresh_token"),
        actual=say("none, although {} was asked for", own(OFFLINE)),
        at=AT_AUTHORIZATION_URL,
        exchanges=(grant.n,),
    )
