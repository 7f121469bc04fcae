"""ChatGPT's hosts on this machine: the page where a sign-in starts, and the callback."""

from __future__ import annotations

import hashlib
import html
import json
import ssl
import threading
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

from mockauth.browser.chromium.world import CHATGPT
from mockauth.wire import Pairs
from mockauth.wire.message import first, pairs_of

START, LINK = "/mockauth/start", "#start"
FRAGMENT = "/mockauth/fragment"
MOST_BODY = 1_000_000
NOTES_FRAGMENT = (
    "<script>if(location.hash)fetch({path},{{method:'POST',keepalive:true,body:JSON.stringify("
    "[{number},location.hash])}})</script>"
)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One navigation that reached ChatGPT's hosts."""

    number: int
    method: str
    url: str
    form: Pairs = ()

    @property
    def params(self) -> Pairs:
        """Query, then form."""
        return (*pairs_of(urlsplit(self.url).query), *self.form)


class CallbackStub:
    """An HTTPS server for ChatGPT's hosts. It notes navigations; a fetch or a frame is none."""

    def __init__(self) -> None:
        import trustme  # an extra: only a run with a browser needs it
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self.arrivals: list[Arrival] = []
        self.arrived = threading.Condition()
        leaf = trustme.CA().issue_cert(*CHATGPT)
        key = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.pin = b64encode(hashlib.sha256(spki).digest()).decode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        # The handshake is left to the thread of the connection: an idle one stalls nobody.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def with_state(self, state: str) -> Arrival | None:
        """The first arrival with this `state`."""
        with self.arrived:
            return next((a for a in self.arrivals if first(a.params, "state") == state), None)

    def wait_for(self, state: str, seconds: float) -> Arrival | None:
        """The arrival with this `state`, as soon as it is there."""
        with self.arrived:
            self.arrived.wait_for(lambda: self._has(state), seconds)
        return self.with_state(state)

    def _has(self, state: str) -> bool:
        return any(first(a.params, "state") == state for a in self.arrivals)

    def note(self, method: str, url: str, form: Pairs) -> Arrival:
        """Take down one navigation."""
        with self.arrived:
            arrival = Arrival(number=len(self.arrivals), method=method, url=url, form=form)
            self.arrivals.append(arrival)
            self.arrived.notify_all()
        return arrival

    def note_fragment(self, number: int, fragment: str) -> None:
        """Add the fragment that the page of an arrival has found in its address."""
        with self.arrived:
            if 0 <= number < len(self.arrivals):
                found = self.arrivals[number]
                self.arrivals[number] = replace(found, url=found.url + fragment)
                self.arrived.notify_all()


def start_url(to: str) -> str:
    """ChatGPT's page whose link leads to `to`. It is clicked, as ChatGPT's users do: what a browser
    opens by itself counts as the site's own, and cookies with SameSite=Strict would be sent."""
    return f"https://{CHATGPT[0]}{START}?to={quote(to, safe='')}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser may hang up whenever it likes."""


def _handler(stub: CallbackStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == START:
                to = html.escape(parse_qs(parts.query).get("to", [""])[0])
                self._say(f'<title>Start</title><a id="start" href="{to}">Sign in</a>')
            else:
                self._arrive("GET", ())

        def do_POST(self) -> None:
            size = min(int(self.headers.get("Content-Length") or 0), MOST_BODY)
            body = self.rfile.read(size).decode("utf-8", "replace")
            if urlsplit(self.path).path == FRAGMENT:
                self._note_fragment(body)
            else:
                self._arrive("POST", pairs_of(body))

        def _note_fragment(self, body: str) -> None:
            with suppress(ValueError, TypeError):
                number, fragment = json.loads(body)
                stub.note_fragment(int(number), str(fragment))
            self._say("")

        def _arrive(self, method: str, form: Pairs) -> None:
            if self.headers.get("Sec-Fetch-Dest") != "document":
                self._say("<title>Not a navigation</title>")
                return
            host = self.headers.get("Host") or CHATGPT[0]
            made = stub.note(method, f"https://{host}{self.path}", form)
            script = NOTES_FRAGMENT.format(path=json.dumps(FRAGMENT), number=made.number)
            self._say(f"<title>Arrived</title>{script}")

        def _say(self, page: str) -> None:
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
