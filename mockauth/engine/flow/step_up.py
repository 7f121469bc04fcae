"""ChatGPT's answer to a refusal for the scope: it signs in again for what was asked for before and what is demanded
now (MCP 2026-07-28, step-up authorization flow)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mockauth.checks.finding import Blocked
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.target import mcp, tokens
from mockauth.engine.target.scope_challenge import demanded_scope, union
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange
from mockauth.wire.words import say

MOST_ROUNDS = 3
"""Clients stop here, so that a server cannot send its users round and round."""


def step_up(subject: Subject, again: Callable[[], Iterator[Event]]) -> Iterator[Event]:
    """Sign in for the scopes that the last ordinary message was refused for, and send it `again`."""
    first_scope = subject.target.oauth_client.auth.scope
    refused: list[int] = []
    for _ in range(MOST_ROUNDS):
        last, asked = _last(subject), subject.target.oauth_client.auth.scope
        scope = union(asked, demanded_scope(last.answer))
        if scope == union(asked, "") or last.request.header("Authorization") is None:
            break
        refused.append(last.n)
        mcp.learn(subject, refused_scope=first_scope)
        yield StepStarted(say("sign in again for the scope that the refusal names"))
        if not _signed_in(subject, scope):
            break
        yield from again()
    if refused and not demanded_scope(_last(subject).answer):
        mcp.learn(subject, stepped_up=tuple(refused))
        asked = subject.target.oauth_client.auth.scope
        yield Noted(
            say("the first call was refused for its scope; signed in again for {!r}", asked)
        )


def _last(subject: Subject) -> Exchange:
    return subject.driver.trace.ordinary("api", "rpc")[-1]


def _signed_in(subject: Subject, scope: str) -> bool:
    """Whether a sign-in for that scope gave a token, which calls are made with from here on. It is no ordinary one:
    that a scope is not granted is judged by the rules about scopes."""
    before, client = subject.target, subject.target.oauth_client
    wider = replace(client, auth=replace(client.auth, scope=scope))
    subject.target = replace(before, client=wider)
    try:
        grant = tokens.fresh_grant(subject)
    except Blocked:
        subject.target = before
        return False
    if not grant.access_token:
        subject.target = before
        return False
    tokens.keep(subject, grant)
    return True
