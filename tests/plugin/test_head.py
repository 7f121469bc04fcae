"""A head that is read at once says what cheroot reads in it, line by line."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from mockauth.plugin.server.head import Head, ordinary_head
from mockauth.plugin.server.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORDINARY = {
    "query": b"GET /authorize?a=%20b&a=c?d&e=[]|'\"<> HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "empty query": b"GET /todos? HTTP/1.1\r\nHost: a:1\r\nX-Empty:\r\nX-Tab:\t a \t\r\n\r\n",
    "body": b"POST /token HTTP/1.1\r\nhost: [::1]:80\r\ncontent-length: 3\r\nContent-Type: a/b; c=d\r\n\r\nabc",
    "close": b"PUT /todos/1;a=b@c HTTP/1.1\r\nHost: a_b\r\nConnection: close\r\nX-FORWARDED-For: a\r\n\r\n",
    "options": b"OPTIONS /a//b/../c HTTP/1.1\r\nHost: a\r\nOrigin: https://chatgpt.com\r\n\r\n",
}
OTHER = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "odd host": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "old": b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
    "escape": b"GET /to%64os%2Fa HTTP/1.1\r\nHost: a\r\n\r\n",
    "other host": b"GET //a/b HTTP/1.1\r\nHost: a\r\n\r\n",
    "fragment": b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "twice": b"GET / HTTP/1.1\r\nAccept: a\r\naccept: b\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nX-A: a\r\n b\r\n\r\n",
    "underscore": b"GET / HTTP/1.1\r\nX_A: a\r\n\r\n",
    "not ASCII": b"GET / HTTP/1.1\r\nX-A: \xc3\xa4\r\n\r\n",
    "chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "no length": b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\na",
    "too long": b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\na",
    "no colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "bare newlines": b"GET / HTTP/1.1\nHost: a\n\n",
    "unknown method": b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
}


def shown(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """The request as the app sees it, but for the port of the client."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0) or 0)).decode()
    kept = {n: v for n, v in environ.items() if n != "REMOTE_PORT" and not n.startswith("wsgi.")}
    told = {"body": body, **{n: v for n, v in kept.items() if isinstance(v, str)}}
    text = json.dumps(told, sort_keys=True)
    scheme = environ["wsgi.url_scheme"]
    head = [("Content-Length", str(len(text))), ("X-Scheme", scheme), ("Date", "now")]
    start_response("200 OK", head)
    return [text.encode()]


def answers(base: str, *pieces: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    found = b""
    with socket.create_connection(("127.0.0.1", urlsplit(base).port or 0), timeout=60) as line:
        for piece in pieces:
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65536):
            found += piece
    return found


def nothing_is_ordinary(received: bytes) -> Head | None:
    """As if cheroot read alone."""
    return None


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_head_is_read_at_once_as_cheroot_would(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ORDINARY[name]
    with serving(shown) as base:
        quick = answers(base, request)
        monkeypatch.setattr("mockauth.plugin.server.connection.ordinary_head", nothing_is_ordinary)
        slow = answers(base, request)

    assert ordinary_head(request) is not None
    assert quick.startswith(b"HTTP/1.1 200 OK")
    assert quick == slow


@pytest.mark.parametrize("name", OTHER)
def test_whatever_is_not_ordinary_is_left_to_cheroot(name: str) -> None:
    head: Any = ordinary_head(OTHER[name])

    assert head is None or head.length > 16 * 1024 * 1024


def test_a_head_that_comes_in_pieces_and_two_at_once_are_read() -> None:
    one = ORDINARY["body"]

    with serving(shown) as base:
        assert answers(base, one[:20], one[20:-1], one[-1:]).count(b"HTTP/1.1 200 OK") == 1
        assert answers(base, one + one).count(b"HTTP/1.1 200 OK") == 2
