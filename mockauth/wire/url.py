"""URLs: what is an origin, what is local, and whether two addresses are the same."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

REMEMBERED = 256
"""Addresses that are kept taken apart: each is looked at some ten times while it is asked for."""


@lru_cache(REMEMBERED)
def split(url: str) -> SplitResult | None:
    """`urlsplit`, or None where the text is no URL at all (a broken port or bracket)."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        return None
    return parts


@lru_cache(REMEMBERED)
def origin(url: str) -> str:
    """`scheme://host:port` in lower case with the default port left out; "" when it has none."""
    parts = split(url)
    if parts is None or not parts.scheme or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = DEFAULT_PORTS.get(parts.scheme.lower())
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}"


@lru_cache(REMEMBERED)
def hostname(url: str) -> str:
    """The host in lower case, without port or brackets; "" when there is none."""
    parts = split(url)
    return (parts.hostname or "") if parts else ""


def is_loopback_host(host: str) -> bool:
    """Whether a host name means this machine: localhost, *.localhost, 127.0.0.0/8, ::1, 0.0.0.0."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_private_host(host: str) -> bool:
    """Whether a host is loopback, a private or link-local address, or a name without a dot."""
    if is_loopback_host(host):
        return True
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal", ".test"))


def without_query(url: str) -> str:
    """The URL up to its query and fragment, letter for letter."""
    return url.partition("#")[0].partition("?")[0]


def path_of(url: str) -> str:
    """The path, letter for letter, without host, query and fragment; "/" where there is none."""
    return "/" + without_query(url).partition("://")[2].partition("/")[2]


def join(base: str, target: str) -> str:
    """`target` as seen from `base` (RFC 3986 section 5); as it is where it is no URL at all."""
    try:
        return urljoin(base, target)
    except ValueError:
        return target
