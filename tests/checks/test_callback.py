"""The checks of the redirect to the callback, on traces made by hand."""

from __future__ import annotations

import pytest

from mockauth.checks import callback as checks
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.wire import Trace
from tests.traces import (
    CALLBACK,
    CODE,
    STATE,
    answer,
    authorize,
    callback,
    flow,
    judged,
    posted,
    redirect,
    trace,
)

GOOD = f"{CALLBACK}?code={CODE}&state={STATE}"
ON_SUCCESS = (
    checks.exact_uri, checks.code_once, checks.state_once_equal, checks.no_token_in_redirect,
    checks.code_long_enough, checks.code_charset, checks.redirect_no_store,
)  # fmt: skip
ON_ERROR = (
    checks.error_has_state, checks.error_no_code, checks.error_code_registered,
    checks.error_text_charset,
)  # fmt: skip
ODD_STATE = 'a=b&c%2Bd;"e f/'
CODES = [
    "Zk3vQ0xW9sLr2TnYb7UcE5pA",
    "aB8cD4eF6gH2iJ0kL5mN9oPq",
    "Qw7eRt1yUi3oPa5sDf9gHj2k",
    "Lz6xCv4bNm8qWe2rTy0uIo1p",
    "mN3bV7cX5zL9kJ1hG6fD8sAq",
]


@pytest.mark.parametrize("check", ON_SUCCESS, ids=lambda c: c.rule.id)
@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        f"{CALLBACK}?state={STATE}&code={CODE}",
        f"{GOOD}&iss=https%3A%2F%2Ftodo.example.com&session_state=x",
        f"{GOOD}#_=_",
        f"{GOOD}#",
        f"{CALLBACK}?&code={CODE}&state={STATE}&",
        f"{CALLBACK}?code=6f1ed002ab5f4f8e8c1b7f0e9a1d2c3b&state={STATE}",
    ],
    ids=[
        "plain",
        "other order",
        "more parameters",
        "neutralised",
        "empty fragment",
        "empty pairs",
        "UUID",
    ],
)
@pytest.mark.parametrize("status", [302, 303])
def test_a_legal_redirect_passes(check: Check, url: str, status: int) -> None:
    result = judged(check, flow(to=url, status=status))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize(
    ("check", "url", "state"),
    [
        (checks.exact_uri, f"{CALLBACK}/?code={CODE}&state={STATE}", "fail"),
        (checks.exact_uri, GOOD.replace("chat.openai.com", "CHAT.openai.com"), "fail"),
        (checks.exact_uri, GOOD.replace("https:", "http:"), "fail"),
        (checks.code_once, f"{GOOD}&code=another", "fail"),
        (checks.code_once, f"{CALLBACK}?code=&state={STATE}", "fail"),
        (checks.code_once, f"{CALLBACK}#code={CODE}&state={STATE}", "fail"),
        (checks.code_once, f"{CALLBACK}?state={STATE}", "fail"),
        (checks.state_once_equal, f"{CALLBACK}?code={CODE}", "fail"),
        (checks.state_once_equal, f"{GOOD}&state={STATE}", "fail"),
        (checks.state_once_equal, f"{CALLBACK}?code={CODE}&state=other", "fail"),
        (checks.state_once_equal, f"{CALLBACK}?code={CODE}#state={STATE}", "fail"),
        (checks.no_token_in_redirect, f"{GOOD}#access_token=x", "fail"),
        (checks.no_token_in_redirect, f"{GOOD}&id_token=x", "fail"),
        (checks.code_long_enough, f"{CALLBACK}?code=123456&state={STATE}", "fail"),
        (checks.code_long_enough, f"{CALLBACK}?code={'7' * 30}&state={STATE}", "fail"),
        (checks.code_charset, f"{CALLBACK}?code=%C3%A9%00x&state={STATE}", "warn"),
        (checks.fragment_neutralised, GOOD, "info"),
        (checks.fragment_neutralised, f"{GOOD}#a=b", "info"),
        (checks.fragment_neutralised, f"{GOOD}#_=_", "pass"),
        (checks.fragment_neutralised, f"{GOOD}#_", "pass"),
        (checks.fragment_neutralised, f"{GOOD}#", "pass"),
    ],
)
def test_a_redirect_is_judged(check: Check, url: str, state: State) -> None:
    assert judged(check, flow(to=url)).state == state


def test_a_form_post_to_the_callback_is_no_redirect() -> None:
    sent = {"method": "POST", "params": (("code", CODE), ("state", STATE))}
    record = trace(authorize(), callback(CALLBACK, sent=sent))
    assert judged(checks.exact_uri, record).state == "fail"
    assert judged(checks.code_once, record).state == "pass"


def test_what_a_307_sends_of_the_login_form_is_no_second_state() -> None:
    sent = {"method": "POST", "params": (("code", "123456"), ("state", STATE))}
    record = trace(authorize(), callback(GOOD, sent=sent))
    assert judged(checks.state_once_equal, record).state == "pass"
    assert judged(checks.code_once, record).state == "pass"


def test_a_code_behind_the_fragment_has_a_fix_of_its_own() -> None:
    result = judged(checks.code_once, flow(to=f"{CALLBACK}#code={CODE}&state={STATE}"))
    assert "query" in result.fix


def test_a_form_post_is_told_to_redirect_and_shows_what_arrived() -> None:
    sent = {"method": "POST", "params": (("code", CODE), ("state", STATE))}
    result = judged(checks.exact_uri, trace(authorize(), callback(CALLBACK, sent=sent)))
    assert "form_post" in result.fix
    assert "code, state" in result.actual
    assert "/authorize" in result.actual


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"{CALLBACK}/", "slash"),
        (CALLBACK.replace("plugin", "%70lugin"), "percent-encoding"),
        (CALLBACK.replace("chat.openai.com", "evil.example"), "settings"),
        (CALLBACK.replace("oauth", "OAuth"), "Append"),
    ],
)
def test_an_altered_callback_has_the_fix_of_its_cause(url: str, word: str) -> None:
    result = judged(checks.exact_uri, flow(to=f"{url}?code={CODE}&state={STATE}"))
    assert result.state == "fail"
    assert word in result.fix


def test_a_state_with_odd_characters_is_equal_after_decoding() -> None:
    url = f"{CALLBACK}?code={CODE}&state=a%3Db%26c%252Bd%3B%22e%20f%2F"
    record = trace(authorize(state=ODD_STATE), callback(url))
    assert judged(checks.state_once_equal, record).state == "pass"
    plus = url.replace("%20", "+")
    assert (
        judged(checks.state_once_equal, trace(authorize(state=ODD_STATE), callback(plus))).state
        == "pass"
    )


@pytest.mark.parametrize("check", ON_ERROR, ids=lambda c: c.rule.id)
def test_a_legal_error_redirect_passes(check: Check) -> None:
    url = f"{CALLBACK}?error=access_denied&error_description=The+user+said+no&state={STATE}&hint=x"
    assert judged(check, flow(to=url)).state == "pass"
    assert judged(check, flow()).state == "n/a"


@pytest.mark.parametrize(
    ("check", "query", "state"),
    [
        (checks.error_has_state, "error=access_denied", "fail"),
        (checks.error_no_code, f"error=access_denied&code={CODE}&state={STATE}", "fail"),
        (checks.error_code_registered, f"error=denied&state={STATE}", "fail"),
        (checks.error_code_registered, f"error=&state={STATE}", "fail"),
        (checks.error_text_charset, "error=access_denied&error_description=a%0Ab", "fail"),
        (checks.error_text_charset, "error=access_denied&error_description=%22x%22", "warn"),
    ],
)
def test_an_error_redirect_is_judged(check: Check, query: str, state: State) -> None:
    assert judged(check, flow(to=f"{CALLBACK}?{query}")).state == state


def test_an_error_to_a_request_without_state_needs_none() -> None:
    plain = authorize()
    bare = authorize(
        flow=2, purpose="altered", request=type(plain.request)(method="GET", url="https://x/a")
    )
    error = callback(f"{CALLBACK}?error=invalid_request", flow=2, purpose="altered")
    assert judged(checks.error_has_state, trace(bare, error)).state == "pass"


def codes(*values: str) -> Trace:
    """A login for each code."""
    made = [
        e
        for n, value in enumerate(values, 1)
        for e in (authorize(flow=n), callback(f"{CALLBACK}?code={value}&state={STATE}", flow=n))
    ]
    return trace(*made)


def test_random_codes_pass_and_counted_ones_do_not() -> None:
    assert judged(checks.code_random, codes(*CODES)).state == "pass"
    counted = [f"{'x' * 28}{n:04}" for n in range(1001, 1007)]
    assert judged(checks.code_random, codes(*counted)).state == "fail"
    assert judged(checks.code_random, codes(*CODES[:4])).state == "blocked"


def test_a_code_that_comes_twice_is_found() -> None:
    assert judged(checks.code_unique, codes(*CODES)).state == "pass"
    assert judged(checks.code_unique, codes(CODES[0], CODES[0])).state == "fail"
    assert judged(checks.code_unique, codes(CODES[0])).state == "blocked"


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ((("cache-control", "private, No-Store, max-age=0"),), "pass"),
        ((("Cache-Control", "private"), ("Cache-Control", "no-store")), "pass"),
        ((("Cache-Control", "no-cache"),), "warn"),
        ((("Cache-Control", 'x="no-store-please"'),), "warn"),
        ((), "warn"),
    ],
)
def test_the_answer_before_the_callback_is_what_must_not_be_stored(
    headers: tuple[tuple[str, str], ...], state: State
) -> None:
    sent = posted(answer(302, (("Location", GOOD), *headers)))
    record = trace(authorize(), sent, callback(GOOD))
    assert judged(checks.redirect_no_store, record).state == state
    assert judged(checks.redirect_no_store, trace(callback(GOOD))).state == "blocked"


@pytest.mark.parametrize("check", ON_SUCCESS, ids=lambda c: c.rule.id)
def test_nothing_seen_is_blocked(check: Check) -> None:
    assert judged(check, trace()).state == "blocked"
    assert judged(check, trace(authorize(), posted(redirect("/again")))).state == "blocked"
