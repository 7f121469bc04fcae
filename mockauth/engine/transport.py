"""How a request leaves: over sockets, or straight into a WSGI app in the same process.

Both bound what a peer can do to us: time by a deadline over the whole exchange, memory by a limit
on the body. Redirects are never followed here.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mockauth.engine.handshake import Handshake, shake_hands
from mockauth.wire import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from requests import Response as RequestsResponse
    from requests import Session

MOST_BYTES = 10 * 1024 * 1024


class TransportError(Exception):
    """No usable answer came; the text says what happened, in plain words."""


class Transport(Protocol):
    """Sends one request and reads one answer."""

    def send(self, request: Request, *, seconds: float, keep: bool = False) -> Response:
        """Send `request` and read the answer within `seconds`.

        A connection on which a body was refused is not used again, because a server that left the
        body unread would take it for the next request; `keep` uses it all the same.

        Raises:
            TransportError: no connection, no answer in time, or a broken one.
        """
        ...

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Send all of `requests` at once, each on a connection of its own."""
        ...

    def handshake(self, host: str, port: int) -> Handshake:
        """Shake hands with a TLS server.

        Raises:
            TransportError: nothing there speaks TLS.
        """
        ...


@dataclass
class SocketTransport:
    """Real HTTP through one pooled `requests` session, TLS verified.

    A peer can dribble headers for ever, which no socket time-out notices; so the exchange runs in
    a worker thread that is abandoned at the deadline.
    """

    _jobs: queue.SimpleQueue[_Job] | None = None
    _racers: list[SocketTransport] = field(default_factory=list)

    def send(self, request: Request, *, seconds: float, keep: bool = False) -> Response:
        """Send over a socket; see `Transport.send`."""
        if self._jobs is None:
            self._start()
        assert self._jobs is not None  # noqa: S101 - set by _start
        answer: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._jobs.put(_Job(request, seconds, answer, keep))
        try:
            result = answer.get(timeout=seconds + 0.5)
        except queue.Empty:
            self._jobs = None  # the worker is stuck; leave it behind
            raise TransportError(f"timed out after {seconds:g} s") from None
        if isinstance(result, Response):
            return result
        raise TransportError(str(result))

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Send from as many threads, which wait for each other; see `Transport.send_all`."""
        while len(self._racers) < len(requests):
            self._racers.append(SocketTransport())
            self._racers[-1]._start()
        return _race(list(zip(self._racers, requests, strict=False)), seconds)

    def handshake(self, host: str, port: int) -> Handshake:
        """Shake hands over a socket; see `Transport.handshake`."""
        try:
            return shake_hands(host, port)
        except OSError as wrong:
            raise TransportError(f"no TLS handshake: {type(wrong).__name__}") from wrong

    def _start(self) -> None:
        # requests takes 130 ms to import; --help and lint never need it.
        import requests
        from requests.adapters import HTTPAdapter

        session = requests.Session()
        session.trust_env = False  # a proxy or .netrc of this machine is not ChatGPT's
        session.headers.clear()
        adapter = HTTPAdapter(pool_connections=8, pool_maxsize=8, max_retries=0)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._jobs = jobs
        threading.Thread(target=_work, args=(session, jobs), daemon=True).start()


@dataclass(frozen=True)
class _Job:
    request: Request
    seconds: float
    answer: queue.SimpleQueue[object]
    keep: bool


def _work(session: Session, jobs: queue.SimpleQueue[_Job]) -> None:
    while True:
        job = jobs.get()
        try:
            got = _exchange(session, job.request, job.seconds)
            if job.request.body and got.status >= 400 and not job.keep:
                session.get_adapter(job.request.url).close()
            job.answer.put(got)
        except Exception as wrong:  # the words of any network trouble belong in the report
            job.answer.put(_plain(wrong, job.seconds))


def _race(
    racers: Sequence[tuple[Transport, Request]], seconds: float
) -> list[Response | TransportError]:
    line = threading.Barrier(len(racers))

    def run(racer: tuple[Transport, Request]) -> Response | TransportError:
        transport, request = racer
        line.wait(timeout=seconds)
        try:
            return transport.send(request, seconds=seconds)
        except TransportError as trouble:
            return trouble

    with ThreadPoolExecutor(max_workers=len(racers)) as pool:
        return list(pool.map(run, racers))


def _exchange(session: Session, request: Request, seconds: float) -> Response:
    import requests

    deadline = time.monotonic() + seconds
    prepared = requests.Request(request.method, request.target, data=request.body or None).prepare()
    # requests adds headers of its own; only ours travel.
    prepared.headers.clear()
    for name, value in request.all_headers:
        prepared.headers[name] = value.encode("utf-8").decode("latin-1")
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        prepared.headers["Content-Length"] = str(len(request.body))
    prepared.headers.setdefault("Accept-Encoding", "identity")
    try:
        got = session.send(
            prepared, stream=True, timeout=seconds, allow_redirects=False, verify=True
        )
    except requests.ConnectionError as lost:
        # A kept connection that the server closed in the meantime is no fault of the server.
        if "RemoteDisconnected" not in repr(lost) and "ConnectionReset" not in repr(lost):
            raise
        got = session.send(
            prepared, stream=True, timeout=seconds, allow_redirects=False, verify=True
        )
    with got:
        body, truncated = _body(got, deadline)
    headers = tuple((name, value) for name, value in got.raw.headers.items())
    return Response(status=got.status_code, headers=headers, body=body, truncated=truncated)


def _body(got: RequestsResponse, deadline: float) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    while True:
        part = got.raw.read1(65536, decode_content=True)
        if not part:
            return b"".join(parts), False
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            return b"".join(parts)[:MOST_BYTES], True
        if time.monotonic() > deadline:
            raise TimeoutError


def _plain(wrong: Exception, seconds: float) -> str:
    import requests
    import urllib3

    text = repr(wrong)
    if isinstance(wrong, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError):
        return f"timed out after {seconds:g} s"
    if isinstance(wrong, requests.exceptions.SSLError):
        return "TLS failed: " + (
            "the server speaks plain http"
            if "WRONG_VERSION" in text
            else "the certificate or the handshake is not acceptable"
        )
    if "Connection refused" in text:
        return "connection refused: nothing listens there"
    if "NameResolution" in text or "Name or service" in text:
        return "the host name does not resolve"
    if isinstance(wrong, requests.ConnectionError | urllib3.exceptions.HTTPError | OSError):
        return "the connection broke off"
    if isinstance(wrong, requests.RequestException | ValueError):
        return f"cannot be asked for: {type(wrong).__name__}"
    return f"no usable answer: {type(wrong).__name__}"


@dataclass
class WsgiTransport:
    """Straight into a WSGI app: the same run without sockets, for tests and fixtures."""

    app: WSGIApplication
    tls: Handshake | None = None
    """What `handshake` finds; there is no socket to ask."""

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Call the app from as many threads; see `Transport.send_all`."""
        return _race([(self, request) for request in requests], seconds)

    def handshake(self, host: str, port: int) -> Handshake:
        """Say what `tls` says; see `Transport.handshake`."""
        if self.tls is None:
            raise TransportError("an app in this process has no TLS")
        return self.tls

    def send(self, request: Request, *, seconds: float, keep: bool = False) -> Response:
        """Call the app; see `Transport.send`. An exception of the app is a 500."""
        from werkzeug.datastructures import Headers
        from werkzeug.test import Client, EnvironBuilder
        from werkzeug.wrappers import Response as WerkzeugResponse

        from mockauth.wire.url import origin

        target = request.target
        base = origin(target) or "http://localhost"
        builder = EnvironBuilder(
            path=target[target.index("/", 8) :] if "/" in target[8:] else "/",
            base_url=base + "/",
            method=request.method,
            headers=Headers(list(request.all_headers)),
            data=request.body or None,
        )
        try:
            got = Client(self.app, WerkzeugResponse, use_cookies=False).open(builder)
            body = got.get_data()
        except Exception as crash:
            raise TransportError(f"the app raised {type(crash).__name__}") from crash
        finally:
            builder.close()
        headers = tuple(got.headers.items())
        return Response(
            status=got.status_code,
            headers=headers,
            body=body[:MOST_BYTES],
            truncated=len(body) > MOST_BYTES,
        )
