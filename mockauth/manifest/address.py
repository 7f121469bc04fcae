"""Whether an address of a manifest can be used at all, and whether somebody filled it in."""

from __future__ import annotations

import re

from mockauth.manifest.domains import is_address
from mockauth.wire.url import hostname, split
from mockauth.wire.words import own, say

TEMPLATE = re.compile(
    r"[$#]\{|\{\{|\[\[|\{[A-Za-z_][\w.]*\}|<[A-Za-z_][^<>]*>|%\(\w+\)s|%[A-Z_]{3,}%|\[[A-Z_]{3,}\]"
    r"|\$[A-Z_]{3,}|@[A-Z_]{3,}@|__[A-Z][A-Z_]+__"
)
"""What a program was to replace."""
INVENTED = re.compile(
    r"(?:^|[@./_-])(?:plugin[-_]host(?:name)?|your[-_.]?(?:own[-_.]?)?(?:domain|site|host|server|app|"
    r"api|plugin|service|company|website|email|name|url|subdomain)(?:[-_]?\w+)?|"
    r"(?:my|the)[-_]?domain|domain[-_.]?(?:name|here)|replace[-_]?(?:me|this)\w*|change[-_]?me|"
    r"placeholder|insert[-_]\w+|todo[-_]\w*url)(?=$|[@./:_?#-])",
    re.I,
)
"""Names that stand in guides and templates."""
UNSET = re.compile(r"undefined|null|none|nan|nil|x{4,}(?:\.[\w.-]+)?", re.I)
"""What a program or a guide writes in place of a host, all of it."""
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|invalid)$", re.I)
"""Domains that belong to nobody (RFC 2606 sections 2 and 3)."""
NUMBER_LAST = re.compile(r"(?:^|\.)(?:\d+|0x[\da-f]*)\.?$", re.I)
"""A host of this form is an IPv4 address (URL standard, "ends in a number")."""
DOUBLED = re.compile(r"https?:/*https?(?::|/)", re.I)
ODD_IN_HOST = re.compile(r"[\s\"'<>^`{|}\\,;!$()*+=]")
MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\/]+")


def flaw_of(url: str, *, may_be_relative: bool = False) -> str:
    """Why nobody can open this address (RFC 3986); "" where nothing speaks against it."""
    written = _badly_written(url)
    if written:
        return written
    parts = split(url)
    if parts is None:
        return own("a broken port or host")
    if not parts.scheme or "://" not in url:
        return _without_scheme(url, may_be_relative=may_be_relative)
    if parts.scheme.lower() not in ("http", "https"):
        return say("the scheme {:.40}, not https", parts.scheme)
    if parts.port == 0:
        return own("port 0, which nobody can reach")
    host = hostname(url)
    return own("no host") if not host else _odd_host(host)


def _odd_host(host: str) -> str:
    odd = ODD_IN_HOST.search(host) or ".." in host or host[0] in ".-"
    broken = NUMBER_LAST.search(host) and ":" not in host and not is_address(host.rstrip("."))
    return say("{:.100}, which is no host", host) if odd or broken else ""


def flaw_of_server(url: str) -> str:
    """Why calls cannot be sent to this server of an OpenAPI document, where a relative one is meant
    from the document's own address; "" where nothing speaks against it."""
    return flaw_of(url, may_be_relative=url[:1] in ("/", ".") or "." not in url)


def _badly_written(url: str) -> str:
    if not url.strip():
        return own("nothing but blanks") if url else own("nothing")
    if TEMPLATE.search(url):
        return say("{:.200}: a placeholder that nobody filled in", url)
    if url != url.strip():
        return own("blanks around the address")
    if re.search(r"\s", url):
        return own("a blank inside the address")
    if "\\" in url:
        return own("a backslash in place of /")
    return say("{:.200}: the scheme stands twice", url) if DOUBLED.match(url) else ""


def _without_scheme(url: str, *, may_be_relative: bool) -> str:
    if re.match(r"https?:", url, re.I):
        return own("no // behind the scheme")
    if url.startswith("//"):
        return say("{:.200}: no scheme", url)
    if url.startswith(("/", "./", "../", "?")):
        return "" if may_be_relative else say("{:.200}: only a path, no scheme and no host", url)
    first = url.partition("/")[0]
    scheme, colon, rest = first.partition(":")
    if colon and "." not in scheme and not rest[:1].isdigit():
        return say("the scheme {:.40}, not https", scheme)
    if UNSET.fullmatch(first):
        return say("{:.200}: a value that was never set", url)
    if INVENTED.search(first):
        return say("{:.200}: a placeholder that nobody filled in, and no scheme", url)
    is_host = "." in first or ":" in first
    if may_be_relative and (not is_host or "/" not in url):
        return ""  # `openapi.yaml` beside the manifest
    return say("{:.200}: no scheme", url)


def is_invented(address: str) -> bool:
    """Whether a URL or a mail address names what stands in guides, in place of a host of one's
    own."""
    host = host_of(address).rstrip(".")
    return bool(RESERVED.search(host) or UNSET.fullmatch(host) or INVENTED.search(address))


def host_of(address: str) -> str:
    """The host of a URL, with or without a scheme, or of a mail address."""
    found = hostname(address) or address.rpartition("@")[2].partition("/")[0].partition(":")[0]
    return found.lower()


def is_mail(address: str) -> bool:
    """Whether mail can be sent to it, as far as its form tells (RFC 5321 section 4.1.2)."""
    host = address.rpartition("@")[2]
    labels = host.split(".")
    return bool(MAIL.fullmatch(address)) and len(labels) > 1 and all(labels)
