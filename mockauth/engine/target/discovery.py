"""Fetching what a service says of itself: the manifest and the OpenAPI document."""

from __future__ import annotations

from pathlib import Path

from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.client import BROWSER_AGENT
from mockauth.engine.target.target import Subject
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import OAuth
from mockauth.manifest.domains import root_domain
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.manifest.plugin import WELL_KNOWN, read_manifest
from mockauth.wire import Exchange
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, join, origin
from mockauth.wire.words import say

MOST_REDIRECTS = 5
WALLS = (401, 403, 406, 429, 503)
WEB = ("http://", "https://")


def fetch_manifest(subject: Subject, target: str) -> None:
    """Read the manifest from a file, its own URL, or the well-known place of a site.

    Raises:
        NothingJudged: nothing answers there.
    """
    if not target.startswith(WEB):
        subject.manifest = read_manifest(Path(target).read_bytes(), target)
    else:
        url = target if target.endswith(".json") else join(target, WELL_KNOWN)
        last = fetch(subject, url, "manifest")
        if last.response is None and "timed out" not in last.error:
            raise NothingJudged(say("{} cannot be reached: {}", url, last.error))
        if last.response is not None and last.response.status in WALLS:
            last = _as_browser(subject, last)
        if last.response is not None and last.response.ok:
            subject.manifest = read_manifest(last.response.body, last.request.target)
    if subject.manifest is not None:
        subject.auth = subject.manifest.auth
        urls = [subject.manifest.api_url or "", subject.manifest.text("logo_url")]
        declare(subject, *urls)


def _as_browser(subject: Subject, refused: Exchange) -> Exchange:
    """Ask once more as a browser: a filter that stops ChatGPT is one finding, not the end."""
    request = refused.request.with_header("User-Agent", BROWSER_AGENT)
    with subject.during("fallback", "a browser's User-Agent"):
        again = subject.driver.send(request, "manifest")
    return again if again.answer.ok else refused


def declare(subject: Subject, *urls: str) -> None:
    """Take the hosts of `urls`, and those of the OAuth endpoints, for ones that may mean the
    server under test: they are named by the service or its developer."""
    named = list(urls)
    if isinstance(subject.auth, OAuth):
        named += [subject.auth.client_url, subject.auth.authorization_url]
    subject.url_map.declared |= {hostname(url) for url in named if hostname(url)}


def fetch(subject: Subject, url: str, step: Step) -> Exchange:
    """Ask for a document and follow its redirects; the last answer."""
    exchange = subject.driver.send(document_request(url), step)
    for _ in range(MOST_REDIRECTS):
        if not exchange.answer.is_redirect:
            break
        url = join(url, exchange.answer.header("Location") or "")
        exchange = subject.driver.send(document_request(subject.url_map(url)), step)
    return exchange


def fetch_openapi(subject: Subject, wanted: str) -> None:
    """Read the OpenAPI document that the manifest names and choose the operation to call.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    manifest = subject.manifest
    if manifest is None or manifest.api_url is None:
        return
    url = manifest.api_url
    if not url.startswith(WEB):
        url = join(subject.url_map.target + "/", url.lstrip("./"))
    last = fetch(subject, subject.url_map(url), "openapi")
    if last.response is None or not last.response.ok:
        return
    # The document speaks of the addresses it was published at, before any mapping.
    openapi = read_openapi(last.response.body, url)
    declare(subject, *openapi.servers)
    base = openapi.base_url(root_domain(manifest.url or url))
    mapped = [s for s in openapi.servers if origin(subject.url_map(s)) == subject.url_map.target]
    if mapped and base not in openapi.servers:
        base = mapped[0]  # the published host, which the server under test stands in for
    take_openapi(subject, openapi, base, wanted)


def take_openapi(subject: Subject, openapi: OpenApi, base: str, wanted: str) -> None:
    """Call the operations of this document at `base`; choose the one that is called.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    subject.openapi = openapi
    subject.base_url = subject.url_map(base or subject.url_map.target).rstrip("/")
    closed = subject.auth is not None and subject.auth.type != "none"
    subject.operation = openapi.operation(wanted, closed=closed)
    if wanted and subject.operation is None:
        known = ", ".join(operation.id for operation in openapi.operations[:20])
        raise UsageError(f"--operation {wanted}: not in the OpenAPI document, which has {known}")
