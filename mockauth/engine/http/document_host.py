"""Serves the client ID metadata documents of one run, on a loopback port of its own, and notes each
fetch: that is the evidence of how the authorization server fetches."""

from __future__ import annotations

import ssl
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mockauth.wire.message import JSON

HERE = "127.0.0.1"
PRIVATE = "0.0.0.0"  # noqa: S104 - nothing is bound to it: it leads a program back to its own machine
"""A host that no server may ask for others: it is none of the internet, and is not called loopback."""
READ_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Served:
    """How one address answers."""

    status: int = 200
    media_type: str = JSON
    body: bytes = b""
    location: str = ""


@dataclass
class DocumentHost:
    """A server of documents. `base` is its address; nothing listens before `start`."""

    authority: str = ""
    """The PEM file of the authority to serve https under; "" is http."""
    base: str = ""
    untrusted: int = 0
    """How many connections ended in the TLS handshake: whoever fetched does not know the authority."""
    _answers: dict[str, Served] = field(default_factory=dict)
    _fetches: dict[str, int] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Begin to listen.

        Raises:
            UsageError: https, and trustme is not installed or the authority cannot be used.
        """
        if self._server is not None:
            return
        context = _tls_context(self.authority) if self.authority else None
        server = _Server((HERE, 0), _handler(self), context)
        self.base = f"{'https' if context else 'http'}://{HERE}:{server.server_port}"
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def serve(self, path: str, answer: Served) -> None:
        """Answer so from now on at a path."""
        self._answers[path] = answer

    def fetches(self, path: str) -> int:
        """How often a path was asked for."""
        return self._fetches.get(path, 0)

    def fetched(self, path: str) -> Served:
        """Note a fetch, and tell what to answer."""
        self._fetches[path] = self._fetches.get(path, 0) + 1
        return self._answers.get(path, Served(status=404, body=b"{}"))

    def note_untrusted(self) -> None:
        """Note a connection that ended in the handshake."""
        self.untrusted += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, address: tuple[str, int], handler: type[_Handler], context: ssl.SSLContext | None
    ) -> None:
        super().__init__(address, handler)
        self.host: DocumentHost = handler.host
        if context is not None:
            # In the thread of the connection: a client that is slow must not stop the others.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """No words on the screen for what a client does."""
        if isinstance(sys.exception(), ssl.SSLError):
            self.host.note_untrusted()


class _Handler(BaseHTTPRequestHandler):
    host: DocumentHost
    timeout = READ_SECONDS

    def do_GET(self) -> None:
        """Answer as the run wants it."""
        answer = self.host.fetched(self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        try:
            self.wfile.write(answer.body)
        except OSError:  # whoever fetched has seen enough
            return

    do_HEAD = do_GET

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def _handler(host: DocumentHost) -> type[_Handler]:
    return type("Handler", (_Handler,), {"host": host})


def _tls_context(authority: str) -> ssl.SSLContext:
    from mockauth.engine.http.authority import authority_of  # an extra: it makes certificates

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority_of(authority).issue_cert(HERE, "localhost", PRIVATE).configure_cert(context)
    return context
