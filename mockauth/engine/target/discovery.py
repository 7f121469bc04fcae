"""Fetching what a service says of itself: manifest, OpenAPI document, metadata and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.client import BROWSER_AGENT
from mockauth.engine.target.operations import first_choice
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import OAuth
from mockauth.manifest.domains import root_domain
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.manifest.plugin import WELL_KNOWN, Manifest, read_manifest
from mockauth.wire import Exchange
from mockauth.wire.trace import Fallback, Step
from mockauth.wire.url import hostname, join, origin
from mockauth.wire.words import say

MOST_REDIRECTS = 5
WALLS = (401, 403, 406, 429, 503)
WEB = ("http://", "https://")


def fetch_manifest(subject: Subject, target: str) -> Manifest | None:
    """Read the manifest from a file, its own URL, or the well-known place of a site; None where
    there is none.

    Raises:
        NothingJudged: nothing answers there.
    """
    if not target.startswith(WEB):
        return read_manifest(Path(target).read_bytes(), target)
    url = target if target.endswith(".json") else join(target, WELL_KNOWN)
    last = fetch(subject, url, "manifest")
    if last.response is None and last.trouble != "timed-out":
        raise NothingJudged(say("{} cannot be reached: {}", target, last.error))
    if last.response is not None and last.response.status in WALLS:
        last = _as_browser(subject, last)
    if last.response is not None and last.response.ok:
        return read_manifest(last.response.body, last.request.target)
    return None


def with_manifest(target: Target, manifest: Manifest) -> Target:
    """What is known once the manifest was read."""
    known = replace(target, manifest=manifest, auth=manifest.auth)
    declare(known, manifest.api_url or "", manifest.text("logo_url"))
    return known


def _as_browser(subject: Subject, refused: Exchange) -> Exchange:
    """Ask once more as a browser: a filter that stops ChatGPT is one finding, not the end."""
    request = refused.request.with_header("User-Agent", BROWSER_AGENT)
    with subject.during("fallback", fallback=Fallback.BROWSER_AGENT):
        again = subject.driver.send(request, "manifest")
    return again if again.answer.ok else refused


def declare(target: Target, *urls: str) -> None:
    """Take the hosts of `urls`, and those of the OAuth endpoints, for ones that may mean the
    server under test: they are named by the service or its developer."""
    named = list(urls)
    if isinstance(target.auth, OAuth):
        named += [target.auth.client_url, target.auth.authorization_url]
    target.url_map.declared |= {hostname(url) for url in named if hostname(url)}
    target.url_map.named |= set(named)


def mappable(target: Target, *urls: str) -> None:
    """Take the hosts of `urls` for ones that may mean the server under test, without leave to ask
    other ports of this machine: a document is not the manifest."""
    target.url_map.declared |= {hostname(url) for url in urls if hostname(url)}


def fetch(subject: Subject, url: str, step: Step) -> Exchange:
    """Ask for a document and follow its redirects; the last answer."""
    exchange = subject.driver.send(document_request(url), step)
    for _ in range(MOST_REDIRECTS):
        if not exchange.answer.is_redirect:
            break
        url = join(url, exchange.answer.header("Location") or "")
        exchange = subject.driver.send(document_request(subject.target.url_map(url)), step)
    return exchange


def fetch_openapi(subject: Subject, wanted: str) -> Target:
    """Read the OpenAPI document that the manifest names and choose the operation to call; what is
    known then.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    target = subject.target
    manifest, url_map = target.manifest, target.url_map
    if manifest is None or manifest.api_url is None:
        return target
    url = manifest.api_url
    if not url.startswith(WEB):
        url = join(url_map.target + "/", url.lstrip("./"))
    last = fetch(subject, url_map(url), "openapi")
    if last.response is None or not last.response.ok:
        return target
    # The document speaks of the addresses it was published at, before any mapping.
    return with_document(target, read_openapi(last.response.body, url), wanted)


def with_document(target: Target, openapi: OpenApi, wanted: str) -> Target:
    """What is known once the document that a manifest names was read.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    url_map = target.url_map
    mappable(target, *openapi.servers)
    manifest_url = target.manifest.url if target.manifest else ""
    base = openapi.base_url(root_domain(manifest_url or openapi.source))
    mapped = [s for s in openapi.servers if origin(url_map(s)) == url_map.target]
    if mapped and base not in openapi.servers:
        base = mapped[0]  # the published host, which the server under test stands in for
    return with_openapi(target, openapi, base, wanted)


def fetch_shown(subject: Subject, manifest: Manifest) -> None:
    """Ask for the logo, which ChatGPT reads, and the legal page, which people read, where the
    server under test has them."""
    _asset(subject, manifest.text("logo_url"))
    with subject.during("supply"):
        _asset(subject, manifest.text("legal_info_url"))


def _asset(subject: Subject, published: str) -> None:
    url = subject.target.url_map(published) if published.lower().startswith(WEB) else ""
    if url and origin(url) == subject.target.url_map.target:
        subject.driver.send(document_request(url), "asset")


def with_openapi(target: Target, openapi: OpenApi, base: str, wanted: str) -> Target:
    """What is known once the document was read: its operations are called at `base`, and one of
    them is chosen.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    named = openapi.operation(wanted) if wanted else None
    if wanted and named is None:
        ids = ", ".join(operation.id for operation in openapi.operations[:20])
        raise UsageError(f"--operation {wanted}: not in the OpenAPI document, which has {ids}")
    base_url = target.url_map(base or target.url_map.target).rstrip("/")
    known = replace(target, openapi=openapi, base_url=base_url)
    refused = target.url_map.refuses(base_url)
    if refused:
        target.url_map.notes.append(say("the API at {} is not called: {}", base_url, refused))
        return known
    return replace(known, operation=named or first_choice(known))


def metadata(subject: Subject) -> dict[str, Any]:
    """What the authorization server publishes of itself (RFC 8414 section 3, or OpenID Connect
    Discovery); empty when it publishes nothing. Asked for once."""
    return subject.once(_metadata)


def _metadata(subject: Subject) -> dict[str, Any]:
    for name in ("oauth-authorization-server", "openid-configuration"):
        found = _document(subject, f"{subject.target.issuer}/.well-known/{name}")
        if "authorization_endpoint" in found:
            return found
    return {}


def keys(subject: Subject) -> list[dict[str, Any]]:
    """The public keys that the server publishes (RFC 7517 section 5)."""
    published = metadata(subject).get("jwks_uri")
    url = subject.target.url_map(published) if isinstance(published, str) else ""
    url = url or f"{subject.target.issuer}/.well-known/jwks.json"
    keys = _document(subject, url).get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _document(subject: Subject, url: str) -> dict[str, Any]:
    with subject.during("supply"):
        answer = subject.driver.send(document_request(url), "endpoint").answer
    return answer.members if answer.ok else {}
