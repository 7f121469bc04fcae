"""The HTTP server under a plugin: cheroot, which closes what it cannot keep clean."""

from __future__ import annotations

import os
import socket
import struct
import sys
from functools import cached_property
from typing import Any

from cheroot.server import HTTPRequest
from cheroot.wsgi import Gateway_10, Server

from mockauth.plugin.faults.wire import CONNECTION
from mockauth.plugin.server.connection import Connection
from mockauth.plugin.server.framing import MOST_HEADER_BYTES
from mockauth.plugin.server.head import Head

MOST_TAKEN = 16 * 1024 * 1024
"""Bytes of a body that are read although they are too many; of a longer one nothing is read."""
MOST_SERVED = 1024 * 1024
"""Bytes of a body that an app takes: its MAX_CONTENT_LENGTH."""
PIECE = 64 * 1024
ENVIRON_NAMES = {"CONTENT-TYPE": "CONTENT_TYPE", "CONTENT-LENGTH": "CONTENT_LENGTH"}
"""The headers whose names in a WSGI environment have no HTTP_."""
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

    def get_environ(self) -> Any:
        """The request as WSGI has it."""
        request: Any = self.req
        head: Head | None = request.head
        if head is None:
            return super().get_environ()  # type: ignore[no-untyped-call]  # cheroot has none
        environ = {
            **request.server.environ,
            "PATH_INFO": head.path,
            "QUERY_STRING": head.query,
            "REMOTE_ADDR": request.conn.remote_addr or "",
            "REMOTE_PORT": str(request.conn.remote_port or ""),
            "REQUEST_METHOD": head.method,
            "REQUEST_URI": head.uri,
            "wsgi.errors": sys.stderr,
            "wsgi.input": request.rfile,
        }
        for name, value in head.headers.items():
            environ[ENVIRON_NAMES.get(name) or "HTTP_" + name.replace("-", "_")] = value
        return environ

    def start_response(self, status: str, headers: list[tuple[str, str]], wrong: Any = None) -> Any:
        """Note how the answer begins."""
        if wrong or self.started_response:
            return super().start_response(status, headers, wrong)
        self.started_response = True
        self.req.status = status.encode("latin-1")
        for name, value in headers:
            if name.lower() == "content-length":
                self.remaining_bytes_out = int(value)
            self.req.outheaders.append((name.encode("latin-1"), value.encode("latin-1")))
        return self.write

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
    max_request_header_size = MOST_HEADER_BYTES
    ConnectionClass = Connection

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.gateway = Gateway
        may_use = getattr(os, "sched_getaffinity", None)  # Linux only
        self.processors = len(may_use(0)) if may_use else os.cpu_count() or 1

    @cached_property
    def environ(self) -> dict[str, Any]:
        """What the environments of all ordinary requests have in common."""
        return {
            "ACTUAL_SERVER_PROTOCOL": self.protocol,
            "SCRIPT_NAME": "",
            "SERVER_NAME": self.server_name,
            "SERVER_PORT": str(self.bind_addr[1]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_SOFTWARE": self.software,
            "wsgi.input_terminated": False,
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
        }

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
