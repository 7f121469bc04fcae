"""What stops every browser on the login pages, told once and by its cause."""

from __future__ import annotations

from typing import Any

import pytest

from mockauth.checks import obstacle as checks
from mockauth.checks.authorize import request_accepted
from mockauth.checks.page import form_action
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.wire import Trace
from tests.traces import CALLBACK, HTML, PAGE, STATE, answer, authorize, flow, judged, trace

ROWS = (
    checks.cookies_kept, checks.form_can_be_sent, checks.policy_allows_login,
    checks.consent_reaches_callback, checks.works_without_script,
)  # fmt: skip
COOKIE = (*HTML, ("Set-Cookie", "sid=4f1c; SameSite=Lax"))
CSP = "Content-Security-Policy"
SHOWN = trace(authorize())
"""A login page, and no more."""
DROPPED = (("sid", "SameSite=None without Secure"),)


def with_policy(policy: str) -> Trace:
    return flow(page=answer(200, (*COOKIE, (CSP, policy)), PAGE))


@pytest.mark.parametrize("check", ROWS, ids=lambda c: c.rule.id)
def test_pages_that_work_in_browsers_pass(check: Check) -> None:
    result = judged(check, flow(page=answer(200, COOKIE, PAGE)))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize("check", ROWS, ids=lambda c: c.rule.id)
def test_a_login_that_came_to_no_code_blocks(check: Check) -> None:
    refused = flow(to=f"{CALLBACK}?error=invalid_scope&state={STATE}")
    assert judged(check, SHOWN).state == "blocked"
    assert judged(check, refused).state == "blocked"


@pytest.mark.parametrize(
    ("check", "record", "why", "states"),
    [
        (checks.cookies_kept, SHOWN, {"dropped": DROPPED}, "fail"),
        (checks.form_can_be_sent, SHOWN, {"unsendable": "type=email"}, "fail"),
        (checks.policy_allows_login, flow(), {"stopped_by": "script-src"}, "fail"),
        (checks.policy_allows_login, with_policy("sandbox"), {"stopped_by": "sandbox"}, "fail"),
        (checks.consent_reaches_callback, flow(), {"stopped_by": "Turbo"}, "fail"),
        (checks.works_without_script, SHOWN, {"stuck_for": "needs-script"}, "info"),
        (checks.works_without_script, SHOWN, {"stuck_for": "captcha", "stuck": "x"}, "blocked"),
    ],
)
def test_each_cause_has_its_own_row(
    check: Check, record: Trace, why: dict[str, Any], states: State
) -> None:
    assert judged(check, record, **why).state == states


@pytest.mark.parametrize(
    ("why", "row"),
    [
        ({"dropped": DROPPED}, checks.cookies_kept),
        ({"unsendable": "type=email", "stuck": "x"}, checks.form_can_be_sent),
        ({"stopped_by": "default-src"}, checks.policy_allows_login),
        ({"stopped_by": "htmx"}, checks.consent_reaches_callback),
    ],
)
def test_the_request_is_not_blamed_for_it(why: dict[str, Any], row: Check) -> None:
    result = judged(request_accepted, flow(), **why)
    assert result.state == "blocked"
    assert row.rule.id in result.actual
    told = [check for check in ROWS if judged(check, flow(), **why).state == "fail"]
    assert told == [row]


def test_a_form_action_that_stops_the_redirect_as_well_is_told_once() -> None:
    record = with_policy("form-action 'none'")
    assert judged(form_action, record).state == "fail"
    assert judged(checks.policy_allows_login, record, stopped_by="form-action").state == "n/a"


def test_the_policy_that_stops_the_page_is_shown() -> None:
    record = with_policy("default-src 'none'; frame-ancestors 'none'")
    result = judged(checks.policy_allows_login, record, stopped_by="default-src")
    assert "default-src 'none'" in result.actual
    assert "/authorize" in result.at


def test_the_dropped_cookies_are_named_with_their_reason() -> None:
    result = judged(checks.cookies_kept, SHOWN, dropped=DROPPED)
    assert "sid: SameSite=None without Secure" in result.actual


def test_a_login_without_cookies_has_none_to_keep() -> None:
    assert judged(checks.cookies_kept, flow()).state == "n/a"


def test_a_script_that_may_know_its_own_way_on_is_not_judged() -> None:
    script = (
        b"<script>f.addEventListener('submit', async e => { e.preventDefault(); const got = await "
        b"fetch(f.action, {method: 'POST'}); location.href = (await got.json()).to })</script>"
    )
    record = flow(page=answer(200, COOKIE, PAGE + script))
    assert judged(checks.consent_reaches_callback, record).state == "blocked"
    assert judged(request_accepted, record).state == "pass"
