"""An app in this process as the server under test: its own address is called without a socket, every
other one is asked as usual."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockauth.checks.finding import Blocked
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.tls import HANDSHAKE_SECONDS, Handshake
from mockauth.engine.http.transport import (
    SocketTransport,
    TimedOut,
    Transport,
    TransportError,
    WsgiTransport,
    late,
    race,
)
from mockauth.wire import Request, Response
from mockauth.wire.url import hostname, is_loopback_host, origin
from mockauth.wire.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger("mockauth.in_process")


@dataclass
class InProcess:
    """Calls `app` for what goes to `base`, in the thread that sends: an app that keeps a database
    connection for each thread, as Django's tests do, sees what the test has written."""

    app: WSGIApplication
    base: str
    outside: SocketTransport = field(default_factory=SocketTransport)

    def __post_init__(self) -> None:
        self._inside = WsgiTransport(as_a_server_would(self.app))

    def owns(self, url: str) -> bool:
        """Whether an address is the app's. Ports of this machine are different services."""
        host = hostname(self.base)
        is_named = not is_loopback_host(host) and hostname(url) == host
        return is_named or origin(url) == origin(self.base)

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Call the app, or ask over a socket; see `Transport.send`. A call that took too long counts
        as timed out once it is over: it cannot be broken off."""
        if not self.owns(request.target):
            return self.outside.send(request, seconds=seconds, keep=keep, most=most)
        started = time.monotonic()
        answer = self._inside.send(request, seconds=seconds, most=most)
        if time.monotonic() - started > seconds:
            raise TimedOut(late(seconds))
        return answer

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Send from as many threads; see `Transport.send_all`."""
        if not all(self.owns(request.target) for request in requests):
            return self.outside.send_all(requests, seconds=seconds)
        return race([(self, request) for request in requests], seconds)

    def handshake(self, host: str, port: int, *, seconds: float = HANDSHAKE_SECONDS) -> Handshake:
        """Shake hands with another server; see `Transport.handshake`."""
        if host == hostname(self.base):
            return self._inside.handshake(host, port, seconds=seconds)
        return self.outside.handshake(host, port, seconds=seconds)

    def close(self) -> None:
        """Close the sockets to others."""
        self.outside.close()


def require_sockets(transport: Transport) -> None:
    """See that what only a connection shows can be seen.

    Raises:
        Blocked: the target is an app in this process.
    """
    if isinstance(transport, InProcess):
        raise Blocked(say("an app in this process has no connections; check it at its URL"))


def as_a_server_would(app: WSGIApplication) -> WSGIApplication:
    """`app`, whose exceptions are answered with status 500, also where it lets them through, as one
    does that is configured for tests."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = app(environ, start_response)
            try:
                return list(answer)
            finally:
                getattr(answer, "close", lambda: None)()
        except Exception as crash:
            _tell(crash)
            plain = [("Content-Type", "text/plain; charset=utf-8")]
            start_response("500 Internal Server Error", plain, sys.exc_info())
            return [b"Internal Server Error"]

    return serve


def _tell(crash: Exception) -> None:
    """Log where the app failed; its message may hold a secret."""
    frames = traceback.extract_tb(crash.__traceback__)
    place = frames[-1] if frames else None
    where = f"{place.filename}:{place.lineno}" if place else "an unknown place"
    LOG.warning("the app raised %s at %s; answered with status 500", type(crash).__name__, where)
