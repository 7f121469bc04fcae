"""What a target is, where nobody says it: a 2023 plugin, a GPT Action, or an MCP server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mockauth.chatgpt import mcp
from mockauth.chatgpt.api import document_request
from mockauth.engine.file_kind import kind_of
from mockauth.engine.target.action import DOCUMENT_PATHS, SUFFIXES
from mockauth.engine.target.mcp import looks_like_mcp
from mockauth.engine.target.subject import Subject
from mockauth.errors import UsageError
from mockauth.manifest.mcp import resource_urls, server_urls
from mockauth.manifest.plugin import WELL_KNOWN
from mockauth.profiles import ACTION, MCP, PLUGIN
from mockauth.profiles.mcp import REVISIONS, STATELESS
from mockauth.wire import Exchange, Trace
from mockauth.wire.url import join, origin, split, without_query
from mockauth.wire.words import Words, say

USUAL = "/mcp"
"""Where an MCP server is looked for below the root of a site."""
NOTHING_THERE = (404, 405)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the target was taken for, its address, and what the reader must know of that."""

    profile: str
    target: str
    notes: tuple[Words, ...] = ()


def detect(subject: Subject, target: str) -> Found:
    """Find out what is at the URL `target`. The requests are not in the record: no check judges by them.

    Raises:
        UsageError: it is two things, and the user must say which is meant.
    """
    with _unrecorded(subject):
        if without_query(target).lower().endswith(SUFFIXES):
            return _of_document(subject, target)
        return _of_site(subject, target)


@contextmanager
def _unrecorded(subject: Subject) -> Iterator[None]:
    kept, subject.driver.trace = subject.driver.trace, Trace()
    try:
        yield
    finally:
        subject.driver.trace = kept


def _of_document(subject: Subject, target: str) -> Found:
    if _kind(_get(subject, target)) == "openapi":
        return _action(target)
    return Found(profile=PLUGIN.name, target=target)


def _action(document: str) -> Found:
    told = say("{} is an OpenAPI document: checked as a GPT Action", document)
    return Found(profile=ACTION.name, target=document, notes=(told,))


def _of_site(subject: Subject, target: str) -> Found:
    plugin = Found(profile=PLUGIN.name, target=target)
    place = join(target, WELL_KNOWN)
    manifest = _get(subject, place)
    if manifest.response is None:
        return plugin  # the flow says that nothing answers
    has_manifest = _kind(manifest) == "manifest"
    for url in _endpoints(target, has_manifest):
        is_named = url == target and url.rstrip("/") != origin(url)
        how = _how_mcp(subject, url, is_named=is_named)
        if how is not None:
            return _as_mcp(target, url, how, place if has_manifest else "")
    return plugin if has_manifest else _without_manifest(subject, target)


def _endpoints(target: str, has_manifest: bool) -> tuple[str, ...]:
    """Where an MCP server may be: at the address itself, and at the usual path."""
    usual = origin(target) + USUAL
    parts = split(target)
    if parts is not None and parts.path.strip("/"):
        return (target,) if target == usual else (target, usual)
    return (usual,) if has_manifest else (usual, target)


def _as_mcp(target: str, url: str, how: Words, manifest: str) -> Found:
    told = say("found an MCP server at {}: {}", url, how)
    if manifest and url != target:
        raise UsageError(
            f"{target} is two things: a 2023 plugin, by {manifest}, and an MCP server, at {url}; "
            f"say which is meant: --profile plugin, or --profile mcp with {url}"
        )
    notes: tuple[Words, ...] = (told,)
    if manifest:
        also = say("a 2023 plugin is there, too ({}): --profile plugin checks it", manifest)
        notes = (told, also)
    return Found(profile=MCP.name, target=url, notes=notes)


def _how_mcp(subject: Subject, url: str, *, is_named: bool) -> Words | None:
    """What shows that an MCP server is at `url`; None where nothing does."""
    for revision in (STATELESS, REVISIONS[-2]):
        exchange = subject.driver.send(mcp.rpc_request(url, mcp.opening(revision)), "rpc")
        answer = exchange.answer
        if exchange.response is None or answer.status in NOTHING_THERE:
            return None
        if looks_like_mcp(answer):
            if answer.status == 401:
                return say("it answers 401 and names the metadata of the resource")
            return say("it answers in JSON-RPC")
        if answer.status == 401:
            return _by_metadata(subject, url, is_named=is_named)
    return None


def _by_metadata(subject: Subject, url: str, *, is_named: bool) -> Words | None:
    """A challenge that names nothing shows an MCP server only with metadata beside it. That of the
    authorization server is enough where the user named the address, or other paths are not there."""
    places = [(place, "resource") for place in resource_urls(url)]
    if is_named or _is_missing(subject, f"{url}-{secrets.token_hex(4)}"):
        issued = server_urls(origin(url))
        places += [(place, "authorization_endpoint") for place in issued]
    for place, member in places:
        answer = subject.driver.send(mcp.metadata_request(place), "metadata").answer
        if answer.ok and member in answer.members:
            return say("it answers 401, and there is metadata at {}", place)
    return None


def _is_missing(subject: Subject, url: str) -> bool:
    """Whether nothing is at a path, so that a 401 at another one is no answer to every request."""
    exchange = subject.driver.send(mcp.rpc_request(url, mcp.opening(STATELESS)), "rpc")
    return exchange.answer.status in NOTHING_THERE


def _without_manifest(subject: Subject, target: str) -> Found:
    """No manifest and no MCP server. The document of an Action is believed where the user named it;
    at a site it may as well be that of a plugin whose manifest is missing."""
    if _kind(_get(subject, target)) == "openapi":
        return _action(target)
    documents = (target.rstrip("/") + path for path in DOCUMENT_PATHS)
    document = next((url for url in documents if _kind(_get(subject, url)) == "openapi"), "")
    if document:
        told = say(
            "there is no manifest, but an OpenAPI document at {}; checked as a 2023 plugin, "
            "--profile action checks a GPT Action",
            document,
        )
    else:
        told = say(
            "found no manifest, no MCP server at {} and no OpenAPI document; checked as a 2023 "
            "plugin, --profile says another",
            say(" or ").join(_endpoints(target, has_manifest=False)),
        )
    return Found(profile=PLUGIN.name, target=target, notes=(told,))


def _get(subject: Subject, url: str) -> Exchange:
    """The answer of `url`, or of where it redirects to on the same site."""
    exchange = subject.driver.send(document_request(url), "manifest")
    onward = join(url, exchange.answer.header("Location") or "")
    if exchange.answer.is_redirect and origin(onward) == origin(url):
        exchange = subject.driver.send(document_request(onward), "manifest")
    return exchange


def _kind(exchange: Exchange) -> str:
    return kind_of(Path("document"), exchange.answer.body) if exchange.answer.ok else ""
