"""What the plugin shows of itself: its logo and its legal page, where this server has them."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.manifest import START, readable
from mockauth.checks.record import asks_to_log_in
from mockauth.checks.registry import check
from mockauth.wire import Exchange, Response
from mockauth.wire.url import hostname, split
from mockauth.wire.words import own, say

IMAGES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"BM", b"\x00\x00\x01\x00", b"<svg")
"""How image files begin."""
PAGES = (b"<!doctype html", b"<html", b"{", b"[")


@check(
    "manifest.logo-served", "S--", refs=(START,), practice=True,
    why="ChatGPT shows it in the store and beside every answer.",
    fix="Serve an image at logo_url.",
)  # fmt: skip
def logo_served(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The logo is an image."""
    url = readable(evidence).text("logo_url")
    if url[:5].lower() == "data:":
        yield Seen(actual=say("a data: address"))
        return
    exchange = _asked(evidence, "logo_url", url)
    if exchange.answer.ok and not _is_image(exchange.answer):
        answer = exchange.answer
        kind = answer.media_type or say("no type")
        yield Finding(
            expected=say("an image"),
            actual=say("{} bytes that are none, as {}", len(answer.body), kind)
            if answer.body
            else say("an empty file, as {}", kind),
            at=say("/logo_url"),
            exchanges=(exchange.n,),
        )
    else:
        yield _served(exchange, "logo_url")


@check(
    "manifest.legal-page-served", "S--", refs=(START,), practice=True,
    why="Users and reviewers read it before they install the plugin.",
    fix="Serve the page at legal_info_url, or correct the address.",
)  # fmt: skip
def legal_page_served(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The legal page exists."""
    url = readable(evidence).text("legal_info_url")
    yield _served(_asked(evidence, "legal_info_url", url), "legal_info_url")


def _asked(evidence: Evidence, name: str, url: str) -> Exchange:
    """The request for the address of that member, or a verdict why there is none."""
    manifest = readable(evidence)
    own_hosts = {
        hostname(evidence.target),
        hostname(manifest.url),
        hostname(manifest.api_url or ""),
    }
    if hostname(url) not in own_hosts - {""}:
        # A host of its own may be mapped to the server under test, which does not stand in for it.
        raise NotApplicable(say("{} is not on the server under test", own(name)))
    for exchange in evidence.trace.select("asset"):
        if _path(exchange.request.target) == _path(url):
            return exchange
    raise NotApplicable(say("{} was not asked for", own(name)))


def _path(url: str) -> str:
    parts = split(url)
    return (parts.path or "/") if parts else ""


def _served(exchange: Exchange, name: str) -> Finding | Seen:
    answer = exchange.answer
    if answer.status in (401, 403) or asks_to_log_in(exchange):
        raise Blocked(say("{}: see manifest.public", exchange.outcome))
    if exchange.response is None or answer.status >= 500:
        raise Blocked(say("{}: see transport.no-5xx", exchange.outcome))
    if answer.status >= 400:
        return Finding(
            expected=say("status 200"), actual=exchange.outcome, at=say("/{}", own(name)),
            exchanges=(exchange.n,),
        )  # fmt: skip
    return Seen(actual=exchange.outcome, exchanges=(exchange.n,))


def _is_image(answer: Response) -> bool:
    """Whether type or bytes say so; a type that says nothing is believed."""
    body = answer.body.lstrip()[:200]
    if not body:
        return False
    if body.startswith(IMAGES) or b"<svg" in body:
        return True
    is_page = body.lower().startswith(PAGES)
    return not is_page and not answer.media_type.startswith("text/html")
