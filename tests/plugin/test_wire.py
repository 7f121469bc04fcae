"""The built-in plugin on real connections: bodies, cut answers and resets."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from mockauth.clock import MovableClock
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.plugin.faults.trigger import Trigger
from mockauth.plugin.server.serving import serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def misbehaving(change: AnswerChange, trigger: Trigger | None = None) -> PluginConfig:
    return PluginConfig().with_faults(Fault(name="mine", answers=(change,), trigger=trigger))


def connected(base: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)


def status(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b""
) -> int:
    connection.request(method, path, body or None, FORM if body else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("size", [10, 1_000_000, 1_100_000, 8_000_000])
@pytest.mark.parametrize("path", ["/token", "/todos", "/health", "/nowhere"])
def test_a_refused_body_of_any_size_leaves_the_connection_clean(path: str, size: int) -> None:
    with serving(create_app(PluginConfig(), admin_token="control-token")) as base:
        connection = connected(base)
        first = status(connection, "POST", path, b"a=" + b"x" * size)
        second = status(connection, "GET", "/health")
        connection.close()

    assert 400 <= first < 500
    assert second == 200


@pytest.mark.parametrize("control", ["", "control-token"])
def test_a_body_that_is_too_long_is_413(control: str) -> None:
    with serving(create_app(PluginConfig(), admin_token=control)) as base:
        connection = connected(base)
        found = status(connection, "POST", "/token", b"a=" + b"x" * 1_100_000)
        connection.close()

    assert found == 413


def raw(base: str, request: bytes, *, is_last: bool = False) -> bytes:
    """Everything that comes back, up to the end of the connection."""
    host, port = urlsplit(base).hostname, urlsplit(base).port
    found = b""
    with socket.create_connection((host, port), timeout=60) as line, suppress(ConnectionError):
        line.sendall(request)
        if is_last:
            with suppress(OSError):  # the server may have hung up already
                line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65536):
            found += piece
    return found


def test_a_body_in_chunks_is_read_and_ends_the_connection() -> None:
    body = b"grant_type=nonsense"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = (
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with serving(create_app(PluginConfig())) as base:
        found = raw(base, head + chunked)
        refused = raw(base, head.replace(b"/token", b"/todos") + chunked)

    assert b"unsupported_grant_type" in found
    assert refused.startswith(b"HTTP/1.1 401")
    assert refused.count(b"HTTP/1.1") == 1


def test_an_answer_may_be_cut_in_the_middle_of_its_body() -> None:
    with serving(create_app(misbehaving(AnswerChange(place="manifest", cut=10)))) as base:
        connection = connected(base)
        connection.request("GET", "/.well-known/ai-plugin.json")
        with pytest.raises(http.client.IncompleteRead) as broken:
            connection.getresponse().read()
        connection.close()

    assert len(broken.value.partial) == 10
    assert broken.value.expected is not None
    assert broken.value.expected > 100


def test_a_connection_may_be_reset_once_and_the_next_one_works() -> None:
    config = misbehaving(AnswerChange(place="manifest", reset=True), Trigger(times=1))
    with serving(create_app(config)) as base:
        connection = connected(base)
        with pytest.raises(ConnectionResetError):
            status(connection, "GET", "/.well-known/ai-plugin.json")
        connection.close()

        again = connected(base)
        assert status(again, "GET", "/.well-known/ai-plugin.json") == 200
        again.close()


def test_an_answer_may_come_late_by_the_clock_of_the_plugin() -> None:
    clock = MovableClock()
    client = create_app(misbehaving(AnswerChange(place="manifest", delay=30)), clock).test_client()
    began = clock.now()

    assert client.get("/.well-known/ai-plugin.json").status_code == 200
    assert clock.now() - began == 30


def test_in_process_a_reset_is_raised() -> None:
    client = create_app(misbehaving(AnswerChange(place="manifest", reset=True))).test_client()

    with pytest.raises(ConnectionResetError):
        client.get("/.well-known/ai-plugin.json")


BROKEN = {
    "no request": b"\r\n\r\n",
    "half a line": b"GET\r\n\r\n",
    "an odd version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "a negative length": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    "a length in words": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "an endless length": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999\r\n\r\n",
    "a chunk of no size": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a negative chunk": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "an unknown coding": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a header without colon": b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "an odd host": b"GET /openapi.json HTTP/1.1\r\nHost: <script>\r\nConnection: close\r\n\r\n",
    "a path of bytes": b"GET /\xff\xfe%ff%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "an authority": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a whole address": b"GET http://b/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a line that never ends": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "headers that never end": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
    "bytes in a header": b"GET /todos HTTP/1.1\r\nHost: a\r\nAuthorization: \xff\xfe\r\nConnection: close\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_http_is_no_crash_and_the_next_client_is_served(name: str) -> None:
    with serving(create_app(PluginConfig(), admin_token="control-token")) as base:
        found = raw(base, BROKEN[name], is_last=True)
        connection = connected(base)
        after = status(connection, "GET", "/health")
        connection.close()

    first_line = found.partition(b"\r\n")[0]
    # 501 and 505 are the right words for a coding and a version that nobody knows (RFC 9112).
    assert first_line.split(b" ")[1:2] not in ([b"500"], [b"502"], [b"503"])
    assert after == 200


REFUSED = {
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "the same host twice": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a host with a path": b"GET /health HTTP/1.1\r\nHost: a b/c?d\r\n\r\n",
    "a blank before the colon": b"GET /health HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
    "two lengths": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length with a sign": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
    "a negative length": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a port that is none": b"GET /health HTTP/1.1\r\nHost: a:99999\r\n\r\n",
    "an address that is none": b"GET /health HTTP/1.1\r\nHost: [:::::]\r\n\r\n",
    "a folded first line": b"GET /health HTTP/1.1\r\n Host: a\r\n\r\n",
    "a bare CR": b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    "a NUL": b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "an empty coding": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n",
    "no coding": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,\r\n\r\n0\r\n\r\n",
    "chunks of old": b"POST /token HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length and chunks": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_framing_that_servers_must_refuse_is_refused(name: str) -> None:
    with serving(create_app(PluginConfig())) as base:
        answer = raw(base, REFUSED[name])

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_head_without_bounds_is_refused() -> None:
    head = b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"
    with serving(create_app(PluginConfig())) as base:
        answer = raw(base, head)

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("control", ["", "control-token"])
def test_a_long_body_in_chunks_is_too_long_as_well(control: str) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = (
        b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with serving(create_app(PluginConfig(), admin_token=control)) as base:
        answer = raw(base, head + piece * 20 + b"0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("option", [b"close", b"Close", b"close, TE", b"TE,close"])
def test_a_connection_is_closed_where_the_client_asks_for_it(option: bytes) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: %s\r\n\r\n" % option
    with serving(create_app(PluginConfig())) as base:
        answer = raw(base, one + one)

    assert answer.count(b"HTTP/1.1 200 OK") == 1
