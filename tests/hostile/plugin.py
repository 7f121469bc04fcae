"""A complete 2023 oauth plugin on a raw socket, of which any one step may turn hostile.

It knows nothing of mockauth. A case (see `cases.py`) gets the answer that would be right and yields
what is sent in its place: bytes, or a number of seconds to let go by.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

Step = Literal[
    "manifest",
    "openapi",
    "logo",
    "authorize",
    "login",
    "consent",
    "callback",
    "token",
    "refresh",
    "api",
]
STEPS: tuple[Step, ...] = get_args(Step)
CLIENT_ID, CLIENT_SECRET = "hostile-client", "hostile-secret-5e0c91b7d4a2"
USERNAME, PASSWORD = "mallory", "correct-horse-battery"
CALLBACK = "https://chat.openai.com/aip/plugin-00000000-0000-4000-8000-000000000000/oauth/callback"
PRIVATE = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; form-action 'self' https://chat.openai.com"),
)
PAGE = "<!doctype html><html lang=en><head><title>{0}</title></head><body><h1>{0}</h1>{1}</body>"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """The members of a JSON body, or the fields of a form."""
        with suppress(ValueError):
            value = json.loads(self.body)
            return value if isinstance(value, dict) else {}
        return dict(parse_qsl(self.body.decode("latin-1")))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, before a case spoils it."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def head(self, *more: tuple[str, object], status: str = "") -> bytes:
        """Status line and headers, without a Content-Length of their own."""
        lines = [f"HTTP/1.1 {status or f'{self.status} X'}"]
        lines += [f"{name}: {value}" for name, value in (*self.headers, *more)]
        return "\r\n".join([*lines, "", ""]).encode()

    def bytes(self) -> bytes:
        """The whole answer, as it should be."""
        return self.head(("Content-Length", len(self.body))) + self.body

    def with_members(self, **members: object) -> Answer:
        """The same, with more members where the body is a JSON object."""
        with suppress(ValueError):
            value = json.loads(self.body)
            if isinstance(value, dict):
                return replace(self, body=json.dumps({**value, **members}).encode())
        return self


Case = Callable[[Answer, Asked], Iterator[bytes | float]]


def honest(answer: Answer, asked: Asked) -> Iterator[bytes | float]:
    """Answer as a plugin should."""
    yield answer.bytes()


@dataclass
class HostilePlugin:
    """The plugin. `case` spoils the answers of `step`, all but the first `after` of them."""

    step: Step | Literal["none"] = "none"
    case: Case = honest
    after: int = 0
    base: str = ""
    asked: list[tuple[str, Asked]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    codes: dict[str, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=set)
    refreshing: set[str] = field(default_factory=set)

    def answer(self, asked: Asked) -> tuple[str, Answer]:
        """The step that a request belongs to, and its right answer."""
        routes: dict[str, Callable[[Asked], tuple[str, Answer]]] = {
            "/.well-known/ai-plugin.json": lambda _: ("manifest", self._manifest()),
            "/openapi.json": lambda _: ("openapi", self._openapi()),
            "/logo.png": lambda _: ("logo", _typed("image/png", b"\x89PNG\r\n\x1a\n")),
            "/authorize": self._authorize,
            "/login": self._login,
            "/consent": self._consent,
            "/token": self._token,
            "/todos": self._todos,
        }
        route = routes.get(asked.path)
        return ("other", Answer(status=404)) if route is None else route(asked)

    def _manifest(self) -> Answer:
        return _json(
            {
                "schema_version": "v1",
                "name_for_human": "Hostile todo",
                "name_for_model": "todo",
                "description_for_human": "Manage your todos.",
                "description_for_model": "Manages the todos of the user.",
                "auth": {
                    "type": "oauth",
                    "client_url": f"{self.base}/authorize",
                    "scope": "todos:read",
                    "authorization_url": f"{self.base}/token",
                    "authorization_content_type": "application/json",
                    "verification_tokens": {"openai": "5f1c2b7e9a4d4c83b6e0d1f2a3948576"},
                },
                "api": {"type": "openapi", "url": f"{self.base}/openapi.json"},
                "logo_url": f"{self.base}/logo.png",
                "contact_email": "plugin@example.com",
                "legal_info_url": f"{self.base}/legal",
            }
        )

    def _openapi(self) -> Answer:
        listed = {"200": {"description": "The todos", "content": {"application/json": {}}}}
        operation = {"operationId": "listTodos", "summary": "List todos", "responses": listed}
        return _json(
            {
                "openapi": "3.0.3",
                "info": {"title": "Todos", "version": "1"},
                "servers": [{"url": self.base}],
                "paths": {"/todos": {"get": operation}},
            }
        )

    def _authorize(self, asked: Asked) -> tuple[str, Answer]:
        wanted = (asked.query.get("client_id"), asked.query.get("redirect_uri"))
        if wanted != (CLIENT_ID, CALLBACK):
            return "authorize", _page(400, "Unknown application", "")
        if asked.query.get("response_type") != "code":
            told = {"error": "unsupported_response_type", "state": asked.query.get("state", "")}
            return "authorize", _redirect(f"{CALLBACK}?{urlencode(told)}")
        where = "/consent" if self._knows(asked) else "/login"
        return "authorize", _redirect(f"{where}?{urlencode(asked.query)}")

    def _login(self, asked: Asked) -> tuple[str, Answer]:
        onward = urlencode(asked.query)
        if asked.method == "POST":
            given = asked.fields
            if (given.get("username"), given.get("password")) == (USERNAME, PASSWORD):
                session = self._new(self.sessions)
                cookie = ("Set-Cookie", f"sid={session}; HttpOnly; SameSite=Lax; Path=/")
                return "login", _redirect(f"/consent?{onward}", cookie)
        form = (
            f'<form method=post action="/login?{onward}"><input name=username>'
            "<input name=password type=password><button>Log in</button></form>"
        )
        return "login", _page(200, "Log in", form)

    def _consent(self, asked: Asked) -> tuple[str, Answer]:
        if not self._knows(asked):
            return "consent", _redirect(f"/login?{urlencode(asked.query)}")
        onward, state = urlencode(asked.query), asked.query.get("state", "")
        if asked.method == "POST":
            told = {"error": "access_denied"}
            if asked.fields.get("decision") == "allow":
                told = {"code": secrets.token_urlsafe(24)}
                self.codes[told["code"]] = CALLBACK
            return "callback", _redirect(f"{CALLBACK}?{urlencode({**told, 'state': state})}")
        form = (
            f'<form method=post action="/consent?{onward}">'
            "<button name=decision value=allow>Allow</button>"
            "<button name=decision value=deny>Deny</button></form>"
        )
        return "consent", _page(200, "Allow access?", form)

    def _token(self, asked: Asked) -> tuple[str, Answer]:
        given = asked.fields
        step = "refresh" if given.get("grant_type") == "refresh_token" else "token"
        if asked.method != "POST":
            return step, _json({"error": "invalid_request"}, 405)
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return step, _json({"error": "invalid_client"}, 401)
        if step == "refresh":
            known = given.get("refresh_token") in self.refreshing
            self.refreshing.discard(str(given.get("refresh_token")))
        else:
            known = self.codes.pop(str(given.get("code")), "") == given.get("redirect_uri")
        if given.get("grant_type") not in ("authorization_code", "refresh_token"):
            return step, _json({"error": "unsupported_grant_type"}, 400)
        if not known:
            return step, _json({"error": "invalid_grant"}, 400)
        return step, _json(
            {
                "access_token": self._new(self.access),
                "token_type": "bearer",
                "expires_in": 3600,
                "refresh_token": self._new(self.refreshing),
                "scope": "todos:read",
            }
        )

    def _todos(self, asked: Asked) -> tuple[str, Answer]:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.access:
            return "api", _json({"todos": [{"id": 1, "todo": "water the plants"}]})
        refusal = _json({"error": "invalid_token"}, 401)
        challenge = ("WWW-Authenticate", 'Bearer error="invalid_token"')
        return "api", replace(refusal, headers=(*refusal.headers, challenge))

    def _knows(self, asked: Asked) -> bool:
        return asked.headers.get("cookie", "").removeprefix("sid=") in self.sessions

    def _new(self, known: set[str]) -> str:
        value = secrets.token_urlsafe(24)
        known.add(value)
        return value

    def serve(self, listener: socket.socket) -> None:
        """Accept until the listener is closed."""
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with suppress(OSError, ValueError), peer, peer.makefile("rb") as stream:
            while asked := _read(stream):
                step, answer = self.answer(asked)
                self.asked.append((step, asked))
                seen = sum(step == one for one, _ in self.asked)
                spoilt = step == self.step and seen > self.after
                self._send(peer, (self.case if spoilt else honest)(answer, asked))
                if spoilt:
                    return

    def _send(self, peer: socket.socket, parts: Iterator[bytes | float]) -> None:
        for part in parts:
            if isinstance(part, bytes):
                peer.sendall(part)
            elif part < 0:
                _reset(peer)
            elif self.ended.wait(part):
                return


@contextmanager
def hostile(
    step: Step | Literal["none"] = "none", case: Case = honest, *, after: int = 0
) -> Iterator[HostilePlugin]:
    """Serve the plugin on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        plugin = HostilePlugin(step, case, after)
        plugin.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=plugin.serve, args=(listener,), daemon=True).start()
        try:
            yield plugin
        finally:
            plugin.ended.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def basic(user: str, password: str) -> str:
    """What an Authorization header says of a pair."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _read(stream: Any) -> Asked | None:
    first = stream.readline(65536).split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while (line := stream.readline(65536)) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    parts = urlsplit(first[1].decode("latin-1"))
    return Asked(
        method=first[0].decode("latin-1"),
        path=parts.path,
        query=dict(parse_qsl(parts.query)),
        headers=headers,
        body=stream.read(int(headers.get("content-length", "0"))),
    )


def _reset(peer: socket.socket) -> None:
    """Break the connection off with a RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    peer.shutdown(socket.SHUT_RD)


def _typed(kind: str, body: bytes, status: int = 200) -> Answer:
    headers = (("Content-Type", kind), ("Cache-Control", "no-store"), ("Pragma", "no-cache"))
    return Answer(status=status, headers=headers, body=body)


def _json(value: object, status: int = 200) -> Answer:
    return _typed("application/json", json.dumps(value).encode(), status)


def _page(status: int, title: str, inner: str) -> Answer:
    html = PAGE.format(title, inner).encode()
    return Answer(
        status=status, headers=(("Content-Type", "text/html; charset=utf-8"), *PRIVATE), body=html
    )


def _redirect(location: str, *more: tuple[str, str]) -> Answer:
    return Answer(status=302, headers=(("Location", location), *PRIVATE, *more))
