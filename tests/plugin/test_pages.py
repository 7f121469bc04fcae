"""The pages of the built-in plugin: forms are protected, and each protection can be taken off."""

from __future__ import annotations

from typing import Any

import pytest

from mockauth.plugin.config import ClientConfig, PluginConfig
from tests.plugin.tour import Tour, touring


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


@pytest.mark.parametrize("odd", ["\n", "\r\nX: y", "\t", "\0", "\x1f", "\x7f", " ", "\u2028", "ä"])
@pytest.mark.parametrize("policy", [{}, {"next_checked": False}])
def test_a_next_that_no_header_can_carry_is_refused(policy: dict[str, Any], odd: str) -> None:
    tour = touring(policy)
    page = tour.browser.get(tour.authorize().headers["Location"])

    assert tour.submit(page, next=f"/authorize?a={odd}").status_code == 400


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u061c", "\u200f", "\ufeff", "\U000e0041"])
def test_signs_that_turn_text_round_are_shown_on_the_pages(sign: str) -> None:
    shown = sign.encode("unicode_escape").decode()
    client = ClientConfig(id="mine", secret="a-secret", name=f"Ev{sign}il")
    tour = Tour(config=PluginConfig(clients=(client,)))
    login = tour.browser.get(tour.authorize(login_hint=f"a{sign}da").headers["Location"])
    consent = tour.browser.get(tour.submit(login).headers["Location"])
    refused = tour.authorize(scope=f"todos:{sign}", redirect_uri=f"https://a.example/{sign}")

    for page, text in ((login, f"a{shown}da"), (consent, f"Ev{shown}il"), (refused, "work")):
        html = page.get_data(as_text=True)
        visible = html.replace(f'name="next" value="{sign}"', "")
        assert text in visible
        assert sign not in visible
