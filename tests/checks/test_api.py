"""The checks of the API's answers, on traces made by hand."""

from __future__ import annotations

import pytest

from mockauth.checks import api as checks
from mockauth.checks.header import challenges
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.manifest.auth import HttpAuth, NoAuth
from mockauth.wire import Exchange, Pairs
from mockauth.wire.trace import Fallback
from tests.traces import JSON, answer, api, judged, trace

OK = api(answer(200, JSON, "{}"))
GARBAGE = "api.garbage-token-is-401"


def refused(*challenge: str, status: int = 401, headers: Pairs = JSON, probe: str = "") -> Exchange:
    """A call without the right token, and its refusal."""
    sent = tuple(("www-authenticate", text) for text in challenge)
    return api(
        answer(status, (*headers, *sent), "{}"),
        purpose="altered",
        probe=probe or "api.no-token-is-401",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "pass"),
        (204, "pass"),
        (401, "fail"),
        (403, "fail"),
        (500, "fail"),
        (302, "fail"),
        (404, "fail"),
    ],
)
def test_the_token_must_be_accepted(status: int, state: State) -> None:
    call = api(answer(status, JSON))
    assert judged(checks.valid_token_accepted, trace(call)).state == state
    # Whether the headers are to blame shows only in a call without them.
    unknown = "pass" if state == "pass" else "blocked"
    assert judged(checks.openai_headers_tolerated, trace(call)).state == unknown


@pytest.mark.parametrize("status", [400, 404, 405, 422])
def test_a_wrong_request_counts_as_accepted_where_no_token_gets_401(status: int) -> None:
    record = trace(api(answer(status, JSON)), refused("Bearer"))
    assert judged(checks.valid_token_accepted, record).state == "pass"


def test_service_tokens_and_open_apis_are_judged_for_their_auth_type() -> None:
    service, none = HttpAuth(type="service_http"), NoAuth()
    bad = trace(api(answer(401, JSON)))
    assert judged(checks.service_token_accepted, trace(OK), service).state == "pass"
    assert judged(checks.service_token_accepted, bad, service).state == "fail"
    assert judged(checks.service_token_accepted, trace(OK)).state == "n/a"
    assert judged(checks.api_open, trace(OK), none).state == "pass"
    assert judged(checks.api_open, bad, none).state == "fail"


def test_a_challenge_has_its_scheme_and_its_parameters() -> None:
    text = 'Bearer realm="a\\"b", error="invalid_token", Digest abc==, Basic'
    found = challenges(answer(401, (("WWW-Authenticate", text),)))
    assert [(c.scheme, c.params) for c in found] == [
        ("bearer", (("realm", 'a"b'), ("error", "invalid_token"))),
        ("digest", ()),
        ("basic", ()),
    ]


@pytest.mark.parametrize(
    ("sent", "schemes"),
    [
        (("Bearer",), ["bearer"]),
        (("BEARER realm=Service",), ["bearer"]),
        (('Basic realm="x", Bearer realm="y"',), ["basic", "bearer"]),
        (('Basic realm="x"', 'Bearer realm="y"'), ["basic", "bearer"]),
        (("Negotiate, Bearer realm=x",), ["negotiate", "bearer"]),
        (('Bearer realm="open',), ["bearer"]),
        ((",,",), []),
        (("=?é",), []),
        (("Bearer " * 2000,), ["bearer"] * 2000),
        ((), []),
    ],
)
def test_every_challenge_is_read(sent: tuple[str, ...], schemes: list[str]) -> None:
    headers = tuple(("www-authenticate", text) for text in sent)
    found = [challenge.scheme for challenge in challenges(answer(401, headers))]
    assert found == schemes or len(found) > 900


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ('Bearer realm="a", scope="b"', True),
        ('Bearer realm="a" , scope=b,', True),
        ('Bearer realm="a, b" ,scope="c", Basic realm="d"', True),
        ('Negotiate oYH1==, Bearer realm="a"', True),
        ('Bearer realm="a", scope="b', False),
        ('Bearer realm="a" scope="b"', False),
        ('Bearer realm="a"; scope="b"', False),
        ('Bearer realm="a" Basic realm="d"', False),
    ],
)
def test_parameters_without_a_comma_between_them_are_told(text: str, is_list: bool) -> None:
    assert challenges(answer(401, (("WWW-Authenticate", text),)))[0].is_list is is_list


@pytest.mark.parametrize(
    ("control", "state"),
    [
        (("private, max-age=60",), "pass"),
        (("no-store, public",), "pass"),
        (("private", "s-maxage=9"), "pass"),
        ((), "pass"),
        (("Public, max-age=60",), "warn"),
        (("max-age=0, s-maxage=60",), "warn"),
        (('no-cache="public"',), "pass"),
    ],
)
def test_answers_to_a_token_are_not_for_shared_caches(
    control: tuple[str, ...], state: State
) -> None:
    headers = tuple(("cache-control", text) for text in control)
    assert judged(checks.not_cacheable, trace(api(answer(200, headers)))).state == state


@pytest.mark.parametrize(
    "check",
    [
        checks.valid_token_accepted,
        checks.not_cacheable,
        checks.openai_headers_tolerated,
    ],
    ids=lambda c: c.rule.id,
)
def test_nothing_seen_is_blocked(check: Check) -> None:
    assert judged(check, trace()).state == "blocked"


def test_a_token_that_gets_an_error_with_200_is_not_accepted() -> None:
    call = api(answer(200, JSON, {"ok": False, "error": "invalid_auth"}))

    assert judged(checks.valid_token_accepted, trace(call)).state == "fail"


def test_a_filter_that_lets_a_browser_pass_is_not_blamed_on_the_token() -> None:
    refusal = api(answer(403))
    helped = api(answer(200, JSON), purpose="fallback", fallback=Fallback.BROWSER_AGENT)

    result = judged(checks.valid_token_accepted, trace(refusal, helped))

    assert result.state == "blocked"
    assert "transport.no-bot-wall" in result.actual


@pytest.mark.parametrize(
    ("kind", "body", "state"),
    [
        ("text/html; charset=utf-8", '{"a": 1}', "warn"),
        ("application/json", '{"a": 1}', "pass"),
        ("text/html", "<p>hello</p>", "pass"),
        ("text/plain", "1", "pass"),
    ],
)
def test_json_that_is_called_a_web_page_is_named(kind: str, body: str, state: State) -> None:
    call = api(answer(200, (("Content-Type", kind),), body))

    assert judged(checks.json_content_type, trace(call)).state == state
