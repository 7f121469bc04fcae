"""How a request leaves: over sockets, or straight into a WSGI app in the same process.

Both bound what a peer can do to us: time by a deadline over the whole exchange, memory by a limit
on the body. Redirects are never followed here.
"""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from mockauth.engine.http.connection import (
    CALL_BYTES,
    MOST_BYTES,
    Connections,
    LongHead,
    place_and_target,
)
from mockauth.engine.http.tls import HANDSHAKE_SECONDS, Handshake, shake_hands
from mockauth.wire import Request, Response
from mockauth.wire.trace import Trouble
from mockauth.wire.url import origin
from mockauth.wire.words import own, say

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

T = TypeVar("T")
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"})
"""The reasons by which OpenSSL names an answer that is not TLS at all."""
LATE = 0.5
"""Seconds that a worker has beyond a deadline to notice it by itself."""
NEGOTIATIONS = 3
"""Attempts of which a handshake consists at most."""
SLICE = 1.0
"""Seconds of waiting at a time: Windows delivers no signal within."""


class TransportError(Exception):
    """No usable answer came; the text says what happened, in plain words."""

    trouble: Trouble = "broken"

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class TimedOut(TransportError):
    """No whole answer came in time."""

    trouble: Trouble = "timed-out"


class NotAsked(TransportError):
    """Nothing was sent: nobody named that address, or it is private and the target is public."""

    trouble: Trouble = "not-asked"


class Transport(Protocol):
    """Sends one request and reads one answer."""

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Send `request` and read the answer within `seconds`, and `most` bytes of its body.

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

    def handshake(self, host: str, port: int, *, seconds: float = HANDSHAKE_SECONDS) -> Handshake:
        """Shake hands with a TLS server, each time within `seconds`.

        Raises:
            TransportError: nothing there speaks TLS.
        """
        ...


@dataclass
class SocketTransport:
    """Real HTTP on kept connections, TLS verified.

    A peer can dribble headers for ever, which no socket time-out notices; so the exchange runs in
    a worker thread that is broken off and left behind at the deadline.
    """

    _worker: _Worker | None = None
    _racers: list[SocketTransport] = field(default_factory=list)

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Send over a socket; see `Transport.send`."""
        if self._worker is None:
            self._start()
        assert self._worker is not None  # noqa: S101 - set by _start
        try:
            return self._worker.send(_Job(request, seconds, keep, most))
        except TimedOut:
            self._worker.leave()
            self._worker = None
            raise

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Send from as many threads, which wait for each other; see `Transport.send_all`."""
        while len(self._racers) < len(requests):
            self._racers.append(SocketTransport())
            self._racers[-1]._start()
        return race(list(zip(self._racers, requests, strict=False)), seconds)

    def handshake(self, host: str, port: int, *, seconds: float = HANDSHAKE_SECONDS) -> Handshake:
        """Shake hands over a socket; see `Transport.handshake`."""
        ended: queue.SimpleQueue[Handshake | TransportError] = queue.SimpleQueue()

        def shake() -> None:
            try:
                ended.put(shake_hands(host, port, seconds))
            except (OSError, ValueError) as wrong:  # ValueError: what cannot be the name of a host
                words = say("no TLS handshake: {}", plain_words(wrong, seconds))
                ended.put(TransportError(words))

        threading.Thread(target=shake, daemon=True).start()
        # A peer that dribbles it is left behind, as in `send`.
        found = _wait(ended, seconds * NEGOTIATIONS)
        if isinstance(found, Handshake):
            return found
        raise found or TimedOut(f"no TLS handshake: {late(seconds * NEGOTIATIONS)}")

    def close(self) -> None:
        """End the thread that sends, and let go of its connections."""
        if self._worker is not None:
            self._worker.leave()
            self._worker = None

    def _start(self) -> None:
        self._worker = _Worker()
        threading.Thread(target=self._worker.work, daemon=True).start()


@dataclass(frozen=True)
class _Job:
    request: Request
    seconds: float
    keep: bool
    most: int
    answer: queue.SimpleQueue[Response | TransportError] = field(default_factory=queue.SimpleQueue)


@dataclass
class _Worker:
    """A thread that sends one request after the other, on connections of its own."""

    jobs: queue.SimpleQueue[_Job | None] = field(default_factory=queue.SimpleQueue)
    connections: Connections = field(default_factory=Connections)

    def send(self, job: _Job) -> Response:
        """Have the thread do `job`, and wait for it no longer than its seconds."""
        self.jobs.put(job)
        answer = _wait(job.answer, job.seconds + LATE)
        if answer is None:
            raise TimedOut(late(job.seconds))
        if isinstance(answer, Response):
            return answer
        raise answer

    def leave(self) -> None:
        """Break off what the thread reads, so that it ends."""
        self.jobs.put(None)
        self.connections.break_off()

    def work(self) -> None:
        """Do the jobs, one after the other; None is the last."""
        while (job := self.jobs.get()) is not None:
            try:
                got = self.connections.exchange(job.request, job.seconds, job.most)
                if job.request.body and got.status >= 400 and not job.keep:
                    self.connections.drop(job.request)
                job.answer.put(got)
            except Exception as wrong:  # the words of any network trouble belong in the report
                job.answer.put(error_of(wrong, job.seconds))
        self.connections.close()


def _wait(answer: queue.SimpleQueue[T], seconds: float) -> T | None:
    """What comes within `seconds`, or None. A signal is noticed meanwhile."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        try:
            return answer.get(timeout=min(SLICE, left))
        except queue.Empty:
            continue
    return None


def race(
    racers: Sequence[tuple[Transport, Request]], seconds: float
) -> list[Response | TransportError]:
    line = threading.Barrier(len(racers))
    ended: queue.SimpleQueue[tuple[int, Response | TransportError]] = queue.SimpleQueue()

    def run(number: int, transport: Transport, request: Request) -> None:
        answer: Response | TransportError
        try:
            line.wait(timeout=seconds)
            answer = transport.send(request, seconds=seconds, most=CALL_BYTES)
        except threading.BrokenBarrierError:
            answer = TransportError(say("the requests could not be sent at once"))
        except TransportError as trouble:
            answer = trouble
        ended.put((number, answer))

    for number, (transport, request) in enumerate(racers):
        # Daemons: an interrupted run does not wait for the slowest of them.
        threading.Thread(target=run, args=(number, transport, request), daemon=True).start()
    answers = dict(ended.get() for _ in racers)
    return [answers[number] for number in range(len(racers))]


def error_of(wrong: Exception, seconds: float) -> TransportError:
    """The error that tells what went wrong on the way, of the type that fits."""
    words = plain_words(wrong, seconds)
    return TimedOut(words) if _is_late(wrong) else TransportError(words)


def plain_words(wrong: Exception, seconds: float) -> str:
    """What went wrong on the way, as a developer would say it."""
    import urllib3

    if _is_late(wrong):
        return late(seconds)
    if isinstance(wrong, urllib3.exceptions.NameResolutionError | socket.gaierror):
        return say("the host name does not resolve")
    if isinstance(wrong, ConnectionRefusedError) or isinstance(
        wrong.__cause__, ConnectionRefusedError
    ):
        return say("connection refused: nothing listens there")
    if isinstance(wrong, urllib3.exceptions.NewConnectionError):
        return say("the host cannot be reached")
    if isinstance(wrong, ssl.SSLError | urllib3.exceptions.SSLError):
        return say("TLS failed: ") + (
            say("the server speaks plain http")
            if _tls_reason(wrong) in NOT_TLS
            else say("the certificate or the handshake is not acceptable")
        )
    if isinstance(wrong, urllib3.exceptions.DecodeError):
        return say("the body is not what its Content-Encoding says")
    return _words_of_others(wrong)


def _words_of_others(wrong: Exception) -> str:
    import http.client

    import urllib3

    if isinstance(wrong, LongHead):
        return say("the headers are longer than 64 KiB")
    if isinstance(wrong, ValueError | http.client.InvalidURL):
        return say("cannot be asked for: {}", own(type(wrong).__name__))
    if isinstance(wrong, http.client.HTTPException | urllib3.exceptions.HTTPError | OSError):
        return say("the connection broke off")
    return say("no usable answer: {}", own(type(wrong).__name__))


def late(seconds: float) -> str:
    return say("timed out after {:g} s", seconds)


def _is_late(wrong: Exception) -> bool:
    import urllib3

    # urllib3 counts every connection that was not made among its time-outs.
    made = not isinstance(wrong, urllib3.exceptions.NewConnectionError)
    return made and isinstance(wrong, TimeoutError | urllib3.exceptions.TimeoutError)


def _tls_reason(wrong: Exception) -> str:
    """OpenSSL's own name of what went wrong; urllib3 wraps the error that has it."""
    for one in (wrong, wrong.__cause__, *wrong.args):
        if isinstance(one, ssl.SSLError):
            return one.reason or ""
    return ""


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
        return race([(self, request) for request in requests], seconds)

    def handshake(self, host: str, port: int, *, seconds: float = HANDSHAKE_SECONDS) -> Handshake:
        """Say what `tls` says; see `Transport.handshake`."""
        if self.tls is None:
            raise TransportError(say("an app in this process has no TLS"))
        return self.tls

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Call the app; see `Transport.send`. An exception of the app is a 500."""
        from werkzeug.datastructures import Headers
        from werkzeug.test import EnvironBuilder, run_wsgi_app

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
            raise error_of(wrong, seconds) from wrong
        try:
            # Not werkzeug's Client, which makes a class for each request.
            parts, status, got = run_wsgi_app(self.app, builder.get_environ(), buffered=True)
            body = b"".join(parts)
            code = int(status.partition(" ")[0])
            coding = got.get("Content-Encoding", "")
        except Exception as crash:
            raise TransportError(say("the app raised {}", own(type(crash).__name__))) from crash
        finally:
            builder.close()
        if coding and body:
            body = _decoded(body, coding, seconds)
        return Response(
            status=code,
            headers=tuple(got.items()),
            body=body[:most],
            truncated=len(body) > most,
        )


def _decoded(body: bytes, coding: str, seconds: float) -> bytes:
    """A body without its Content-Encoding, as a socket's is read.

    Raises:
        TransportError: it is not encoded so.
    """
    import urllib3

    headers = {"Content-Encoding": coding}
    packed = urllib3.HTTPResponse(io.BytesIO(body), headers=headers, preload_content=False)
    try:
        return packed.read(decode_content=True)
    except urllib3.exceptions.DecodeError as wrong:
        raise error_of(wrong, seconds) from wrong
