"""A trace that is written and read again is the same, whatever travelled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockauth.wire import Exchange, Request, Response
from mockauth.wire.secret import Secrets

TEXT = st.text(st.characters(), max_size=20)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST"]),
    url=TEXT,
    query=PAIRS,
    headers=PAIRS,
    params=PAIRS,
    encoding=st.sampled_from(["none", "form", "json"]),
    raw=st.none() | st.binary(max_size=20),
)
RESPONSES = st.builds(
    Response, status=st.integers(0, 999), headers=PAIRS, body=st.binary(), truncated=st.booleans()
)
EXCHANGES = st.builds(
    Exchange,
    flow=st.integers(0, 99),
    step=st.sampled_from(["token", "page", "callback"]),
    purpose=st.sampled_from(["ordinary", "altered"]),
    probe=TEXT,
    request=REQUESTS,
    response=st.none() | RESPONSES,
    error=TEXT,
    elapsed_ms=st.floats(0, 1e9),
)
HALF = st.text(st.characters(codec=None), max_size=12) | st.just("token-\ud800-token")


@given(HALF, HALF)
def test_half_characters_break_neither_requests_nor_secrets(name: str, value: str) -> None:
    for encoding in ("form", "json"):
        request = Request(
            method="POST", url="https://h.example/", params=((name, value),), encoding=encoding
        )
        assert isinstance(request.body, bytes)
    assert Request(method="GET", url="https://h.example/", query=((name, value),)).target
    secrets = Secrets()
    secrets.add(value, "access token")
    secrets.add_basic(name, value, "credentials")
    assert value not in secrets.scrub(f"a {value} b") or len(value) < 3


def test_json_that_names_half_a_character_is_read_with_a_replacement() -> None:
    response = Response(status=200, body=rb'{"access_token": "a\ud800b", "\udfff": ["\uDC00"]}')
    assert response.members == {"access_token": "a\ufffdb", "\ufffd": ["\ufffd"]}


def test_json_that_names_a_whole_pair_is_read_as_it_is() -> None:
    assert Response(status=200, body=rb'{"a": "\ud83d\ude00 \\ud800"}').members == {
        "a": "\U0001f600 \\ud800"
    }


@given(st.binary(), st.sampled_from(["utf-7", "undefined", "idna", "hex", "\0", "utf-16", "no"]))
def test_no_declared_charset_breaks_the_text(body: bytes, charset: str) -> None:
    headers = (("Content-Type", f"text/html; charset={charset}"),)
    Response(status=200, headers=headers, body=body).text.encode()
