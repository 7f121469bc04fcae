"""No client of the plugin waits for another one: silent, slow, or shaking hands."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.plugin.server import connection, server
from mockauth.plugin.server.serving import serving
from tests.plugin.test_wire import raw

HEAD = b"POST /token HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
SILENT = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a head": HEAD + b"X-A: b\r\n",
    "half a body": HEAD + b"Content-Length: 1000\r\n\r\nabc",
    "half a chunk": CHUNKED + b"5\r\nab",
}


@contextmanager
def held(base: str, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that have sent that much, and nothing more."""
    address = (urlsplit(base).hostname, urlsplit(base).port)
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(address, timeout=5)) for _ in range(count)
        ]
        for line in lines:
            line.sendall(sent)
        yield lines


def health_seconds(base: str, context: ssl.SSLContext | None = None) -> float:
    """How long /health takes on a new connection."""
    parts, began = urlsplit(base), time.monotonic()
    client = (
        http.client.HTTPConnection(parts.netloc, timeout=5)
        if context is None
        else http.client.HTTPSConnection(parts.netloc, timeout=5, context=context)
    )
    client.request("GET", "/health")
    assert client.getresponse().read()
    client.close()
    return time.monotonic() - began


def plugin(change: AnswerChange | None = None) -> PluginConfig:
    config = PluginConfig(auth="none")
    return config if change is None else config.with_faults(Fault(name="mine", answers=(change,)))


@pytest.mark.parametrize("name", SILENT)
def test_connections_that_fall_silent_keep_nobody_waiting(name: str) -> None:
    with serving(create_app(plugin())) as base, held(base, 200, SILENT[name]):
        assert health_seconds(base) < 2


def test_slow_answers_keep_nobody_waiting() -> None:
    config = plugin(AnswerChange(place="manifest", delay=5))
    asked = b"GET /.well-known/ai-plugin.json HTTP/1.1\r\nHost: a\r\n\r\n"
    with serving(create_app(config)) as base, held(base, 42, asked):
        assert health_seconds(base) < 2


def test_the_longest_silent_connection_makes_way_for_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 5)
    with serving(create_app(plugin())) as base, held(base, 20, SILENT["half a head"]) as lines:
        assert health_seconds(base) < 2
        assert lines[0].recv(1) == b""


@pytest.mark.parametrize("name", ["half a head", "half a body", "half a chunk"])
def test_a_request_that_does_not_end_is_given_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.05)
    with serving(create_app(plugin())) as base, held(base, 1, SILENT[name]) as [line]:
        assert line.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_a_connection_on_which_nothing_comes_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)
    with serving(create_app(plugin())) as base, held(base, 1, b"") as [line]:
        assert line.recv(1000) == b""


SIZES = {
    "negative": b"-5", "0x": b"0x3", "underscore": b"1_0", "plus": b"+3", "space before": b" 3",
    "space after": b"3 ", "empty": b"", "a word": b"zz", "too many digits": b"f" * 17,
    "only an extension": b";a=b", "no-break space": b"\xa03",
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_a_chunk_size_is_hexadecimal_digits_and_nothing_else(name: str) -> None:
    with serving(create_app(plugin())) as base:
        answer = raw(base, CHUNKED + SIZES[name] + b"\r\nabc\r\n0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b"3\r\na=b\r\n0\r\n\r\n",
        b"003;a=b;c\r\na=b\r\n0;d\r\nX-Trailer: e\r\n\r\n",
        b"1\r\na\r\n2\r\n=b\r\n0\r\n\r\n",
    ],
)
def test_chunks_with_extensions_and_trailers_are_read(body: bytes) -> None:
    head = CHUNKED.replace(
        b"\r\n\r\n", b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with serving(create_app(PluginConfig())) as base:
        answer = raw(base, head + body)

    assert b"grant_type is missing" in answer


def test_trailers_without_bounds_are_refused() -> None:
    with serving(create_app(plugin())) as base:
        answer = raw(
            base, CHUNKED + b"0\r\n" + b"A: " + b"b" * 1000 + b"\r\n" + b"A: b\r\n" * 50_000
        )

    assert re.match(rb"HTTP/1.1 4\d\d ", answer)


def test_many_clients_may_knock_at_once() -> None:
    assert server.BACKLOG >= 128


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", pytest.param("::1", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6"))],
)
def test_localhost_is_both_loopback_addresses(address: str) -> None:
    with serving(create_app(plugin())) as base:
        client = http.client.HTTPConnection(address, urlsplit(base).port, timeout=5)
        client.request("GET", "/health")

        assert client.getresponse().status == 200
        client.close()


def test_handshakes_that_never_come_keep_nobody_waiting(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with serving(create_app(plugin()), ca_file=ca) as base, held(base, 50, b""):
        assert health_seconds(base, ssl.create_default_context(cafile=str(ca))) < 2


def test_plain_http_at_an_https_port_is_refused(tmp_path: Path) -> None:
    with serving(create_app(plugin()), ca_file=tmp_path / "ca.pem") as base:
        assert raw(base, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_server_with_silent_clients_and_slow_answers_stops_at_once() -> None:
    config = plugin(AnswerChange(place="manifest", delay=60))
    asked = b"GET /.well-known/ai-plugin.json HTTP/1.1\r\nHost: a\r\n\r\n"
    with ExitStack() as clients:
        with serving(create_app(config)) as base:
            clients.enter_context(held(base, 20, asked))
            clients.enter_context(held(base, 20, SILENT["half a head"]))
            began = time.monotonic()
        assert time.monotonic() - began < 5


def test_several_requests_in_one_piece_are_answered_in_turn() -> None:
    one = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with serving(create_app(plugin())) as base:
        answers = raw(base, one + one + last)

    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"200", b"404"]


def test_a_client_that_waits_for_a_word_before_the_body_gets_it() -> None:
    head = HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with serving(create_app(plugin())) as base, held(base, 1, head) as [line]:
        assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"abc")
        assert line.recv(1000).startswith(b"HTTP/1.1 4")
