"""Which operation of the OpenAPI document is the API: one that is really protected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.engine.target import requests
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.manifest.auth import OAuth
from mockauth.manifest.openapi import Operation
from mockauth.manifest.public_path import is_public
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import say

MOST_TRIED = 5
"""Operations that are called without a token to find a protected one."""
BEST = 3


def api_operations(target: Target) -> tuple[Operation, ...]:
    """The operations of the document without the endpoints of the sign-in and the documents, which
    some services list there, too."""
    if target.mcp is not None:
        return (target.operation,) if target.operation else ()
    own = set(_endpoints(target))
    operations = target.openapi.operations if target.openapi else ()
    return tuple(o for o in operations if _plain(target.base_url + o.path) not in own)


def _endpoints(target: Target) -> Iterator[str]:
    """The addresses that are no API, as they are asked."""
    urls = [target.openapi.source if target.openapi else ""]
    if isinstance(target.auth, OAuth):
        urls += [target.auth.client_url, target.auth.authorization_url]
    if target.manifest is not None:
        urls += [target.manifest.url, target.manifest.api_url or ""]
    return (_plain(target.url_map(url)) for url in urls if url)


def _plain(url: str) -> str:
    return without_query(url).rstrip("/")


def first_choice(target: Target) -> Operation | None:
    """The operation that is called as long as none was tried."""
    closed = target.auth is not None and target.auth.type != "none"
    return next(iter(_candidates(target, closed=closed)), None)


def _candidates(target: Target, *, closed: bool) -> tuple[Operation, ...]:
    known = api_operations(target)
    found = target.openapi.candidates(closed=closed) if target.openapi else ()
    return tuple(operation for operation in found if operation in known)


def choose(subject: Subject) -> Target:
    """Look for an operation that refuses a call without a token; what is known then. Where the
    document says so of the first one, or there is no other, nothing is sent."""
    target = subject.target
    first = target.operation
    if first is None or target.auth is None or target.auth.type == "none" or not target.may_probe:
        return target
    found = _candidates(target, closed=True)
    doubtful = is_public(first.path)
    if not doubtful and (first.is_closed or len(found) == 1):
        return target
    chosen = _tried(subject, found)
    if chosen is None and doubtful:
        why = say(
            "no operation to call: GET {} answers without a token, as such paths may, and no other "
            "GET was found that is protected; name one with --operation",
            first.path,
        )
        return replace(target, operation=None, uncalled=why)
    _note(target, found, chosen)
    return replace(target, operation=chosen or first)


def _note(target: Target, found: tuple[Operation, ...], chosen: Operation | None) -> None:
    if chosen is None:
        text = say(
            "no GET of {the_document} refuses a call without a token ({} tried); {} is "
            "called as the API; --operation names another",
            min(len(found), MOST_TRIED),
            found[0].path,
        )
    elif _listed_first(target) != chosen:
        text = say(
            "{} is called as the API: it refuses a call without a token; --operation names another",
            chosen.path,
        )
    else:
        return
    target.url_map.notes.append(text)


def _listed_first(target: Target) -> Operation | None:
    """The first GET of the document, which a reader would expect to be called."""
    operations = target.openapi.operations if target.openapi else ()
    return next((o for o in operations if o.is_safe), None)


def _tried(subject: Subject, found: tuple[Operation, ...]) -> Operation | None:
    """The one whose refusal is the clearest of the first few; None where none refuses."""
    best: tuple[int, Operation | None] = (0, None)
    for operation in found[:MOST_TRIED]:
        answer = _unsigned(subject, operation)
        if answer.response is None:
            break  # a dead server is not asked five times
        clear = _clearness(answer)
        if clear > best[0]:
            best = clear, operation
        if clear == BEST:
            break
    return best[1]


def _clearness(answer: Exchange) -> int:
    """How clearly an answer to a call without a token says that one is needed; 0: not at all."""
    status = answer.answer.status
    if status == 401:
        return BEST
    return 2 if status == 403 else int(answer.answer.is_redirect)


def without_token(subject: Subject) -> Exchange | None:
    """The chosen operation called without a token; None where none was chosen."""
    operation = subject.target.operation
    return _unsigned(subject, operation) if operation else None


def _unsigned(subject: Subject, operation: Operation) -> Exchange:
    with subject.during("supply"):
        return subject.driver.send(requests.unsigned(subject, operation), "api")
