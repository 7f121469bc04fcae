"""What is kept of what travelled, and how it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.secret import Secrets

HALF = st.text(st.characters(codec=None), max_size=12) | st.just("token-\ud800-token")


def test_a_body_is_cut_between_two_words_and_its_hash_is_that_of_all_of_it() -> None:
    body = b'{"access_token": "' + b"a" * 5000 + b'"}'
    response = Response(status=200, headers=(("A", "b" * 100), ("B", "c")), body=body)

    cut = response.cut(4096, 50)

    assert cut.body == b'{"access_token": "'
    assert cut.headers == ()
    assert (cut.sha256, cut.characters) == (response.sha256, response.characters)
    assert cut.cut(10, 50).sha256 == response.sha256


@given(st.binary(max_size=300), st.integers(0, 300))
def test_what_is_kept_of_a_body_is_its_beginning(body: bytes, most: int) -> None:
    cut = Response(status=200, body=body).cut(most, 0)

    assert body.startswith(cut.body)
    assert len(cut.body) <= max(most, 0)
    assert cut.body == body or cut.whole is not None


def test_a_trace_has_room_for_eight_mebibytes_and_keeps_a_little_of_the_rest() -> None:
    trace = Trace()
    for _ in range(30):
        body = b"word " * 180_000
        request = Request(method="GET", url="http://h.example/")
        made = trace.add(
            Exchange(step="api", request=request, response=Response(status=200, body=body))
        )
        assert made.answer.body == body

    sizes = [len(exchange.answer.body) for exchange in trace]
    assert sizes[:9] == [900_000] * 9
    assert set(sizes[10:]) == {4095}
    assert {exchange.answer.characters for exchange in trace} == {900_000}


@pytest.mark.parametrize(
    "body",
    [b"[" * 101 + b"]" * 101, b"[" * 10**6, b"[" + b"0," * 100_001 + b"0]", b"9" * 10**5],
    ids=["deep", "very deep", "many", "long number"],
)
def test_json_that_nobody_could_use_is_none(body: bytes) -> None:
    assert Response(status=200, body=body).json() is None


def test_json_of_a_hundred_levels_and_of_all_characters_that_chatgpt_takes_is_read() -> None:
    assert Response(status=200, body=b"[" * 100 + b"]" * 100).json() is not None
    assert Response(status=200, body=b"[" + b"0," * 49_998 + b"0]").json() == [0] * 49_999


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
    if len(value) >= 3:
        assert secrets.scrub(f"a {value} b").startswith("a ‹access token 1")


def test_json_that_names_half_a_character_is_read_with_a_replacement() -> None:
    response = Response(status=200, body=rb'{"access_token": "a\ud800b", "\udfff": ["\uDC00"]}')
    assert response.members == {"access_token": "a\ufffdb", "\ufffd": ["\ufffd"]}


def test_json_that_names_a_whole_pair_is_read_as_it_is() -> None:
    assert Response(status=200, body=rb'{"a": "\ud83d\ude00 \\ud800"}').members == {
        "a": "\U0001f600 \\ud800"
    }


@given(
    st.binary(),
    st.sampled_from(["utf-7", "undefined", "idna", "hex", "\0", "utf-16", "no"])
    | st.sampled_from(["punycode", "unicode-escape"]),
)
def test_no_declared_charset_breaks_the_text(body: bytes, charset: str) -> None:
    headers = (("Content-Type", f"text/html; charset={charset}"),)
    Response(status=200, headers=headers, body=body).text.encode()


def test_a_charset_that_takes_quadratic_time_is_none() -> None:
    headers = (("Content-Type", "text/html; charset=PunyCode"),)
    text = Response(status=200, headers=headers, body=b"a" * 10**6 + b"-" + b"b" * 10**6).text
    assert text == "a" * 10**6 + "-" + "b" * 10**6


@pytest.mark.parametrize(
    ("body", "members"),
    [(b'{"id": 7}', {"id": 7}), (b"[7]", {}), (b"", {}), (b'{"id": ', {})],
)
def test_the_members_of_a_request_are_those_of_its_json_object(
    body: bytes, members: dict[str, int]
) -> None:
    assert Request(method="POST", url="https://h.example/", raw=body).members == members
