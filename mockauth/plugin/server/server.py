"""The HTTP server under a plugin: a thread for each connection, so that no client waits for
another one that is slow, silent, or shaking hands."""

from __future__ import annotations

import errno
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mockauth.plugin.server.connection import ClientConnection

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

MOST_CONNECTIONS = 512
"""Connections at once; the one that has been silent for longest makes way for one more."""
BACKLOG = 512
BREATH_SECONDS = 0.02
ATTEMPTS = 20
"""Free ports that are tried until one is free at both loopback addresses."""
STOP_SECONDS = 1.0
"""How long answers that are on their way may take when the server stops."""
LOOPBACK = ("127.0.0.1", "::1")
NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Server:
    """Serves one app; bound when it is made, so that nobody asks too early."""

    def __init__(
        self,
        app: WSGIApplication,
        host: str,
        port: int,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Listen; localhost is both loopback addresses, on the same port.

        Raises:
            OSError: the address cannot be served at.
        """
        self._app, self._context = app, context
        self._listeners = _listening(LOOPBACK if host == "localhost" else (host,), port)
        self.port: int = self._listeners[0].getsockname()[1]
        self._environ: WSGIEnvironment = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(self.port),
            "SERVER_SOFTWARE": "mockauth",
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http" if context is None else "https",
            "wsgi.version": (1, 0),
        }
        self._wake, self._woken = socket.socketpair()
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[ClientConnection, threading.Thread] = {}
        self._silent: dict[ClientConnection, None] = {}
        """Those of which a request is awaited, the oldest first."""

    def serve(self) -> None:
        """Take connections until `stop`."""
        with selectors.DefaultSelector() as selector:
            for line in (*self._listeners, self._woken):
                selector.register(line, selectors.EVENT_READ)
            while not self._ending.is_set():
                for key, _ in selector.select():
                    if key.fileobj is not self._woken:
                        self._accept(key.fileobj)  # type: ignore[arg-type]
        for line in (*self._listeners, self._woken):
            line.close()

    def stop(self) -> None:
        """End what is going on, and wait for it, at most `STOP_SECONDS`."""
        self._ending.set()
        self._wake.close()
        with self._lock:
            silent, threads = list(self._silent), dict(self._threads)
        for one in silent:
            one.end()
        until = time.monotonic() + STOP_SECONDS
        for one, thread in threads.items():
            if thread.ident is not None:  # it is entered before it is started
                thread.join(max(until - time.monotonic(), 0))
            if thread.is_alive():
                one.end()

    def _accept(self, listener: socket.socket) -> None:
        with self._lock:
            is_full = len(self._threads) >= MOST_CONNECTIONS
        if is_full:
            self._make_way()
        try:
            line, (address, port, *_) = listener.accept()
        except OSError:  # it has hung up already, or this process has no more files
            self._make_way()
            self._ending.wait(BREATH_SECONDS)
            return
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        environ = {**self._environ, "REMOTE_ADDR": address, "REMOTE_PORT": str(port)}
        one = ClientConnection(line, self._app, environ, self._ending.is_set)
        thread = threading.Thread(target=self._serve, args=(one,), daemon=True)
        with self._lock:
            self._threads[one] = thread
        thread.start()

    def _serve(self, one: ClientConnection) -> None:
        def waits(is_silent: bool) -> None:
            with self._lock:
                self._silent.pop(one, None)
                if is_silent:
                    self._silent[one] = None

        try:
            waits(True)
            one.serve(self._context, waits)
        finally:
            with self._lock:
                self._silent.pop(one, None)
                self._threads.pop(one, None)

    def _make_way(self) -> None:
        with self._lock:
            oldest = next(iter(self._silent), None)
        if oldest is not None:
            oldest.end()


def _listening(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """One listener for each address, all on one port: any free one where that is 0."""
    for attempt in range(1, ATTEMPTS + 1):
        found: list[socket.socket] = []
        try:
            for host in hosts:
                found += _listener(host, found[0].getsockname()[1] if found else port)
        except OSError:
            for one in found:
                one.close()
            if port or attempt == ATTEMPTS:
                raise
        else:
            return found
    raise AssertionError("the last attempt returns or raises")


def _listener(host: str, port: int) -> list[socket.socket]:
    """A listener; none where this machine has no such loopback address."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    try:
        return [socket.create_server(address[:2], family=family, backlog=BACKLOG)]
    except OSError as wrong:
        if host == LOOPBACK[1] and wrong.errno in NO_SUCH_ADDRESS:
            return []
        raise
