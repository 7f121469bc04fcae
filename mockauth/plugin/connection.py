"""A kept connection, served quickly: cheroot's own reads and writes through Python's slow `_pyio`,
sends head and body apart, and hands a connection to another thread after each request. All three
together cost more than the plugin does."""

from __future__ import annotations

import io
import select
import socket
from typing import Any

from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest

LINGER_SECONDS = 0.005
"""How long a thread waits for the next request of a connection before it gives it back."""


class Reader(io.BufferedReader):
    """The receiving side."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__(socket.SocketIO(line, "r"))
        self._line = line
        self.bytes_read = 0

    def has_data(self) -> bool:
        """Whether a request waits in the buffer, so that the socket will not tell of it."""
        patience = self._line.gettimeout()
        self._line.settimeout(0)
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
    """One request and its answer."""

    def send_headers(self) -> None:
        """Hold the head back until its body, or until the end."""
        self.conn.wfile.cork()
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
        self._plain = makefile is MakeFile
        if self._plain:
            self.rfile.close()
            self.rfile = Reader(line)
        self.wfile = Writer(line)

    def communicate(self) -> bool:
        """Serve the requests that come at once; whether there may be more, later."""
        while super().communicate():  # type: ignore[no-untyped-call]  # cheroot has no types here
            if not (self._plain and self._is_next_here()):
                return True
        return False

    def _is_next_here(self) -> bool:
        # Where every thread is busy, others wait for this one.
        if self.server.requests.idle <= 1 or not self.server.ready:
            return False
        if self.rfile.has_data():
            return True
        return bool(select.select([self.socket], [], [], LINGER_SECONDS)[0])
