"""The socket transport against servers that misbehave: a plain error, in bounded time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mockauth.engine.http.transport import SocketTransport, TransportError
from mockauth.wire import Request, Response


@contextmanager
def serving(answer: bytes, *, silent: bool = False) -> Iterator[str]:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            listener.settimeout(60)
            try:
                peer, _ = listener.accept()
                with peer:
                    peer.settimeout(60)
                    peer.recv(65536)
                    peer.sendall(answer)
                    if silent:
                        ended.wait(60)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def ask(url: str, seconds: float = 60.0) -> Response:
    return SocketTransport().send(Request(method="GET", url=url), seconds=seconds)


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"]
)
def test_a_server_that_falls_silent_times_out(start: bytes) -> None:
    with (
        serving(start, silent=True) as host,
        pytest.raises(TransportError, match=r"^timed out after 0\.3 s$"),
    ):
        ask(f"http://{host}/", 0.3)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\x01 not http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    ],
)
def test_a_broken_answer_is_a_transport_error(answer: bytes) -> None:
    with serving(answer) as host, pytest.raises(TransportError, match="broke off"):
        ask(f"http://{host}/")


def test_a_body_beyond_ten_mebibytes_is_cut() -> None:
    limit = 10 * 1024 * 1024
    with serving(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (limit + 1)) as host:
        got = ask(f"http://{host}/")
    assert got.truncated
    assert len(got.body) == limit


def test_duplicate_answer_headers_are_kept_in_order() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 0\r\n\r\n"
    with serving(head) as host:
        assert ask(f"http://{host}/").headers_named("x-a") == ("1", "2")
