"""ChatGPT's callback and start page on this machine, and a sink for everything else."""

from __future__ import annotations

import hashlib
import html
import socketserver
import ssl
import threading
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HOSTS = ("chat.openai.com", "chatgpt.com")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One navigation that reached the callback's host."""

    method: str
    path: str
    params: dict[str, list[str]]


class CallbackStub:
    """An HTTPS server for ChatGPT's hosts. It notes navigations; a fetch or a frame is none."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.arrived = threading.Condition()
        leaf = trustme.CA().issue_cert(*HOSTS)
        certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
        spki = certificate.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self.pin = b64encode(hashlib.sha256(spki).digest()).decode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        # The handshake is left to the thread of the connection: an idle one stalls nobody.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, state: str, seconds: float) -> Arrival | None:
        """The arrival with this `state`, as soon as it is there."""
        with self.arrived:
            self.arrived.wait_for(lambda: self.with_state(state) is not None, seconds)
        return self.with_state(state)

    def with_state(self, state: str) -> Arrival | None:
        return next((a for a in self.arrivals if [state] == a.params.get("state")), None)

    def note(self, arrival: Arrival) -> None:
        with self.arrived:
            self.arrivals.append(arrival)
            self.arrived.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                params = parse_qs(parts.query)
                if parts.path == "/start":
                    to = html.escape(params["to"][0])
                    return self.say(f'<title>Start</title><a id="start" href="{to}">Sign in</a>')
                return self.arrive("GET", parts.path, params)

            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self.arrive("POST", parts.path, {**parse_qs(parts.query), **parse_qs(body)})

            def arrive(self, method: str, path: str, params: dict[str, list[str]]) -> None:
                if self.headers.get("Sec-Fetch-Dest") == "document":
                    stub.note(Arrival(method=method, path=path, params=params))
                self.say("<title>Arrived</title>")

            def say(self, page: str) -> None:
                data = page.encode()
                with suppress(OSError):  # the browser has what it came for, and may hang up
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class Sink:
    """Takes every connection that goes anywhere else, and closes it."""

    def __init__(self) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
