"""The checks of the authorize endpoint, on traces made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockauth.checks import authorize as checks
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.wire import Response, Trace
from mockauth.wire.trace import Fallback
from tests.traces import (
    CALLBACK,
    HTML,
    JSON,
    OAUTH,
    PAGE,
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

EVERY = (checks.request_accepted, checks.login_before_code, checks.optional_for_secret_client)


def helped(by: Fallback, error: str = "invalid_request") -> Trace:
    """A refusal, and the second try that worked."""
    url = f"{CALLBACK}?error={error}&state={STATE}"
    again = callback(flow=2, purpose="fallback", fallback=by)
    return trace(authorize(redirect(url)), callback(url), again)


@pytest.mark.parametrize("check", EVERY, ids=lambda c: c.rule.id)
def test_an_ordinary_login_passes(check: Check) -> None:
    assert judged(check, flow()).state == "pass"
    assert judged(check, trace()).state == "blocked"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (helped(Fallback.PKCE), "sends no challenge"),
        (helped(Fallback.NO_SCOPE, "invalid_scope"), "scope"),
        (helped(Fallback.CALLBACK_SLASH), "without a slash"),
        (trace(authorize(answer(405, HTML))), "swapped"),
        (
            trace(
                authorize(
                    answer(
                        400,
                        JSON,
                        {"error": "invalid_request", "error_description": "grant_type is missing"},
                    )
                )
            ),
            "swapped",
        ),
        (trace(authorize(answer(404, HTML))), "authorize endpoint"),
        (trace(authorize(answer(400, HTML, "redirect_uri mismatch"))), CALLBACK),
        (trace(authorize(answer(500, HTML))), CALLBACK),
    ],
    ids=["PKCE", "scope", "slash", "405", "grant_type", "404", "redirect_uri", "500"],
)
def test_a_refused_request_names_the_mistake(record: Trace, words: str) -> None:
    result = judged(checks.request_accepted, record)
    assert result.state == "fail"
    assert words in result.fix
    assert result.rule.chatgpt_shows


def test_a_refused_empty_scope_is_named_as_such() -> None:
    record = helped(Fallback.NO_SCOPE, "invalid_scope")
    empty = judged(checks.request_accepted, record, replace(OAUTH, scope=""))
    assert "treat an empty scope like none" in empty.fix
    alone = f"{CALLBACK}?error=invalid_scope&state={STATE}"
    same = judged(checks.request_accepted, flow(to=alone), replace(OAUTH, scope=""))
    assert "treat an empty scope like none" in same.fix


def test_a_demanded_challenge_fails_and_another_refusal_is_not_blamed_on_pkce() -> None:
    pkce = checks.optional_for_secret_client
    assert judged(pkce, helped(Fallback.PKCE)).state == "fail"
    assert judged(pkce, helped(Fallback.NO_SCOPE)).state == "blocked"
    assert judged(pkce, trace(authorize(answer(500)))).state == "blocked"


@pytest.mark.parametrize(
    ("page", "state"),
    [(answer(200, HTML, PAGE), "pass"), (redirect(), "warn")],
)
def test_a_code_without_a_person_is_found(page: Response, state: State) -> None:
    assert judged(checks.login_before_code, trace(authorize(page), callback())).state == state


def test_an_endpoint_with_a_query_of_its_own_must_work_too() -> None:
    own = replace(OAUTH, client_url=f"{OAUTH.client_url}?tenant=7")
    assert judged(checks.own_query_kept, flow(), own).state == "pass"
    assert judged(checks.own_query_kept, trace(authorize(answer(400))), own).state == "fail"
    assert judged(checks.own_query_kept, flow()).state == "n/a"


@pytest.mark.parametrize(("page", "state"), [(True, "pass"), (False, "warn")])
def test_where_pkce_is_demanded_the_login_with_it_tells_whether_a_page_came_first(
    page: bool, state: State
) -> None:
    refused = f"{CALLBACK}?error=invalid_request&state={STATE}"
    again: dict[str, Any] = {"flow": 2, "purpose": "fallback", "fallback": Fallback.PKCE}
    shown = authorize(answer(200, HTML, PAGE) if page else redirect(), **again)
    record = trace(authorize(redirect(refused)), callback(refused), shown, callback(**again))

    assert judged(checks.login_before_code, record).state == state


def test_the_dialog_of_http_basic_is_a_login_before_the_code() -> None:
    asked = answer(401, (("WWW-Authenticate", 'Basic realm="notes"'),))
    record = trace(authorize(asked), posted(redirect()), callback())

    assert judged(checks.login_before_code, record).state == "pass"


def test_a_callback_whose_way_was_not_recorded_is_not_judged_by_it() -> None:
    assert judged(checks.login_before_code, trace(callback())).state == "blocked"
