"""What stands before the mock while one visit lasts: it records what comes, and changes the answers
that no setting of the built-in plugin changes."""

from __future__ import annotations

import gzip
import io
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlencode

from mockauth.chatgpt.token import basic_credentials
from mockauth.checks.client.credentials import basic_pair
from mockauth.checks.client.visit import Terms
from mockauth.clock import Clock
from mockauth.engine.client.odd_spelling import CODE_ENDS, with_encoded_state, with_odd_code
from mockauth.engine.client.state_mutations import ALTERATIONS, altered_state
from mockauth.scenario.client_model import AnswerEdit, ClientStep
from mockauth.wire import Exchange, Pairs, Request, Response
from mockauth.wire.message import FORM, JSON, first, pairs_of
from mockauth.wire.trace import Step
from mockauth.wire.url import join, path_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BODY = 1024 * 1024
KEPT_BODY = 64 * 1024
BOMB_BYTES = 64 * 1024 * 1024
CROSSING_SECONDS = 10.0
"""How long the first of two clients waits for the second one."""
TWIN_SECONDS = 0.5
"""The same, where the second request has the state of the first."""
STEPS: dict[str, Step] = {
    "/authorize": "authorize",
    "/token": "token",
    "/todos": "api",
    "/.well-known/ai-plugin.json": "manifest",
    "/openapi.json": "openapi",
    "/login": "page",
    "/consent": "page",
}


@dataclass
class Memory:
    """What outlives a visit: the callback of an earlier login, to be replayed."""

    callback: str = ""


@dataclass(kw_only=True)
class Interceptor:
    """One visit, as the server sees it. `app` is the built-in plugin, under the address `base`."""

    app: WSGIApplication
    base: str
    terms: Terms
    clock: Clock
    memory: Memory
    steps: tuple[ClientStep, ...] = ()
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the client has ended: nothing need be held back any more."""
    received: list[tuple[float, Exchange]] = field(default_factory=list)
    """What came, with the second of its arrival."""
    begun: list[Request] = field(default_factory=list)
    """What came, whether it is answered yet or not."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _grants: list[str] = field(default_factory=list)
    _odd_codes: dict[str, str] = field(default_factory=dict)
    """What the plugin calls the codes that were given an odd end."""
    _crossings: dict[str, _Crossing] = field(default_factory=dict)
    """Of clients that came at once, by state."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request to the mock."""
        arrived = self.clock.now()
        request = read_request(environ, self.base)
        self.begun.append(request)
        step = self._step(request)
        if self._edit(step).special == "held":
            # Recorded before the client gives up: afterwards nobody listens.
            held = Exchange(step=step, request=request, error="held back until the client ended")
            with self._lock:
                self.received.append((arrived, held))
            self.over.wait()
            return send_answer(json_answer(503, {"error": "temporarily_unavailable"}), start)
        answer = self._instead(step, request)
        if answer is None:
            answer = self._after(step, request, self._plugin(environ, self._passed_on(request)))
        self._record(arrived, step, request, answer)
        return send_answer(answer, start)

    def record(self) -> list[tuple[float, Exchange]]:
        """What came so far."""
        with self._lock:
            return list(self.received)

    def elsewhere(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request to the other host, which has nothing to give."""
        arrived = self.clock.now()
        request = read_request(environ, self.terms.elsewhere)
        answer = json_answer(400, {"error": "invalid_request"})
        self._record(arrived, "endpoint", request, answer)
        return send_answer(answer, start)

    def _step(self, request: Request) -> Step:
        """What a request to the mock is for."""
        return step_of(request)

    def _is_callback(self, request: Request, location: str) -> bool:
        """Whether an answer of the authorize endpoint leads back to the client."""
        return location.startswith(self.terms.redirect_uri)

    def _record(self, arrived: float, step: Step, request: Request, answer: Response) -> None:
        kept = answer
        if len(answer.body) > KEPT_BODY:
            kept = replace(answer, body=answer.body[:KEPT_BODY], truncated=True)
        elapsed = round((self.clock.now() - arrived) * 1000, 1)
        exchange = Exchange(step=step, request=request, response=kept, elapsed_ms=elapsed)
        with self._lock:
            self.received.append((arrived, exchange))
            location = answer.header("Location") or ""
            if step == "authorize" and self._is_callback(request, location):
                landed = Exchange(step="callback", request=Request(method="GET", url=location))
                self.received.append((arrived, landed))

    def _plugin(self, environ: WSGIEnvironment, request: Request) -> Response:
        from werkzeug.test import run_wsgi_app

        inner = dict(environ)
        inner["wsgi.input"] = io.BytesIO(request.raw or b"")
        inner["CONTENT_LENGTH"] = str(len(request.raw or b""))
        inner.pop("HTTP_TRANSFER_ENCODING", None)  # the body has been read
        self._settle_basic(inner, request)
        body, status, headers = run_wsgi_app(self.app, inner, buffered=True)
        return Response(
            status=int(status.split(" ", 1)[0]),
            headers=tuple(headers.items()),
            body=b"".join(body),
        )

    def _passed_on(self, request: Request) -> Request:
        """The request as the plugin gets it."""
        return self._known_code(request)

    def _known_code(self, request: Request) -> Request:
        """A token request with the code as the plugin has given it."""
        known = self._odd_codes.get(request.param("code") or "")
        if known is None:
            return request
        params = tuple((n, known if n == "code" else v) for n, v in request.params)
        kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        text = json.dumps(dict(params)) if kind == JSON else urlencode(params)
        return replace(request, params=params, raw=text.encode())

    def _settle_basic(self, environ: WSGIEnvironment, request: Request) -> None:
        """Encode a Basic pair that came as it is: how it is written is judged, not refused."""
        pair = basic_pair(request)
        if pair is None or not self.terms.auth_method:
            return
        name, secret = pair
        if secret == self.terms.client_secret != unquote_plus(secret):
            environ["HTTP_AUTHORIZATION"] = basic_credentials(name, secret)

    def _instead(self, step: Step, request: Request) -> Response | None:
        """What is answered in place of the plugin, or None."""
        edit = self._edit(step)
        if edit.special == "bomb":
            return _bomb(compressed="gzip" in (request.header("Accept-Encoding") or ""))
        if edit.special.startswith("expired") and self._is_dead(request, self._ended(edit)):
            return self._expired_answer()
        return None

    def _expired_answer(self) -> Response:
        challenge = 'Bearer realm="mockauth", error="invalid_token"'
        return json_answer(401, {"error": "invalid_token"}, (("WWW-Authenticate", challenge),))

    def _ended(self, edit: AnswerEdit) -> list[str]:
        """The tokens whose time is over."""
        with self._lock:
            return self._grants[: 2 if edit.special == "expired-twice" else 1]

    def _is_dead(self, request: Request, tokens: list[str]) -> bool:
        """Whether a request carries one of these tokens, which have ended."""
        return token_in(request) in tokens

    def _after(self, step: Step, request: Request, answer: Response) -> Response:
        if step in ("token", "refresh"):
            token = answer.members.get("access_token")
            if isinstance(token, str):
                with self._lock:
                    self._grants.append(token)
        location = answer.header("Location") or ""
        if step == "authorize" and self._is_callback(request, location):
            return _located(answer, self._callback(location))
        return answer

    def _callback(self, location: str) -> str:
        """Where the browser is sent instead of `location`."""
        special = self._edit("callback").special
        if special == "replayed":
            return self.memory.callback or location
        if special == "crossed":
            return self._crossed(location)
        if special in ALTERATIONS and first(_query(location), "state"):
            return altered_state(location, special)
        if special == "state-encoded":
            return with_encoded_state(location)
        if special in CODE_ENDS and first(_query(location), "code"):
            location, code, odd = with_odd_code(location, special)
            self._odd_codes[odd] = code
        if not self.steps:
            self.memory.callback = location
        return location

    def _crossed(self, location: str) -> str:
        """The callback of the other client; the first one waits for the second. A page that is
        loaded again is known by its state, and gets the same callback, unless no other state comes:
        then it was the other client, with the same one."""
        state = first(_query(location), "state") or ""
        with self._lock:
            again = state in self._crossings
            mine = self._crossings.setdefault(state, _Crossing(location))
            for theirs in self._crossings.values():
                if theirs is not mine and not (mine.theirs or theirs.theirs):
                    mine.cross(theirs)
        if again and not mine.met.wait(TWIN_SECONDS):
            with self._lock:
                twin = _Crossing(location)
                mine.cross(twin)
            return _with_query_of(location, twin.theirs)
        mine.met.wait(CROSSING_SECONDS)
        return _with_query_of(location, mine.theirs or location)

    def _edit(self, step: str) -> AnswerEdit:
        return next((one.change for one in self.steps if one.do == step), AnswerEdit())


@dataclass
class _Crossing:
    mine: str
    theirs: str = ""
    met: threading.Event = field(default_factory=threading.Event)

    def cross(self, other: _Crossing) -> None:
        """Each gets the callback of the other."""
        self.theirs, other.theirs = other.mine, self.mine
        self.met.set()
        other.met.set()


def token_in(request: Request) -> str:
    """The access token that it carries, in the header or in the query; "" for none."""
    bearer = (request.header("Authorization") or "").partition(" ")[2].strip()
    return bearer or first(request.all_query, "access_token") or ""


def read_request(environ: WSGIEnvironment, base: str) -> Request:
    """The request as a value, its body read to the end."""
    stream, length = environ["wsgi.input"], str(environ.get("CONTENT_LENGTH") or "")
    if length.isdecimal():
        body = stream.read(min(int(length), MOST_BODY))
    elif environ.get("wsgi.input_terminated"):
        body = stream.read(MOST_BODY)
    else:
        body = b""
    path = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ["PATH_INFO"]
    query = environ.get("QUERY_STRING", "")
    if "?" not in path and query:
        path += f"?{query}"
    headers = [
        (key[5:].replace("_", "-").title(), str(value))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    kind = str(environ.get("CONTENT_TYPE") or "")
    if kind:
        headers.append(("Content-Type", kind))
    return Request(
        method=environ["REQUEST_METHOD"],
        url=join(base + "/", path),
        headers=tuple(headers),
        params=_params(kind.partition(";")[0].strip().lower(), body),
        raw=body,
    )


def _params(kind: str, body: bytes) -> Pairs:
    text = body.decode("utf-8", "replace")
    if kind == FORM:
        return tuple(parse_qsl(text, keep_blank_values=True))
    if kind == JSON:
        try:
            members = json.loads(text)
        except (ValueError, RecursionError):
            return ()
        if isinstance(members, dict):
            return tuple((str(name), str(value)) for name, value in members.items())
    return ()


def step_of(request: Request) -> Step:
    path = path_of(request.url)
    step = STEPS.get(path, "api" if path.startswith("/todos/") else "endpoint")
    if step == "authorize" and request.method not in ("GET", "POST"):
        return "endpoint"  # somebody looks whether it is there
    refreshing = step == "token" and request.param("grant_type") == "refresh_token"
    return "refresh" if refreshing else step


def json_answer(status: int, members: object, headers: Pairs = ()) -> Response:
    base = (("Content-Type", JSON), ("Cache-Control", "no-store"))
    return Response(status=status, headers=(*base, *headers), body=json.dumps(members).encode())


def _bomb(*, compressed: bool) -> Response:
    """Blanks without end; where the client takes gzip they come as a thousandth of their size."""
    headers: Pairs = (("Content-Type", JSON),)
    body = b" " * BOMB_BYTES
    if compressed:
        headers, body = (*headers, ("Content-Encoding", "gzip")), gzip.compress(body, 1)
    return Response(status=200, headers=headers, body=body)


def _query(location: str) -> Pairs:
    return pairs_of(location.partition("?")[2])


def _with_query_of(location: str, other: str) -> str:
    """The parameters of another callback at the address of this one: clients may listen at two."""
    return f"{location.partition('?')[0]}?{other.partition('?')[2]}"


def _located(answer: Response, location: str) -> Response:
    rest = tuple(pair for pair in answer.headers if pair[0].lower() != "location")
    return replace(answer, headers=(*rest, ("Location", location)))


def send_answer(answer: Response, start: StartResponse) -> Iterable[bytes]:
    from http import HTTPStatus

    known = {status.value: status.phrase for status in HTTPStatus}
    headers = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
    headers.append(("Content-Length", str(len(answer.body))))
    start(f"{answer.status} {known.get(answer.status, 'Unknown')}", headers)
    return [answer.body]
