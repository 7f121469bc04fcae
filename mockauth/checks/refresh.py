"""The answer to a refresh, compared with the token answer before it."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.jwt import claimed_scope
from mockauth.checks.record import grants
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.words import AT_AUTHORIZATION_URL, say

NO_RIGHTS = frozenset({"openid", "offline_access"})
"""Scopes about the login itself, which real, correct servers leave out of a refreshed token."""


def _refreshed(evidence: Evidence) -> tuple[Exchange, Exchange]:
    """The last token answer before the ordinary refresh, and the answer to that."""
    last = evidence.trace.last("refresh")
    if last is None:
        raise NotApplicable(say("the server issues no refresh token"))
    if not isinstance(last.answer.members.get("access_token"), str):
        raise Blocked(say("the refresh gave no token (see refresh.works)"))
    return [e for e in grants(evidence) if e.n < last.n][-1], last


@check(
    "refresh.scope-kept",
    "MMM",
    refs=("RFC6749-6",),
    auth=("oauth",),
    why="The first refresh would take rights away that the user has given.",
    fix="Without scope in the request, grant what was granted before.",
)
def scope_kept(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A refresh that asks for no scope gives as much as was granted before."""
    before, after = _refreshed(evidence)
    granted, kept = _scope(before), _scope(after)
    if granted is None or kept is None:
        # Left out means unchanged (RFC 6749 section 5.1).
        yield Seen(actual=say("no scope in the answer: unchanged"), exchanges=(after.n,))
        return
    lost = granted - kept
    if lost:
        yield Finding(
            expected=say("scope {!r:.120}", " ".join(sorted(granted))),
            actual=say("without {!r:.120}", " ".join(sorted(lost))),
            at=AT_AUTHORIZATION_URL,
            exchanges=(before.n, after.n),
            tolerated=lost <= NO_RIGHTS,
        )
    else:
        yield Seen(actual=say("as granted"), exchanges=(after.n,))


def _scope(exchange: Exchange) -> set[str] | None:
    """The scope that a token answer names, else that of the token; None when neither says it."""
    scope = exchange.answer.members.get("scope")
    if isinstance(scope, list):
        scope = " ".join(map(str, scope))
    return set(scope.split()) if isinstance(scope, str) else claimed_scope(exchange.answer)


@check(
    "refresh.new-access-token",
    "SSS",
    refs=("RFC6749-6",),
    auth=("oauth",),
    why="The old token ends when it would have ended anyway, and the user is signed out then.",
    fix="Make a new access token with each refresh, with a lifetime of its own.",
)
def new_access_token(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A refresh gives another access token than the one before."""
    before, after = _refreshed(evidence)
    if before.answer.members.get("access_token") == after.answer.members.get("access_token"):
        yield Finding(
            expected=say("a new access token"),
            actual=say("the token that was there already"),
            at=AT_AUTHORIZATION_URL,
            exchanges=(before.n, after.n),
        )
    else:
        yield Seen(actual=say("a new one"), exchanges=(after.n,))
