"""A kept connection, served quickly: cheroot's own reads and writes through Python's slow `_pyio`,
reads a head line by line, sends head and body apart, and hands a connection to another thread after
each request. All that together costs more than the plugin does."""

from __future__ import annotations

import io
import socket
import time
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest

from mockauth.plugin.server.framing import StrictReader, names_host
from mockauth.plugin.server.head import Head, ordinary_head

LINGER_SECONDS = 0.005
"""How long a thread waits for the next request of a connection before it gives it back."""
AWAKE_SECONDS = 0.00015
"""How long it stays awake before that: a client on the same machine asks again sooner than a
processor that sleeps wakes up, which took a fifth of a sign-in."""


class Received(io.RawIOBase):
    """What comes in. Python's own `SocketIO` reads no more once it has waited in vain."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive."""
        return self._line.recv_into(buffer)


class Reader(io.BufferedReader):
    """The receiving side."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__(Received(line))
        self._line = line
        self.bytes_read = 0

    def has_data(self, within: float = 0) -> bool:
        """Whether more has come, into the buffer where the socket will not tell of it, or comes
        within so many seconds."""
        patience = self._line.gettimeout()
        self._line.settimeout(within)
        try:
            return bool(self.peek(1))
        except OSError:
            return False
        finally:
            self._line.settimeout(patience)


class Writer:
    """The sending side; what is corked leaves together with what comes next."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._held, self._corked = line, b"", False
        self.bytes_written = 0

    def cork(self) -> None:
        """Hold the next piece back."""
        self._corked = True

    def write(self, piece: bytes) -> int:
        """Send, or hold."""
        self._held += piece
        if self._corked:
            self._corked = False
        else:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Send what is held."""
        held, self._held = self._held, b""
        if held:
            self._line.sendall(held)


class Exchange(HTTPRequest):
    """One request and its answer; `head` is there where it is an ordinary one."""

    head: Head | None = None
    header_reader = StrictReader()

    def read_request_headers(self) -> bool:
        """Read them; False where the request has been refused."""
        if not super().read_request_headers():  # type: ignore[no-untyped-call]  # cheroot has none
            return False
        host = self.inheaders.get(b"Host")
        is_new = self.request_protocol == b"HTTP/1.1"
        if (is_new or host is not None) and not names_host(host and host.decode("latin-1")):
            self.simple_response("400 Bad Request", "Host is missing or malformed.")
            return False
        if not is_new and b"Transfer-Encoding" in self.inheaders:
            # RFC 9112 section 6.1: HTTP/1.0 has none, and where the body ends is not known.
            self.simple_response("400 Bad Request", "Transfer-Encoding needs HTTP/1.1.")
            return False
        if _asks_to_close(self.inheaders.get(b"Connection", b"").decode("latin-1")):
            self.close_connection = True
        return True

    def parse_request(self) -> None:
        """Read the head."""
        head = ordinary_head(self.conn.rfile.peek(1)) if self.conn.is_plain else None
        most = self.server.max_request_body_size
        if head is None or head.length > most > 0:
            super().parse_request()
            return
        self.conn.rfile.read(head.size)
        self.started_request = self.ready = True
        self.head, self.method = head, head.method.encode("ascii")
        self.request_protocol, self.response_protocol = b"HTTP/1.1", "HTTP/1.1"
        self.inheaders = {b"Content-Length": head.length}
        self.close_connection = _asks_to_close(head.headers.get("CONNECTION", ""))

    def send_headers(self) -> None:
        """Hold the head back until its body, or until the end."""
        self.conn.wfile.cork()
        if all(name.lower() != b"date" for name, _ in self.outheaders):
            self.outheaders.append((b"Date", _date(int(time.time()))))
        super().send_headers()

    def respond(self) -> None:
        """Answer."""
        super().respond()
        self.conn.wfile.flush()


class Connection(HTTPConnection):
    """A connection that stays with its thread while the client goes on."""

    RequestHandlerClass = Exchange

    def __init__(self, server: Any, line: socket.socket, makefile: Any = MakeFile) -> None:
        super().__init__(server, line, makefile)
        self.is_plain = makefile is MakeFile
        if self.is_plain:
            self.rfile.close()
            self.rfile = Reader(line)
        self.wfile = Writer(line)

    def communicate(self) -> bool:
        """Serve the requests that come at once; whether there may be more, later."""
        while super().communicate():  # type: ignore[no-untyped-call]  # cheroot has no types here
            if not (self.is_plain and self._is_next_here()):
                return True
        return False

    def _is_next_here(self) -> bool:
        # Where connections are queued, every thread is busy, and they wait for this one.
        if self.server.requests.qsize or not self.server.ready:
            return False
        until = time.perf_counter() + (AWAKE_SECONDS if self._is_alone() else 0)
        while time.perf_counter() < until:
            if self.rfile.has_data():
                return True
        return bool(self.rfile.has_data(LINGER_SECONDS))

    def _is_alone(self) -> bool:
        # To stay awake takes time from the client where there is one processor, and from other
        # connections where there are any.
        others: int = self.server.numthreads - 1 - self.server.requests.idle
        return self.server.processors > 1 and others == 0


def _asks_to_close(connection: str) -> bool:
    """Whether a Connection header has the option close (RFC 9110 section 7.6.1)."""
    options = connection.lower().split(",") if connection else ()
    return any(option.strip() == "close" for option in options)


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    """The Date header, spelled once a second: at each answer that costs half as much as the whole head."""
    return formatdate(second, usegmt=True).encode("ascii")
