"""Plays the user's browser for a client under test: opens one address of this machine, and follows where
it leads. `python -m mockauth.engine.client.browse URL`."""

from __future__ import annotations

import sys
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

from mockauth.wire.url import hostname, is_loopback_host

MOST_HOPS = 10
SECONDS = 20.0


def browse(url: str) -> None:
    """Follow `url` within this machine.

    Raises:
        OSError: nobody answers there.
    """
    for _ in range(MOST_HOPS):
        if not url.startswith("http://") or not is_loopback_host(hostname(url)):
            return
        location = _asked(url)
        if not location:
            return
        url = urljoin(url, location)


def _asked(url: str) -> str:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        return connection.getresponse().headers.get("Location", "")
    finally:
        connection.close()


if __name__ == "__main__":
    browse(sys.argv[1])
