"""A request as it comes over a connection, read by llhttp (through httptools) and judged more
strictly where the standard says so. What is read here is what the issuer is made of."""

from __future__ import annotations

import ipaddress
import re
from collections import deque
from dataclasses import dataclass, field

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

MOST_HEAD_BYTES = 64 * 1024
"""Bytes of a head, and of the trailers of a body in chunks."""
MOST_TAKEN = 16 * 1024 * 1024
"""Bytes of a body that are read although they are too many; of a longer one nothing is read."""
MOST_KEPT = 1024 * 1024
"""Bytes of a body that an app gets to see: its MAX_CONTENT_LENGTH."""
HOST = re.compile(r"([\w.~-]+|\[(?P<address>[0-9A-Fa-f:.]+)\])(:(?P<port>[0-9]{0,5}))?", re.ASCII)
HIGHEST_PORT = 65535
UNSENDABLE = re.compile(rb"[\0\r\n]")
BAD, TOO_LARGE = "400 Bad Request", "413 Content Too Large"


@dataclass(kw_only=True)
class Received:
    """One request. Header names are in lower case; several values of one name are joined."""

    method: str = ""
    target: bytes = b""
    version: str = "1.1"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    """The first `MOST_KEPT` bytes of it."""
    length: int = 0
    """How many bytes the body really has."""
    keep_alive: bool = True


class RequestReader:
    """Makes requests of the bytes of one connection."""

    def __init__(self) -> None:
        self._parser = HttpRequestParser(self)
        self.ready: deque[Received] = deque()
        """Requests that are there as a whole; a client may send several at once."""
        self.refusal = ""
        """The status with which what comes after them is refused."""
        self.began = False
        """Whether a part of the next one is there."""
        self.awaits_continue = False
        """Whether the client waits for a word before it sends the body (RFC 9110 section 10.1.1)."""
        self._request = Received()
        self._in_head, self._size, self._header_size = True, 0, 0

    def feed(self, data: bytes) -> None:
        """Read on."""
        self.began = True
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            # No other protocol is spoken here; what the client sends in one cannot be read.
            self._request.keep_alive = False
        except HttpParserError:
            self._refuse(BAD)
        if self._size > MOST_HEAD_BYTES + (0 if self._in_head else MOST_TAKEN):
            self._refuse(TOO_LARGE)

    def _refuse(self, status: str) -> None:
        self.refusal = self.refusal or status

    def on_message_begin(self) -> None:
        """A new one, whose head may be the rest of what has come."""
        self._request = Received()
        self._in_head, self.began = True, True

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._request.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which nobody here reads."""
        self._header_size += len(name) + len(value)
        if self._header_size > MOST_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        if not self._in_head:
            return
        key, text = name.decode("latin-1").lower(), value.strip(b" \t").decode("latin-1")
        known = self._request.headers.get(key)
        if (known is not None and key == "host") or UNSENDABLE.search(value):
            self._refuse(BAD)  # RFC 9112 section 3.2, RFC 9110 section 5.5
        if known is not None:
            text = f"{known}{'; ' if key == 'cookie' else ', '}{text}"
        self._request.headers[key] = text

    def on_headers_complete(self) -> None:
        """Judge the head."""
        request = self._request
        self._in_head, self._header_size = False, 0
        request.method = self._parser.get_method().decode("ascii")
        request.version = self._parser.get_http_version()
        # Nobody gains from a connection that is kept behind a body in chunks.
        in_chunks = "transfer-encoding" in request.headers
        request.keep_alive = self._parser.should_keep_alive() and not in_chunks
        self.awaits_continue = request.headers.get("expect", "").lower() == "100-continue"
        if not _is_served(request):
            self._refuse(BAD)
        elif int(request.headers.get("content-length", "0")) > MOST_TAKEN:
            self._refuse(TOO_LARGE)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._request.length += len(body)
        self._request.body += body[: MOST_KEPT - len(self._request.body)]

    def on_message_complete(self) -> None:
        """It is there."""
        self.began = self.awaits_continue = False
        if not self.refusal:
            self.ready.append(self._request)
        self._in_head, self._size, self._header_size = True, 0, 0


def _is_served(request: Received) -> bool:
    """Whether a head is one that this server takes."""
    host, coding = request.headers.get("host"), request.headers.get("transfer-encoding")
    is_old = request.version != "1.1"
    if not (host is None and is_old) and not names_host(host):
        return False
    # RFC 9112 section 6.1: HTTP/1.0 has no coding, and a length beside it is an attack.
    if coding is not None and (
        is_old or coding.lower() != "chunked" or "content-length" in request.headers
    ):
        return False
    return request.target.startswith(b"/") and b"#" not in request.target


def names_host(value: str | None) -> bool:
    """Whether a Host header, which HTTP/1.1 demands, is one that addresses can be made of."""
    found = HOST.fullmatch(value or "")
    if found is None or int(found["port"] or 0) > HIGHEST_PORT:
        return False
    if found["address"] is None:
        return True
    try:
        ipaddress.IPv6Address(found["address"])
    except ValueError:
        return False
    return True
