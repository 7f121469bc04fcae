"""Which addresses a client may register to be called back at."""

from __future__ import annotations

import re

from mockauth.wire.message import pairs_of
from mockauth.wire.url import hostname, split

LONGEST_URI = 2000
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+")
"""The characters of a URI (RFC 3986 section 2) without those of a fragment and of a pattern."""
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANSWERED = {"code", "state", "error", "iss", "error_description"}
"""What the server itself adds to a callback."""
RUNNING = (
    "about",
    "blob",
    "data",
    "file",
    "ftp",
    "javascript",
    "mailto",
    "tel",
    "vbscript",
    "ws",
    "wss",
)
"""Schemes that a browser acts on by itself."""


def may_be_called_back(uri: str, *, native: bool = False) -> bool:
    """RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1. What stands here becomes
    part of a Location and of a page's policy: no character may mean something else there.

    An application that says it is `native` may have a scheme without a dot, as several do.
    """
    parts = split(uri)
    if parts is None or len(uri) > LONGEST_URI or not PLAIN.fullmatch(uri):
        return False
    if ANSWERED & {name for name, _ in pairs_of(parts.query)}:
        return False  # the answer would carry it twice
    if parts.scheme in ("http", "https"):
        safe = parts.scheme == "https" or is_local(uri)
        return safe and HOST.fullmatch(parts.netloc) is not None
    if native and parts.netloc and parts.scheme not in RUNNING:
        return True
    # RFC 8252 section 7.1: the name of a domain of the app's maker, the other way round.
    return "." in parts.scheme and bool(parts.path)


def is_local(uri: str) -> bool:
    """Whether it is a server on the user's own machine (RFC 8252 section 7.3)."""
    return uri.startswith("http://") and hostname(uri) in LOOPBACK
