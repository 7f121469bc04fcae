"""The HTTP server under a plugin: cheroot, which closes what it cannot keep clean."""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

from cheroot.server import HTTPRequest
from cheroot.wsgi import Gateway_10, Server

from mockauth.plugin.connection import Connection
from mockauth.plugin.wiring import CONNECTION

MOST_TAKEN = 16 * 1024 * 1024
"""Bytes of a body that are read although they are too many; of a longer one nothing is read."""
MOST_SERVED = 1024 * 1024
"""Bytes of a body that an app takes: its MAX_CONTENT_LENGTH."""
PIECE = 64 * 1024
CLOSE_WITH_RST = struct.pack("ii", 1, 0)


class Line:
    """What an app may do to the connection of a request."""

    def __init__(self, request: HTTPRequest) -> None:
        self._request = request

    def close_after(self) -> None:
        """Close it behind this answer."""
        self._request.close_connection = True

    @property
    def is_ending(self) -> bool:
        """Whether the server is being stopped."""
        return not self._request.server.ready

    def reset(self) -> None:
        """Reset it: a socket that does not linger is closed with RST instead of FIN."""
        self.close_after()
        self._request.sent_headers = True  # else the server would still answer
        connection: Any = self._request.conn
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_WITH_RST)
        # cheroot shuts a socket down before it closes it, which is a polite FIN.
        connection._close_kernel_socket = _nothing
        # The files of a socket keep it open; its number is closed under their hands.
        os.close(connection.socket.detach())


def _nothing() -> None:
    """Leave the socket alone."""


class Gateway(Gateway_10):
    """Hands the connection to the app, and leaves no body in it."""

    def __init__(self, request: HTTPRequest) -> None:
        super().__init__(request)
        environ: Any = self.env
        environ[CONNECTION] = Line(request)
        if request.chunked_read:
            # The body ends where its last chunk does; what the app leaves of it cannot be counted.
            environ["wsgi.input_terminated"] = True
            request.close_connection = True

    def respond(self) -> None:
        """Answer. A client that is still sending would take an early answer for a broken line."""
        remaining = getattr(self.req.rfile, "remaining", 0)
        while remaining > MOST_SERVED:
            self.req.rfile.read(PIECE)
            remaining = self.req.rfile.remaining
        super().respond()


class QuietServer(Server):
    """Closes what it could not bind, and writes no line: addresses carry codes."""

    max_request_body_size = MOST_TAKEN
    ConnectionClass = Connection

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.gateway = Gateway

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> Any:
        """Bind, or close."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Say nothing."""
