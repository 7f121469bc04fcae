"""One connection with its thread: requests in, answers out, and what faults on the wire need."""

from __future__ import annotations

import io
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from mockauth.plugin.faults.wire import CONNECTION
from mockauth.plugin.server.request import Received, RequestReader

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 60.0
"""How long a connection may be silent between two requests."""
REQUEST_SECONDS = 20.0
"""How long a request may take from its first byte to its last, head and body."""
SEND_SECONDS = 30.0
LINGER_SECONDS = 1.0
"""How long what a client still sends is thrown away: closed at once, it would lose the answer."""
CLIENT_HELLO = b"\x16"
"""How whatever speaks TLS begins."""
PIECE = 64 * 1024
CLOSE_WITH_RST = struct.pack("ii", 1, 0)
ENVIRON_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
"""The headers whose names in a WSGI environment have no HTTP_."""
BODILESS = ("204", "304")


class ClientConnection:
    """One client. An app reaches it through the environment, under `CONNECTION`."""

    def __init__(
        self,
        line: socket.socket,
        app: WSGIApplication,
        environ: WSGIEnvironment,
        is_ending: Callable[[], bool],
    ) -> None:
        self._line, self._app, self._environ = line, app, environ
        self._is_server_ending = is_ending
        self._reader, self._request = RequestReader(), Received()
        self._is_last, self._left = False, b""

    def close_after(self) -> None:
        """Close it behind this answer."""
        self._is_last = True

    def leave_body(self) -> None:
        """Leave the body of the request unread: it is taken for the next request."""
        self._left = bytes(self._request.body)

    def reset(self) -> None:
        """Reset it: a socket that does not linger is closed with RST instead of FIN."""
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_WITH_RST)

    @property
    def is_ending(self) -> bool:
        """Whether the server is being stopped."""
        return self._is_server_ending()

    def end(self) -> None:
        """Wake the thread that waits for this client, and let it finish."""
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already

    def serve(self, context: ssl.SSLContext | None, waits: Callable[[bool], None]) -> None:
        """Answer until either side has enough. `waits` is told when a request is awaited."""
        try:
            if context is not None:
                self._shake_hands(context)
            while not self._is_last and not self.is_ending:
                waits(True)
                request = self._next()
                waits(False)
                if request is None:
                    break
                self._answer(request)
            self._say_goodbye()
        except OSError:
            return  # the client has gone, or was reset
        finally:
            self._line.close()

    def _shake_hands(self, context: ssl.SSLContext) -> None:
        self._line.settimeout(HANDSHAKE_SECONDS)
        if self._line.recv(1, socket.MSG_PEEK) != CLIENT_HELLO:
            self._refuse("400 Bad Request")
            self._is_last = True
            return
        # Wrapped first: `end` must reach the connection in the middle of the handshake, too.
        self._line = context.wrap_socket(
            self._line, server_side=True, do_handshake_on_connect=False
        )
        self._line.do_handshake()

    def _next(self) -> Received | None:
        """The next request; None where there is none, or one that is refused."""
        reader, until = self._reader, time.monotonic() + IDLE_SECONDS
        while not (reader.ready or reader.refusal):
            had_begun = reader.began
            try:
                self._line.settimeout(max(until - time.monotonic(), 0.001))
                data = self._line.recv(PIECE)
            except TimeoutError:
                if had_begun:
                    self._refuse("408 Request Timeout")
                return None
            if not data:
                return None
            # Not before the next request has come: a refusal would tell the client in time.
            reader.feed(self._left + data)
            self._left = b""
            if not had_begun:
                until = time.monotonic() + REQUEST_SECONDS
            if reader.awaits_continue and not reader.refusal:
                reader.awaits_continue = False
                self._line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if reader.ready:
            return reader.ready.popleft()
        self._refuse(reader.refusal)
        return None

    def _refuse(self, status: str) -> None:
        text = status.encode()
        self._send(status, [("Content-Type", "text/plain"), ("Connection", "close")], text)

    def _answer(self, request: Received) -> None:
        self._request, self._is_last = request, not request.keep_alive
        status, headers, body = self._called(self._environ_of(request))
        named = {name.lower(): value for name, value in headers}
        bodiless = request.method == "HEAD" or status[:3] in BODILESS
        # A body shorter than it is said to be is a fault; its end is that of the connection.
        length = int(named.get("content-length", len(body)))
        self._is_last = self._is_last or (length > len(body) and not bodiless)
        if self._is_last:
            headers.append(("Connection", "close"))
        elif request.version == "1.0":
            headers.append(("Connection", "keep-alive"))
        if "content-length" not in named and status[:3] not in BODILESS:
            headers.append(("Content-Length", str(len(body))))
        if "date" not in named:
            headers.append(("Date", formatdate(usegmt=True)))
        if "server" not in named:
            headers.append(("Server", "mockauth"))
        self._send(status, headers, b"" if bodiless else body[:length])

    def _called(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        """What the app answers: status, headers, body."""
        begun: list[Any] = []

        def start_response(status: str, headers: list[Any], wrong: Any = None) -> Any:
            begun[:] = [status, list(headers)]

        try:
            answer = self._app(environ, start_response)
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        except ConnectionError:
            raise  # a fault resets the connection
        except Exception:
            self._is_last = True
            return "500 Internal Server Error", [], b""
        return begun[0], begun[1], body

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1", "replace")
        self._line.settimeout(SEND_SECONDS)
        self._line.sendall(head + body)

    def _environ_of(self, request: Received) -> WSGIEnvironment:
        path, _, query = request.target.partition(b"?")
        headers = {name: v for name, v in request.headers.items() if "_" not in name}
        headers.pop("transfer-encoding", None)  # the body has been read, and has a length
        if request.length:
            headers["content-length"] = str(request.length)
        return {
            **self._environ,
            "REQUEST_METHOD": request.method,
            "REQUEST_URI": request.target.decode("latin-1"),
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            CONNECTION: self,
            **{
                ENVIRON_NAMES.get(name) or "HTTP_" + name.upper().replace("-", "_"): value
                for name, value in headers.items()
            },
        }

    def _say_goodbye(self) -> None:
        """Say that nothing more comes, and wait until the client has read it."""
        self._line.shutdown(socket.SHUT_WR)
        until = time.monotonic() + LINGER_SECONDS
        while (rest := until - time.monotonic()) > 0:
            self._line.settimeout(rest)
            if not self._line.recv(PIECE):
                return
