"""What leaves over a socket, byte for byte, and on which connection."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.engine.http import connection
from mockauth.engine.http.connection import MOST_BYTES, place_and_target
from mockauth.engine.http.transport import SocketTransport, TransportError, WsgiTransport
from mockauth.wire import Request, Response
from mockauth.wire.message import pairs_of
from mockauth.wire.rpc import is_answered, read_message

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
CLOSE = b""

Answer = Callable[[int, int], bytes]
"""What to answer on a connection to its nth request, both from 1; `CLOSE` hangs up unread."""


@dataclass
class Server:
    """A server on this machine that remembers what came, and on which connection."""

    answer: Answer
    url: str = ""
    requests: list[tuple[int, bytes]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def connections(self) -> list[int]:
        return [number for number, _ in self.requests]

    def serve(self, listener: socket.socket) -> None:
        number = 0
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self.talk, args=(peer, number), daemon=True).start()

    def talk(self, peer: socket.socket, number: int) -> None:
        with peer, peer.makefile("rb") as stream:
            nth = 0
            while head := b"".join(lines_of(stream)):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = stream.read(int(length[1])) if length else b""
                nth += 1
                self.requests.append((number, head + b"\r\n" + body))
                said = self.answer(number, nth)
                if said == CLOSE:
                    peer.shutdown(socket.SHUT_RDWR)
                    self.hung_up.set()
                    return
                try:
                    peer.sendall(said)
                except OSError:
                    return


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The head of a request; nothing once the other side has hung up."""
    while (line := stream.readline()) not in (b"\r\n", b""):
        yield line


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(answer, f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def get(url: str) -> Request:
    return Request(method="GET", url=url)


def post(url: str) -> Request:
    return Request(method="POST", url=url, params=(("a", "1"),), encoding="form")


@pytest.mark.parametrize(
    "target",
    [
        "/a%2fb/../c//d?x=%7e&y=|{}\"<>^`\\'&z=a+b%20c",
        "/?redirect_uri=https://chat.openai.com/aip/x/oauth/callback",
        "/;p=1,2?",
        "/%zz?%",
    ],
)
def test_the_target_travels_letter_for_letter(target: str) -> None:
    with serving(lambda connection, nth: OK) as server:
        SocketTransport().send(get(server.url + target + "#kept-back"), seconds=60)
    line = server.requests[0][1].partition(b"\r\n")[0]
    assert line == f"GET {target} HTTP/1.1".encode()


def test_headers_that_come_twice_leave_twice_and_none_is_added() -> None:
    headers = (("Authorization", "Bearer a"), ("Authorization", "Bearer ü"))
    with serving(lambda connection, nth: OK) as server:
        host = server.url.removeprefix("http://")
        SocketTransport().send(Request(method="GET", url=server.url, headers=headers), seconds=60)
    assert server.requests[0][1].split(b"\r\n") == [
        b"GET / HTTP/1.1",
        f"Host: {host}".encode(),
        b"Authorization: Bearer a",
        "Authorization: Bearer ü".encode(),
        b"Accept-Encoding: identity",
        b"",
        b"",
    ]


def test_an_empty_post_says_that_it_is_empty() -> None:
    with serving(lambda connection, nth: OK) as server:
        SocketTransport().send(Request(method="POST", url=server.url), seconds=60)
    assert b"\r\nContent-Length: 0\r\n" in server.requests[0][1]


@given(st.text(), st.text())
def test_any_text_has_a_target_that_a_request_line_can_hold(path: str, query: str) -> None:
    url = f"https://h.example/{path}".partition("#")[0].partition("?")[0] + f"?q={query}"
    try:
        place, target = place_and_target(url)
    except ValueError:
        return  # such as a port that is no number, where a backslash ends the host
    assert place == ("https", "h.example", 443)
    assert re.fullmatch(r"/[\x21-\x7e]*", target)


@pytest.mark.parametrize("url", ["", "/x", "ftp://h/", "http://", "http://[::1", "http://h:x/"])
def test_what_is_no_address_cannot_be_asked_for(url: str) -> None:
    with pytest.raises(TransportError, match="cannot be asked for"):
        SocketTransport().send(get(url), seconds=60)


@pytest.mark.parametrize("value", ["a\r\nX-Planted: 1", "a\nb"])
def test_a_header_that_would_become_two_is_not_sent(value: str) -> None:
    request = Request(method="GET", url="", headers=(("X-A", value),))
    with (
        serving(lambda connection, nth: OK) as server,
        pytest.raises(TransportError, match="cannot be asked for"),
    ):
        SocketTransport().send(replace(request, url=server.url), seconds=60)
    assert server.requests == []


def test_nothing_that_listens_is_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError, match="nothing listens there"):
        SocketTransport().send(get(f"http://127.0.0.1:{port}/"), seconds=60)


def test_a_connection_is_kept() -> None:
    with serving(lambda connection, nth: OK) as server:
        transport = SocketTransport()
        for _ in range(3):
            transport.send(post(server.url), seconds=60)
    assert server.connections == [1, 1, 1]


@pytest.mark.parametrize(("keep", "connections"), [(True, [1, 1]), (False, [1, 2])])
def test_a_connection_with_a_refused_body_is_used_again_only_when_asked(
    keep: bool, connections: list[int]
) -> None:
    with serving(lambda connection, nth: REFUSED if nth == 1 else OK) as server:
        transport = SocketTransport()
        transport.send(post(server.url), seconds=60, keep=keep)
        transport.send(get(server.url), seconds=60)
    assert server.connections == connections


def test_a_kept_connection_that_the_server_closed_is_no_fault() -> None:
    with serving(lambda connection, nth: OK if nth == 1 else CLOSE) as server:
        transport = SocketTransport()
        transport.send(post(server.url), seconds=60)
        got = transport.send(post(server.url), seconds=60)
    assert got.status == 200
    assert server.connections == [1, 1, 2]


def test_a_connection_that_is_closed_after_its_answer_is_not_used_again() -> None:
    bye = OK.replace(b"Content-Length", b"Connection: close\r\nContent-Length")
    with serving(lambda connection, nth: bye) as server:
        transport = SocketTransport()
        for _ in range(2):
            transport.send(post(server.url), seconds=60)
    assert server.connections == [1, 2]


@pytest.mark.parametrize("request_of", [get, post])
def test_a_new_connection_that_breaks_off_is_not_tried_again(
    request_of: Callable[[str], Request],
) -> None:
    with serving(lambda connection, nth: CLOSE) as server:
        with pytest.raises(TransportError, match="broke off"):
            SocketTransport().send(request_of(server.url), seconds=60)
        assert server.hung_up.wait(60)
    assert server.connections == [1]


def test_an_answer_that_breaks_off_on_a_kept_connection_is_not_asked_for_again() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf"
    answers = {1: OK, 2: half, 3: CLOSE}

    with serving(lambda connection, nth: answers[nth]) as server:
        transport = SocketTransport()
        transport.send(post(server.url), seconds=60)
        with pytest.raises(TransportError):
            transport.send(post(server.url), seconds=0.5)
    assert server.connections == [1, 1]


def test_copies_at_once_travel_on_connections_of_their_own() -> None:
    line = threading.Barrier(4, timeout=60)

    def answer(connection: int, nth: int) -> bytes:
        line.wait()  # none is answered before all have come
        return OK

    with serving(answer) as server:
        transport = SocketTransport()
        for _ in range(2):
            got = transport.send_all([post(server.url)] * 4, seconds=60)
            assert [g.status for g in got if isinstance(g, Response)] == [200] * 4
    assert sorted(server.connections) == [1, 1, 2, 2, 3, 3, 4, 4]


def test_one_copy_that_fails_leaves_the_others_their_answers() -> None:
    with serving(lambda connection, nth: OK) as server:
        got = SocketTransport().send_all([get(server.url), get("ftp://x/")], seconds=60)
    assert isinstance(got[0], Response)
    assert isinstance(got[1], TransportError)


def test_headers_that_dribble_end_at_the_deadline_and_the_next_request_is_served() -> None:
    ended = threading.Event()

    with serving(lambda connection, nth: OK) as server:
        original = server.talk

        def dribble(peer: socket.socket, number: int) -> None:
            if number > 1:
                original(peer, number)
                return
            with peer:
                peer.recv(65536)
                try:
                    while not ended.wait(0.05):
                        peer.sendall(b"x")
                except OSError:
                    return

        server.talk = dribble  # type: ignore[method-assign]  # this one connection only
        transport = SocketTransport()
        with pytest.raises(TransportError, match=r"^timed out after 0\.3 s$"):
            transport.send(get(server.url), seconds=0.3)
        assert transport.send(get(server.url), seconds=60).status == 200
        ended.set()


def test_a_body_over_the_limit_is_cut_and_its_connection_left() -> None:
    big = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MOST_BYTES + 9)
    answers = {1: big + b"a" * (MOST_BYTES + 9), 2: OK}
    with serving(lambda connection, nth: answers[connection]) as server:
        transport = SocketTransport()
        got = transport.send(get(server.url), seconds=60)
        assert (got.truncated, len(got.body)) == (True, MOST_BYTES)
        assert transport.send(get(server.url), seconds=60).body == b"ok"


def test_a_stream_of_events_that_a_get_opened_is_read_to_its_headers() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n: hello\n"
    with serving(lambda connection, nth: endless if connection == 1 else OK) as server:
        transport = SocketTransport()
        got = transport.send(get(server.url), seconds=60)
        assert (got.status, got.media_type, got.body) == (200, "text/event-stream", b"")
        assert transport.send(get(server.url), seconds=60).body == b"ok"


def test_a_stream_of_events_that_stays_open_is_read_to_the_answer() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    other = b'data: {"jsonrpc": "2.0", "id": "s1", "method": "ping"}\n\n'
    mine = 'data: {"jsonrpc": "2.0", "id": 7, "result": {"text": "a\u2028b"}}\r\n\r\n'
    events = head + other + mine.encode()
    asked = Request(method="POST", url="http:", raw=b'{"jsonrpc": "2.0", "id": 7}')
    with serving(lambda connection, nth: events if connection == 1 else OK) as server:
        transport = SocketTransport()
        got = transport.send(replace(asked, url=server.url), seconds=60)
        assert got.body == other + mine.encode()
        assert read_message(got) == {"jsonrpc": "2.0", "id": 7, "result": {"text": "a\u2028b"}}
        assert transport.send(get(server.url), seconds=60).body == b"ok"


def test_each_event_of_a_long_stream_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def noting(request: Request, events: str) -> bool:
        looked.append(events)
        return is_answered(request, events)

    monkeypatch.setattr(connection, "is_answered", noting)
    type_and_coding = b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked"
    head = b"HTTP/1.1 200 OK\r\n" + type_and_coding + b"\r\n\r\n"
    others = [b'data: {"method": "ping"}' + end * 2 for end in (b"\n", b"\r", b"\r\n") * 50]
    cut = [b'data: {"method"', b': "ping"}\r\n\r', b"\n"]
    mine = b'data: {"jsonrpc": "2.0", "id": 7, "result": {}}\n\n'
    parts = [*others, *cut, mine]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    asked = Request(method="POST", url="http:", raw=b'{"jsonrpc": "2.0", "id": 7}')
    with serving(lambda _, nth: head + chunks) as server:
        got = SocketTransport().send(replace(asked, url=server.url), seconds=60)

    assert got.body == b"".join(parts)
    assert len(looked) > len(others)
    assert "".join(looked).encode() == got.body


def test_an_app_in_this_process_gets_the_same_target_and_header_bytes() -> None:
    seen: dict[str, object] = {}

    def app(environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return [b""]

    url = "http://localhost?next=/x/y&a=%2f"
    WsgiTransport(app).send(Request(method="GET", url=url, headers=(("X-A", "ü"),)), seconds=60)
    assert seen["PATH_INFO"] == "/"
    assert pairs_of(str(seen["QUERY_STRING"])) == (("next", "/x/y"), ("a", "/"))
    assert str(seen["HTTP_X_A"]).encode("latin-1") == "ü".encode()
