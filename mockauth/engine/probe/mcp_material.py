"""What the references of a probe stand for that only an MCP server has."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.target.mcp import asked_scope, service_of
from mockauth.engine.target.scope_challenge import demanded_scope, union
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange
from mockauth.wire.url import hostname, origin
from mockauth.wire.words import own, say

MADE_UP = "https://resource.invalid/mcp"
"""A resource that no server knows (RFC 2606 section 2)."""


def session(subject: Subject) -> str:
    """The session that was begun; where the server has none, one that it has not issued."""
    return service_of(subject).session or secrets.token_hex(16)


def stale_session(subject: Subject) -> str:
    """A session that never was, where the server has sessions."""
    if not service_of(subject).session:
        raise NotApplicable(say("the server issues no sessions"))
    return secrets.token_hex(16)


def resource(subject: Subject) -> str:
    """The resource that the ordinary flow names."""
    return service_of(subject).resource_id


def origin_of(subject: Subject) -> str:
    """The origin of the resource, where that is something else."""
    whole = resource(subject)
    if whole.rstrip("/") == origin(whole):
        raise NotApplicable(say("the resource is the origin"))
    return origin(whole)


def lookalike_of(subject: Subject) -> str:
    """The origin of another site that begins with the name of this one."""
    host = hostname(service_of(subject).url)
    if host.replace(".", "").isdigit() or ":" in host:
        raise NotApplicable(say("the server has an address, and no name"))
    return f"https://{host}.attacker.example"


def foreign(subject: Subject) -> str:
    """A resource that a token for this server is not good for: the second MCP server that the user
    named, else one that nobody knows."""
    return subject.target.given.other_resource or MADE_UP


def challenged_scope(done: Mapping[str, Exchange]) -> str:
    """The scope that the last refusal named, by its status or in the result of the tool."""
    named = [demanded_scope(exchange.answer) for exchange in done.values()]
    found = next((scope for scope in reversed(named) if scope), "")
    if not found:
        raise Blocked(
            say("the refusal names no scope (see {})", own("scope.insufficient-challenge-complete"))
        )
    return found


def step_up_scope(asked: str, done: Mapping[str, Exchange]) -> str:
    """The scope of a step-up."""
    return union(asked, challenged_scope(done))


def response_mode(subject: Subject, mode: str) -> str:
    """A response mode that the metadata lists (RFC 8414 section 2)."""
    server = service_of(subject).server
    if mode not in ((server.texts("response_modes_supported") if server else None) or ()):
        raise NotApplicable(say("the metadata does not list the response mode {}", own(mode)))
    return mode


def scopes_of(subject: Subject, kind: str) -> str:
    """All that the metadata of the server or of the resource lists. What an authorization server lists is
    not all for this resource, so that a client which is registered for less may be refused the rest."""
    service = service_of(subject)
    document = service.server if kind == "server" else service.resource
    listed = document.texts("scopes_supported") if document else None
    if not listed:
        raise NotApplicable(say("the metadata lists no scopes"))
    asked = asked_scope(subject)
    if kind == "server" and service.way == "dynamic" and not {*listed} <= {*asked.split()}:
        raise NotApplicable(say("the client is registered for {}, not for all of them", asked))
    return " ".join(listed)
