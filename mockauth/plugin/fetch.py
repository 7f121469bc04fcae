"""What others ask the plugin to fetch: one document, within bounds, from an address that may be asked.

A name is resolved once, and the connection goes to the address that was looked at (DNS rebinding). The
draft of client ID metadata documents says why in its section 6.5.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from mockauth.wire.url import join, split

ADVISED_BYTES = 5 * 1024
"""Section 6.6 of the draft."""
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))
"""Addresses that carry another one in them (NAT64, 6to4, Teredo)."""
MOVED = (301, 302, 303, 307, 308)
MOST_MOVES = 5


class FetchError(Exception):
    """Nothing was fetched; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a fetch may do. `seconds` is for all of it, redirects apart."""

    loopback: bool = False
    """Whether this machine may be asked, as a server that is on it may."""
    private: bool = False
    redirects: bool = False
    most_bytes: int = ADVISED_BYTES
    seconds: float = 5.0
    authority: str = ""
    """A PEM file of an authority that is trusted besides those of the system."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An answer."""

    status: int
    content_type: str = ""
    cache_control: str = ""
    location: str = ""
    body: bytes = b""


def fetch(url: str, bounds: Bounds) -> Fetched:
    """The document at `url`.

    Raises:
        FetchError: it may not be asked for, cannot be had, or is too long.
    """
    for _ in range(MOST_MOVES):
        found = _once(url, bounds)
        if not (bounds.redirects and found.status in MOVED and found.location):
            return found
        url = join(url, found.location)
    raise FetchError("it redirects without an end")


def _once(url: str, bounds: Bounds) -> Fetched:
    parts = split(url)
    if parts is None or not parts.hostname or parts.scheme not in ("http", "https"):
        raise FetchError("it is no address of a document")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(parts.hostname, port, bounds, secure=parts.scheme == "https") as connection:
            headers = {
                "Accept": "application/json",
                "User-Agent": "mockauth",
                "Connection": "close",
            }
            connection.request("GET", target, headers=headers)
            return _read(connection.getresponse(), bounds)
    except (OSError, HTTPException, ValueError) as wrong:
        raise FetchError(f"it cannot be fetched: {type(wrong).__name__}") from wrong


@contextmanager
def _connected(host: str, port: int, bounds: Bounds, *, secure: bool) -> Iterator[HTTPConnection]:
    address = _address(host, port, bounds)
    with socket.create_connection((address, port), timeout=bounds.seconds) as plain:
        # One byte a second never meets a time-out of the socket.
        end = threading.Timer(bounds.seconds, _hang_up, [plain])
        end.daemon = True
        end.start()
        try:
            connection = HTTPConnection(host, port)
            connection.sock = _secured(plain, host, bounds) if secure else plain
            yield connection
            connection.close()
        finally:
            end.cancel()


def _secured(plain: socket.socket, host: str, bounds: Bounds) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if bounds.authority:
        context.load_verify_locations(bounds.authority)
    return context.wrap_socket(plain, server_hostname=host)


def _hang_up(plain: socket.socket) -> None:
    try:
        plain.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended by itself
        return


def _read(answer: HTTPResponse, bounds: Bounds) -> Fetched:
    body = answer.read(bounds.most_bytes + 1)
    if len(body) > bounds.most_bytes:
        raise FetchError(f"it is longer than {bounds.most_bytes} bytes")
    announced = answer.getheader("Content-Length", "")
    if announced.isdecimal() and int(announced) > len(body):
        raise FetchError("it ends too early, or takes too long")
    return Fetched(
        status=answer.status,
        content_type=answer.getheader("Content-Type", ""),
        cache_control=answer.getheader("Cache-Control", ""),
        location=answer.getheader("Location", ""),
        body=body,
    )


def _address(host: str, port: int, bounds: Bounds) -> str:
    """The address to ask.

    Raises:
        FetchError: one of those that the name has may not be asked: which of them a client would
            get is chance.
    """
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(may_be_asked(address, bounds) for address in found):
        raise FetchError("it is at a private address")
    return found[0]


def may_be_asked(address: str, bounds: Bounds) -> bool:
    """Whether an IP address is one of the public internet, or this machine where that is allowed."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    if bounds.private or (bounds.loopback and ip.is_loopback):
        return True
    tunnelled = any(ip.version == net.version and ip in net for net in TUNNELS)
    return ip.is_global and not ip.is_multicast and not tunnelled
