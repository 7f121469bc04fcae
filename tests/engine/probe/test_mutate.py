"""One mutation changes what it names, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockauth.engine.probe.mutate import mutate
from mockauth.scenario.model import Change
from mockauth.wire import Pairs, Request

AUTHORIZE = Request(
    method="GET",
    url="https://h.example/authorize?tenant=a",
    query=(("response_type", "code"), ("client_id", "c"), ("state", "s")),
    headers=(("User-Agent", "x"),),
)
TOKEN = Request(
    method="POST",
    url="https://h.example/token",
    params=(("grant_type", "authorization_code"), ("client_id", "c"), ("code", "k")),
    encoding="form",
)


def lookup(reference: str) -> str:
    return {"client.id": "id", "client.secret": "pw", "random": "r4nd"}[reference]


def changed(request: Request, change: Change) -> Request:
    return mutate(request, change, lookup)


def test_no_change_leaves_the_request_as_it_is() -> None:
    assert changed(AUTHORIZE, Change()) == AUTHORIZE
    assert changed(TOKEN, Change()) == TOKEN


def test_parameters_are_those_of_the_body_else_of_the_query() -> None:
    change = Change(set=(("client_id", "${random}"), ("new", "n")), remove=("code", "state"))
    assert changed(TOKEN, change).params == (
        ("grant_type", "authorization_code"),
        ("client_id", "r4nd"),
        ("new", "n"),
    )
    assert changed(AUTHORIZE, change).query == (
        ("response_type", "code"),
        ("client_id", "r4nd"),
        ("new", "n"),
    )


def test_credentials_on_a_request_without_body_leave_its_query_alone() -> None:
    made = changed(AUTHORIZE, Change(auth="post"))
    assert made.query == AUTHORIZE.query
    assert made.body == b"client_id=id&client_secret=pw"


def test_basic_credentials_on_a_request_without_body_are_a_header_only() -> None:
    made = changed(AUTHORIZE, Change(auth="basic"))
    assert (made.query, made.params, made.encoding) == (AUTHORIZE.query, (), "none")
    assert made.header("Authorization") == "Basic aWQ6cHc="


def test_credentials_of_a_token_request_are_replaced_before_it_is_altered() -> None:
    made = changed(TOKEN, Change(auth="post", set=(("client_secret", "wrong"),)))
    # As bytes: a client that is set to Basic must not move them out of the body again.
    assert made.body == b"grant_type=authorization_code&client_id=id&client_secret=wrong&code=k"


def test_encoding_query_moves_the_body_and_keeps_what_was_there() -> None:
    made = changed(TOKEN, Change(encoding="query", query=(("q", "1"),)))
    assert made.query == (*TOKEN.params, ("q", "1"))
    assert (made.params, made.body, made.method) == ((), b"", "POST")


def test_a_post_with_encoding_query_has_no_body() -> None:
    made = changed(AUTHORIZE, Change(method="POST", encoding="query"))
    assert (made.method, made.query, made.body) == ("POST", AUTHORIZE.query, b"")


def test_a_post_of_a_query_puts_it_into_a_form() -> None:
    made = changed(AUTHORIZE, Change(method="POST", query=(("q", "1"),)))
    assert (made.params, made.encoding) == (AUTHORIZE.query, "form")
    assert made.query == (("q", "1"),)
    assert made.target == "https://h.example/authorize?tenant=a&q=1"


def test_a_post_of_a_query_is_json_where_the_change_says_so() -> None:
    made = changed(AUTHORIZE, Change(method="POST", encoding="json"))
    assert made.body == b'{"response_type": "code", "client_id": "c", "state": "s"}'


def test_a_get_of_a_body_keeps_the_body() -> None:
    made = changed(TOKEN, Change(method="GET"))
    assert (made.method, made.params) == ("GET", TOKEN.params)


def test_headers_are_set_taken_away_and_altered() -> None:
    change = Change(headers=(("user-agent", None), ("X-A", "${random}")))
    assert changed(AUTHORIZE, change).headers == (("X-A", "r4nd"),)


def test_raw_takes_the_place_of_the_body() -> None:
    assert changed(TOKEN, Change(raw="{${random}")).body == b"{r4nd"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text()), max_size=6).map(tuple),
    st.sampled_from(["", "GET", "POST"]),
    st.sampled_from(["", "form", "json", "query"]),
)
def test_moving_parameters_loses_none(pairs: Pairs, method: str, encoding: str) -> None:
    change = Change(method=method, encoding=encoding)  # type: ignore[arg-type]  # sampled from them
    for request in (
        Request(method="GET", url="https://h.example/", query=pairs),
        Request(method="POST", url="https://h.example/", params=pairs, encoding="form"),
    ):
        made = changed(request, change)
        assert (*made.query, *made.params) == pairs
        assert made.body or not made.params


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text()), max_size=6).map(tuple))
def test_twice_and_reverse_keep_every_value(pairs: Pairs) -> None:
    request = Request(method="GET", url="https://h.example/", query=pairs)
    made = changed(request, Change(twice=(("a", "again"),), reverse=True))
    assert made.query == (("a", "again"), *pairs[::-1])
