"""How a request leaves: over sockets, or straight into a WSGI app in the same process.

Both bound what a peer can do to us: time by a deadline over the whole exchange, memory by a limit
on the body. Redirects are never followed here.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mockauth.engine.http.connection import MOST_BYTES, Connections, place_and_target
from mockauth.engine.http.tls import SECONDS, Handshake, shake_hands
from mockauth.wire import Request, Response
from mockauth.wire.url import origin
from mockauth.wire.words import own, say

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NOT_TLS = ("WRONG_VERSION", "RECORD_LAYER_FAILURE")
"""What OpenSSL calls an answer that is not TLS at all."""


class TransportError(Exception):
    """No usable answer came; the text says what happened, in plain words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


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
    """Real HTTP on kept connections, TLS verified.

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
        answer: queue.SimpleQueue[Response | str] = queue.SimpleQueue()
        self._jobs.put(_Job(request, seconds, answer, keep))
        try:
            result = answer.get(timeout=seconds + 0.5)
        except queue.Empty:
            self._jobs = None  # the worker is stuck; leave it behind
            raise TransportError(say("timed out after {:g} s", seconds)) from None
        if isinstance(result, Response):
            return result
        raise TransportError(result)

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
        except (OSError, ValueError) as wrong:  # ValueError: what cannot be the name of a host
            raise TransportError(
                say("no TLS handshake: {}", plain_words(wrong, SECONDS))
            ) from wrong

    def _start(self) -> None:
        jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._jobs = jobs
        threading.Thread(target=_work, args=(jobs,), daemon=True).start()


@dataclass(frozen=True)
class _Job:
    request: Request
    seconds: float
    answer: queue.SimpleQueue[Response | str]
    keep: bool


def _work(jobs: queue.SimpleQueue[_Job]) -> None:
    connections = Connections()
    while True:
        job = jobs.get()
        try:
            got = connections.exchange(job.request, job.seconds)
            if job.request.body and got.status >= 400 and not job.keep:
                connections.drop(job.request)
            job.answer.put(got)
        except Exception as wrong:  # the words of any network trouble belong in the report
            job.answer.put(plain_words(wrong, job.seconds))


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


def plain_words(wrong: Exception, seconds: float) -> str:
    """What went wrong on the way, as a developer would say it."""
    import http.client

    import urllib3

    text = repr(wrong)
    if "Connection refused" in text:
        return say("connection refused: nothing listens there")
    if isinstance(wrong, urllib3.exceptions.NameResolutionError | socket.gaierror):
        return say("the host name does not resolve")
    # urllib3 counts every connection that was not made among its time-outs.
    if isinstance(wrong, urllib3.exceptions.NewConnectionError):
        return say("the host cannot be reached")
    if isinstance(wrong, TimeoutError | urllib3.exceptions.TimeoutError):
        return say("timed out after {:g} s", seconds)
    if isinstance(wrong, ssl.SSLError | urllib3.exceptions.SSLError):
        return say("TLS failed: ") + (
            say("the server speaks plain http")
            if any(word in text for word in NOT_TLS)
            else say("the certificate or the handshake is not acceptable")
        )
    if isinstance(wrong, ValueError | http.client.InvalidURL):
        return say("cannot be asked for: {}", own(type(wrong).__name__))
    if isinstance(wrong, http.client.HTTPException | urllib3.exceptions.HTTPError | OSError):
        return say("the connection broke off")
    return say("no usable answer: {}", own(type(wrong).__name__))


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
            raise TransportError(say("an app in this process has no TLS"))
        return self.tls

    def send(self, request: Request, *, seconds: float, keep: bool = False) -> Response:
        """Call the app; see `Transport.send`. An exception of the app is a 500."""
        from werkzeug.datastructures import Headers
        from werkzeug.test import Client, EnvironBuilder
        from werkzeug.wrappers import Response as WerkzeugResponse

        # A header travels as bytes, which an app reads as latin-1 (PEP 3333).
        sent = [
            (n, v.encode("utf-8", "surrogatepass").decode("latin-1"))
            for n, v in request.all_headers
        ]
        try:
            _, target = place_and_target(request.target)
            builder = EnvironBuilder(
                path=target,
                base_url=origin(request.target) + "/",
                method=request.method,
                headers=Headers(sent),
                data=request.body or None,
            )
        except ValueError as wrong:
            raise TransportError(plain_words(wrong, seconds)) from wrong
        try:
            got = Client(self.app, WerkzeugResponse, use_cookies=False).open(builder)
            body = got.get_data()
        except Exception as crash:
            raise TransportError(say("the app raised {}", own(type(crash).__name__))) from crash
        finally:
            builder.close()
        headers = tuple(got.headers.items())
        return Response(
            status=got.status_code,
            headers=headers,
            body=body[:MOST_BYTES],
            truncated=len(body) > MOST_BYTES,
        )
