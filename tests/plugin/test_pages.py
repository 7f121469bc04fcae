"""The pages of the built-in plugin: forms are protected, and each protection can be taken off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.tour import touring


def consent(policy: dict[str, Any], *, token: bool, cookie: bool) -> int:
    """How a consent form ends that lacks its hidden token, its cookie, or both."""
    tour = touring(policy)
    page = tour.submit(tour.browser.get(tour.authorize().headers["Location"]))
    page = tour.browser.get(page.headers["Location"])
    if not cookie:
        tour.browser.delete_cookie("mockauth_session")
    dropped: dict[str, Any] = {} if token else {"csrf_token": None}
    return tour.submit(page, **dropped).status_code


@pytest.mark.parametrize(
    ("policy", "token", "cookie", "status"),
    [
        ({}, True, True, 303),
        ({}, False, True, 400),
        ({}, False, False, 400),
        ({}, True, False, 400),
        ({"consent_csrf": False}, False, True, 303),
        ({"consent_csrf": False}, False, False, 303),
    ],
)
def test_a_consent_form_counts_with_its_token_and_its_cookie(
    policy: dict[str, Any], token: bool, cookie: bool, status: int
) -> None:
    assert consent(policy, token=token, cookie=cookie) == status


@pytest.mark.parametrize(("policy", "status"), [({}, 400), ({"login_csrf": False}, 303)])
def test_a_login_form_counts_with_its_token_and_its_cookie(
    policy: dict[str, Any], status: int
) -> None:
    tour = touring(policy)
    page = tour.browser.get(tour.authorize().headers["Location"])
    tour.browser.delete_cookie("mockauth_session")

    assert tour.submit(page, csrf_token=None).status_code == status


@pytest.mark.parametrize(
    ("policy", "expected"), [({}, None), ({"next_checked": False}, "https://attacker.example/")]
)
def test_the_login_page_leads_only_back_to_authorize(
    policy: dict[str, Any], expected: str | None
) -> None:
    tour = touring(policy)
    page = tour.browser.get("/login?next=https://attacker.example/")

    assert tour.submit(page).headers.get("Location") == expected


def test_consent_is_asked_each_time_unless_it_is_remembered() -> None:
    asking, silent = touring(), touring({"consent_remembered": True})
    asking.land()
    silent.land()

    assert b"Allow access?" in asking.authorize().data
    assert "code=" in silent.authorize().headers["Location"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [({}, "SameSite=Lax"), ({"cookie_samesite": "None"}, "SameSite=None")],
)
def test_the_session_cookie_names_its_site_rule(policy: dict[str, Any], expected: str) -> None:
    tour = touring(policy)
    page = tour.browser.get(tour.authorize().headers["Location"])

    assert expected in page.headers["Set-Cookie"]


def test_the_session_cookie_may_lack_a_site_rule() -> None:
    tour = touring({"cookie_samesite": "absent"})

    page = tour.browser.get(tour.authorize().headers["Location"])
    assert "SameSite" not in page.headers["Set-Cookie"]


def test_a_login_hint_fills_in_the_user_name() -> None:
    tour = touring()
    page = tour.browser.get(tour.authorize(login_hint='gr"ace').headers["Location"])

    assert 'value="gr&#34;ace"' in page.get_data(as_text=True)


def test_a_refusal_goes_back_to_chatgpt() -> None:
    assert "error=access_denied" in touring().land(deciding="deny").headers["Location"]
    assert touring({"deny_reported": False}).land(deciding="deny").status_code == 403
