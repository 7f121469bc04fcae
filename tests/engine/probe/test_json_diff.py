"""What two answers of the same data have in common, however they are sent."""

from __future__ import annotations

import pytest

from mockauth.engine.probe.json_diff import same_data, volatile
from mockauth.wire import Response
from mockauth.wire.rpc import read_message

DATA = b'{"jsonrpc": "2.0", "id": 7, "result": {"user": "ada"}}'
OTHER = DATA.replace(b"ada", b"grace")


def answer(kind: str, body: bytes) -> Response:
    return Response(status=200, headers=(("Content-Type", kind),), body=body)


def events(number: int, data: bytes) -> Response:
    return answer("text/event-stream", b"id: %d\ndata: %s\n\n" % (number, data))


def test_the_ids_of_events_are_no_data() -> None:
    assert volatile([events(1, DATA), events(2, DATA)]) == frozenset()


def test_an_event_that_no_blank_line_ends_is_no_message() -> None:
    assert read_message(answer("text/event-stream", b"data: " + DATA + b"\n")) == {}


@pytest.mark.parametrize(("data", "same"), [(DATA, True), (OTHER, False)])
def test_a_stream_of_events_is_compared_with_json_by_its_message(data: bytes, same: bool) -> None:
    assert same_data(events(1, DATA), answer("application/json", data), frozenset()) is same
