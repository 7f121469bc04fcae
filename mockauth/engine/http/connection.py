"""Connections to servers: one to each origin, kept from request to request, of one thread."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from mockauth.wire import Pairs, Request, Response
from mockauth.wire.message import first
from mockauth.wire.rpc import EVENTS, is_answered
from mockauth.wire.url import DEFAULT_PORTS, split

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPHeaderDict
    from urllib3.connection import HTTPConnection

MOST_BYTES = 10 * 1024 * 1024
"""Of a document."""
CALL_BYTES = 1024 * 1024
"""Of any other answer; ChatGPT takes a tenth of that."""
MOST_HEAD = 64 * 1024
"""Characters of all headers of an answer; servers and browsers take 8 to 64 thousand."""
AFTER_ANSWER = 0.05
"""Seconds that a stream of events has to end after the answer."""
BLANK_LINES = (b"\n\n", b"\r\r", b"\n\r\n")
"""What ends an event (HTML, section 9.2.6), the longest last."""
LOST = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""`http.client.RemoteDisconnected` is one of them: the peer went away before it answered."""
AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))

Place = tuple[str, str, int]
"""Scheme, host and port."""


class LongHead(http.client.HTTPException):
    """The headers of an answer are longer than `MOST_HEAD`."""


@dataclass
class Connections:
    """Sends exactly what a request says, one after the other; redirects are not followed."""

    _kept: dict[Place, HTTPConnection] = field(default_factory=dict)
    _asked: socket.socket | None = None
    """What the answer is read from."""

    def exchange(self, request: Request, seconds: float, most: int = MOST_BYTES) -> Response:
        """Send `request` and read the answer, each read within `seconds`, `most` bytes of its body.

        Raises:
            OSError, http.client.HTTPException, urllib3.exceptions.HTTPError: the network or the
                peer.
            ValueError: the request cannot be written down.
            LongHead: the headers are longer than anybody reads.
            TimeoutError: the body takes longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        place, target = place_and_target(request.target)
        try:
            got = self._ask(place, target, request, seconds)
            headers = _head(got)
            endless = _is_endless(request, headers)
            events = _is_events(headers)
            body, truncated = (
                (b"", True) if endless else self._body(request, got, deadline, most, events=events)
            )
        except BaseException:
            self.drop(request)
            raise
        if truncated:
            self.drop(request)
        return Response(status=got.status, headers=headers, body=body, truncated=truncated)

    def drop(self, request: Request) -> None:
        """Close the connection to the origin of `request`, if there is one."""
        place, _ = place_and_target(request.target)
        kept = self._kept.pop(place, None)
        if kept is not None:
            kept.close()

    def close(self) -> None:
        """Close every connection that is kept."""
        for kept in self._kept.values():
            kept.close()
        self._kept.clear()

    def break_off(self) -> None:
        """End the exchange that is under way in another thread, which reads for ever otherwise."""
        asked = self._asked
        if asked is not None:
            with suppress(OSError):
                asked.shutdown(socket.SHUT_RDWR)

    def _body(
        self, request: Request, got: BaseHTTPResponse, deadline: float, most: int, *, events: bool
    ) -> tuple[bytes, bool]:
        """The body, cut as it is read; a list of its parts would take forty times its bytes."""
        body, whole = bytearray(), 0
        while part := got.read1(65536, decode_content=True):
            body += part
            if len(body) > most:
                return bytes(body[:most]), True
            if time.monotonic() > deadline:
                raise TimeoutError
            before, whole = whole, _whole(body, whole, len(part)) if events else 0
            if _is_answered(request, body, before, whole):
                return bytes(body + self._rest(request, got)), False
        return bytes(body), False

    def _rest(self, request: Request, got: BaseHTTPResponse) -> bytes:
        """What a stream of events brings right after the answer. A server should end it there, and
        need not: then its connection is left."""
        from urllib3.exceptions import HTTPError

        rest = b""
        with suppress(OSError, HTTPError):
            if self._asked is not None:
                self._asked.settimeout(AFTER_ANSWER)
            rest = got.read1(65536, decode_content=True)
            if not rest:
                return rest
        self.drop(request)
        return rest

    def _ask(self, place: Place, target: str, request: Request, seconds: float) -> BaseHTTPResponse:
        kept = self._kept.get(place)
        if kept is not None and kept.is_connected:
            try:
                return self._answer(kept, target, request, seconds)
            except LOST:
                # The server closed it while the request was on its way, which is its right
                # (RFC 9112 section 9.5); on a new connection that would be its fault.
                pass
        if kept is not None:
            kept.close()
        self._kept[place] = _new(place, seconds)
        return self._answer(self._kept[place], target, request, seconds)

    def _answer(
        self, connection: HTTPConnection, target: str, request: Request, seconds: float
    ) -> BaseHTTPResponse:
        connection.timeout = seconds
        body = request.body
        try:
            connection.request(
                request.method,
                target,
                body=body or None,
                headers=_headers(request),
                preload_content=False,
            )
        except (BrokenPipeError, ConnectionResetError):
            # A server may refuse before it has read the whole body; its answer may still be there.
            if connection.sock is None:
                raise
        self._asked = connection.sock
        return connection.getresponse()


def place_and_target(url: str) -> tuple[Place, str]:
    """Where a URL is asked for, and the target of the request, letter for letter: only what no
    request line can hold is encoded.

    Raises:
        ValueError: it is no http or https URL.
    """
    parts = split(url)
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("no http or https URL")
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    rest = url.partition("#")[0].partition("://")[2]
    ends = [at for at in (rest.find("/"), rest.find("?")) if at >= 0]
    target = rest[min(ends) :] if ends else ""
    target = target if target.startswith("/") else "/" + target
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return (parts.scheme, host, port), quote(target, safe=AS_IT_IS, errors="surrogatepass")


def _new(place: Place, seconds: float) -> HTTPConnection:
    # 100 ms to import; --help and lint never need it.
    from requests.utils import DEFAULT_CA_BUNDLE_PATH
    from urllib3.connection import HTTPConnection, HTTPSConnection

    scheme, host, port = place
    if scheme == "http":
        return HTTPConnection(host, port, timeout=seconds)
    return HTTPSConnection(
        host, port, timeout=seconds, cert_reqs="CERT_REQUIRED", ca_certs=DEFAULT_CA_BUNDLE_PATH
    )


def _headers(request: Request) -> HTTPHeaderDict:
    """The headers of the request, duplicates kept, and none that urllib3 would add of its own."""
    from urllib3 import HTTPHeaderDict
    from urllib3.util import SKIP_HEADER

    headers = HTTPHeaderDict()
    for name, value in request.all_headers:
        headers.add(name, value.encode("utf-8", "surrogatepass").decode("latin-1"))
    if "User-Agent" not in headers:
        headers["User-Agent"] = SKIP_HEADER
    headers.setdefault("Accept-Encoding", "identity")
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        headers.setdefault("Content-Length", str(len(request.body)))
    return headers


def _head(got: BaseHTTPResponse) -> Pairs:
    """The headers of an answer.

    Raises:
        LongHead: they are longer than `MOST_HEAD`.
    """
    headers = tuple(got.headers.items())
    if sum(len(name) + len(value) for name, value in headers) > MOST_HEAD:
        raise LongHead
    return headers


def _is_endless(request: Request, headers: Pairs) -> bool:
    """Whether the answer is a stream of events that a GET opened, which ends when its reader does."""
    return request.method == "GET" and _is_events(headers)


def _whole(body: bytearray, before: int, new: int) -> int:
    """The end of the last whole event; `before` is what it was, `new` the bytes that have come since."""
    since = max(before, len(body) - new - len(BLANK_LINES[-1]) + 1)
    found = ((body.rfind(line, since), len(line)) for line in BLANK_LINES)
    return max([before, *(at + length for at, length in found if at >= 0)])


def _is_answered(request: Request, body: bytearray, start: int, end: int) -> bool:
    """Whether the events between have the answer: each is read once, however many there are."""
    if not start < end <= CALL_BYTES:
        return False
    return is_answered(request, body[start:end].decode("utf-8", "replace"))


def _is_events(headers: Pairs) -> bool:
    kind = first(headers, "Content-Type", ignore_case=True) or ""
    return kind.lower().startswith(EVENTS)
