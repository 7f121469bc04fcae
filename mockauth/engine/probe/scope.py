"""A token with fewer scopes than the service has: which scope to ask for, and what to call."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mockauth.chatgpt import mcp as messages
from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.token import read_token
from mockauth.checks import mcp_tool
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.target import browsers, mcp, requests
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import OFFLINE, McpService
from mockauth.manifest.openapi import Operation
from mockauth.wire.words import say

SEPARATOR = re.compile(r"[:./]")
"""Between the parts of a scope, as most servers name them."""
UNKNOWN = "mockauth-no-such-scope"
MOST_TRIES = 4


@dataclass(frozen=True)
class Narrow:
    """A scope to ask for, and an operation that it is not enough for."""

    scope: str
    operation: Operation
    is_sure: bool = True
    """False where a word of the scope may cover what the operation needs: writing and reading."""


def declared_scopes(subject: Subject) -> list[str]:
    """The scopes that ChatGPT asks for, one by one."""
    return subject.target.client.auth.scope.split() if subject.target.client else []


def wide_scope(subject: Subject) -> str:
    """More than was granted: the declared scope after a narrow login, else one word more."""
    declared = declared_scopes(subject)
    if not declared:
        raise NotApplicable(say("the service declares no scope"))
    has_more = len(declared) > len(part_of_scope(subject).split())
    return " ".join(declared if has_more else [*declared, UNKNOWN])


def part_of_scope(subject: Subject) -> str:
    """The first declared scope, with `offline_access` where it is declared: without it many servers give
    no refresh token (OpenID Connect Core section 11). "" when none is declared."""
    declared = declared_scopes(subject)
    first = [one for one in declared if one != OFFLINE][:1]
    return " ".join(one for one in declared if one in (*first, OFFLINE))


def narrow_scope(subject: Subject) -> Narrow:
    """A scope that is not enough for some operation: by option, by the OpenAPI document, or found
    by trying each declared scope alone.

    Raises:
        NotApplicable: the service has no scopes to tell apart.
        Blocked: every scope alone opens the operation, which may be right.
    """
    declared = declared_scopes(subject)
    given = subject.target.given.narrow_scope
    if given and subject.target.operation:
        return Narrow(given, subject.target.operation)
    by_refusal = _refused_first(subject) or subject.once(_beyond_the_ordinary)
    if by_refusal is not None:
        return by_refusal
    if len(declared) < 2:
        raise NotApplicable(say("the service declares fewer than two scopes"))
    by_document = _documented(subject, declared) or _told_by_tool(subject, declared)
    if by_document is not None:
        return by_document
    if subject.target.operation is None:
        raise Blocked(
            say("no operation to call: name one with --operation"), by_option="--operation"
        )
    found = subject.once(narrow_by_trying)
    if found is not None:
        return found
    raise Blocked(
        say(
            "every declared scope alone opens the operation, and the OpenAPI "
            "document does not say which one it needs; name one that is not enough "
            "with --narrow-scope"
        ),
        by_option="--narrow-scope",
    )


def _documented(subject: Subject, declared: list[str]) -> Narrow | None:
    """The first safe operation whose security requirement names some of the declared scopes."""
    for operation in subject.target.openapi.operations if subject.target.openapi else ():
        callable_ = operation.is_safe and not (operation.required or operation.has_required_body)
        if callable_ and set(operation.scopes) & set(declared):
            rest = [word for word in declared if word not in operation.scopes]
            if rest:
                return Narrow(" ".join(rest), operation)
    return None


def _refused_first(subject: Subject) -> Narrow | None:
    """What the ordinary call of an MCP server was refused with before a sign-in for more."""
    service, operation = subject.target.mcp, subject.target.operation
    if service is None or service.refused_scope is None or operation is None:
        return None
    return Narrow(service.refused_scope, operation)


def _beyond_the_ordinary(subject: Subject) -> Narrow | None:
    """What an MCP server refuses to the ordinary token because its scope is not enough, where the
    metadata lists more than was asked for."""
    service, asked = subject.target.mcp, declared_scopes(subject)
    if service is None or not set(_listed(service)) - set(asked) or not subject.grant.access_token:
        return None
    told = [mcp_tool.name_of(tool) for tool in service.tools if mcp_tool.is_safe(tool)]
    for name in (*messages.LISTINGS, *told[:MOST_TRIES]):
        operation = mcp.operation_of(subject, name)
        with subject.during("supply"):
            answer = requests.call(subject, operation, subject.grant.access_token).answer
        if answer.status == 403:
            return Narrow(" ".join(asked), operation)
    return None


def _listed(service: McpService) -> tuple[str, ...]:
    documents = (service.resource, service.server)
    return tuple(word for one in documents if one for word in one.texts("scopes_supported") or ())


def _told_by_tool(subject: Subject, declared: list[str]) -> Narrow | None:
    """The first tool of an MCP server that changes nothing and says which of the declared scopes it
    needs."""
    service = subject.target.mcp
    for tool in service.tools if service else ():
        needed = set(mcp_tool.scopes(tool))
        rest = [word for word in declared if not any(_covers(word, one) for one in needed)]
        if rest and needed & set(declared) and mcp_tool.is_safe(tool):
            operation = mcp.operation_of(subject, mcp_tool.name_of(tool))
            related = {_stem(word) for word in rest} & {_stem(word) for word in needed}
            return Narrow(" ".join(rest), operation, is_sure=not related)
    return None


def _covers(word: str, needed: str) -> bool:
    """Whether a scope is the needed one, or by its name the whole of it: `files` of `files:read`."""
    return word == needed or word == _stem(needed)


def _stem(word: str) -> str:
    return SEPARATOR.split(word)[0]


def broad_scope(subject: Subject) -> str:
    """The scope that the user says covers others.

    Raises:
        Blocked: none was named.
        NotApplicable: the service has no scopes to tell apart.
    """
    narrow_scope(subject)
    if not subject.target.given.broad_scope:
        option = say("--broad-scope")
        raise Blocked(say("needs a scope that covers others: give {}", option), by_option=option)
    return subject.target.given.broad_scope


def narrow_by_trying(subject: Subject) -> Narrow | None:
    """The first declared scope whose token, narrowed by its own answer, the API refuses."""
    operation = subject.target.operation
    if operation is None:
        return None
    for word in declared_scopes(subject)[:MOST_TRIES]:
        with subject.during("supply"):
            token = token_with(subject, word)
            if token and requests.call(subject, operation, token).answer.status in (401, 403):
                return Narrow(word, operation)
    return None


def token_with(subject: Subject, scope: str) -> str:
    """An access token for `scope` alone; "" when the server does not narrow.

    Raises:
        NotApplicable: the server grants something else than it was asked for.
    """
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    pending = subject.target.pending()
    narrowed = replace(client, auth=replace(client.auth, scope=scope))
    landing = browsers.authorize(subject, authorization_request(narrowed, pending))
    code = code_at(landing.params)
    grant = read_token(requests.exchange(subject, code).response) if code else None
    if grant is None or not grant.access_token:
        return ""
    if grant.scope is not None and set(grant.scope.split()) != set(scope.split()):
        raise NotApplicable(say("the server does not narrow the scope that it grants"))
    return grant.access_token
