"""A client that costs next to nothing: whole code flows over one connection."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

CALLBACK = "http://127.0.0.1:18199/callback"
CLIENT = {"client_id": "demo-client", "client_secret": "demo-secret-3f9a7c51d2"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a server has its endpoints; `form` is what its login page sends."""

    port: int
    authorize: str = "/authorize"
    token: str = "/token"
    api: str = "/todos"
    scope: str = "todos:read todos:write"
    form: str = ""


@dataclass
class Line:
    """One kept connection."""

    port: int
    rest: bytes = b""
    socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("localhost", self.port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, start: str, body: str = "", header: str = "") -> tuple[str, bytes]:
        """The head and the body of an answer that says its length."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        return self.ask_raw(start, body, f"{kind}{length}{header}")

    def ask_raw(self, start: str, body: str, headers: str) -> tuple[str, bytes]:
        """The same with headers that say all of the body."""
        host = f"Host: localhost:{self.port}\r\n"
        text = f"{start} HTTP/1.1\r\n{host}{headers}\r\n{body}"
        self.socket.sendall(text.encode())
        while b"\r\n\r\n" not in self.rest:
            self._read()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        found = head.decode("latin-1")
        size = int(found.lower().partition("content-length:")[2].partition("\r\n")[0])
        while len(self.rest) < size:
            self._read()
        got, self.rest = self.rest[:size], self.rest[size:]
        return found, got

    def _read(self) -> None:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError(f"port {self.port} hung up")
        self.rest += piece


def flow(line: Line, place: Place) -> str:
    """Authorize, token, API; gives the token."""
    asked = {
        "response_type": "code",
        "client_id": CLIENT["client_id"],
        "redirect_uri": CALLBACK,
        "scope": place.scope,
        "state": "st-1234567890",
    }
    method = "POST" if place.form else "GET"
    query = urlencode(asked, quote_via=quote)
    head, _ = line.ask(f"{method} {place.authorize}?{query}", place.form)
    code = head.partition("code=")[2].partition("&")[0].partition("\r\n")[0]
    values = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, **CLIENT}
    _, answer = line.ask(f"POST {place.token}", f"{urlencode(values)}&code={code}")
    token = str(json.loads(answer)["access_token"])
    head, _ = line.ask(f"GET {place.api}", header=f"Authorization: Bearer {token}\r\n")
    if " 200 " not in head.partition("\r\n")[0]:
        raise RuntimeError(f"port {place.port}: {head}")
    return token


def flows_per_second(place: Place, seconds: float) -> float:
    """How many whole flows a second the server answers, one after the other."""
    line = Line(place.port)
    flow(line, place)
    done, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        flow(line, place)
        done += 1
    line.socket.close()
    return done / took
