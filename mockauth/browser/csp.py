"""Content Security Policy: what a page's policies say, and which addresses they admit (CSP 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockauth.wire import Response
from mockauth.wire.markup import named
from mockauth.wire.url import origin, split

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

Policy = dict[str, list[str]]


def policies_in(answer: Response, soup: BeautifulSoup) -> list[Policy]:
    """The enforced policies of a page: of its headers, and of metas in its head."""
    headers = answer.headers_named("Content-Security-Policy")
    texts = [one for value in headers for one in value.split(",")]
    heads = named(soup, "head", most=1)
    for meta in named(heads[0], "meta", most=100) if heads else ():
        if str(meta.get("http-equiv") or "").strip().lower() == "content-security-policy":
            kept = _parsed(str(meta.get("content") or ""))
            kept.pop("sandbox", None)
            texts.append("; ".join(" ".join((name, *words)) for name, words in kept.items()))
    return [_parsed(text) for text in texts if text.strip()]


def _parsed(text: str) -> Policy:
    found: Policy = {}
    for part in text[:20_000].split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), words[1:])
    return found


def base_is_stopped(policies: list[Policy], url: str, base: str) -> bool:
    """Whether a policy of the page at `url` forbids the address that its `base` names (section
    6.3.1)."""
    lists = (policy["base-uri"] for policy in policies if "base-uri" in policy)
    return any(not admits(sources, url, base, redirected=False) for sources in lists)


def admits(sources: list[str], page: str, target: str, redirected: bool) -> bool:
    """Whether a list of sources of the page admits an address (section 6.7.2)."""
    return any(_source_fits(source.lower(), page, target, redirected) for source in sources)


def _source_fits(source: str, page: str, target: str, redirected: bool) -> bool:
    parts, own = split(target), split(page)
    if parts is None or own is None:
        return False
    if source == "'self'":
        return origin(page) == origin(target)
    if source == "*" or (source.endswith(":") and "/" not in source):
        return source in ("*", f"{parts.scheme}:") or (source, parts.scheme) == ("http:", "https")
    scheme, sign, rest = source.rpartition("://")
    if (scheme if sign else own.scheme) not in (
        parts.scheme,
        "http" if parts.scheme == "https" else "",
    ):
        return False
    place, slash, path = rest.partition("/")
    name, _, port = place.partition(":")
    host = parts.hostname or ""
    if not (name in ("*", host) or (name.startswith("*.") and host.endswith(name[1:]))):
        return False
    usual = {"http": "80", "https": "443"}.get(parts.scheme, "")
    if port != "*" and str(parts.port or usual) not in (
        port or usual,
        "443" if port == "80" else "",
    ):
        return False
    if redirected or not path:
        return True
    whole = slash + path
    return parts.path.startswith(whole) if whole.endswith("/") else parts.path == whole
