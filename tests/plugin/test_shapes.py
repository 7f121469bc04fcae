"""Every kind of page that a sign-in can show: what `check` makes of it, and what a person does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from mockauth.errors import UsageError
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.login_name import Login
from mockauth.plugin.oauth.shape import ONE_TIME_CODE, PICTURE_SAYS, SHAPES
from mockauth.testing import config_of, served_plugin
from tests.conftest import Checked
from tests.plugin.tour import CALLBACK, Tour

SIGNS_IN: tuple[Login, ...] = (
    "auto", "login", "login_and_consent", "arabic", "consent_by_links", "consent_by_radios",
    "cookie_banner", "german", "hindi", "http_basic", "japanese", "korean", "spanish", "stay_signed_in",
    "two_steps",
)  # fmt: skip
ASKS: dict[Login, str] = {
    "captcha": "The letters in the picture",
    "consent_by_fetch": "script",
    "login_by_script": "script",
    "one_time_code": "code",
    "other_company": "accounts.google.com",
}
"""What mockauth cannot do for a person, and a word of what it asks then."""
BY_SCRIPT = ("consent_by_fetch", "login_by_script")
DOCS = Path(__file__).parents[2] / "docs" / "serve.md"


def test_each_name_has_its_pages_and_its_verdict_here() -> None:
    assert set(SHAPES) == set(get_args(Login))
    assert set(get_args(Login)) == {*SIGNS_IN, *ASKS}


def test_the_docs_say_what_each_shows() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DOCS.read_text("utf-8"), re.MULTILINE))
    shown = {name: shape.title for name, shape in SHAPES.items()}
    assert {name: told.get(name) for name in shown} == shown


@pytest.mark.circle
@pytest.mark.parametrize("name", SIGNS_IN)
def test_what_mockauth_can_drive_passes(name: Login, checked: Checked) -> None:
    run = checked(PluginConfig(login=name))

    assert run.stopped == ""
    assert [r.rule.id for r in run.results if r.state in ("fail", "error")] == []
    assert [r.rule.id for r in run.results if r.state == "blocked"] == []


@pytest.mark.circle
@pytest.mark.parametrize("name", ASKS)
def test_what_needs_a_person_is_blocked_with_the_question(name: Login, checked: Checked) -> None:
    run = checked(PluginConfig(login=name))

    assert ASKS[name].lower() in run.stopped.lower()
    assert [r.rule.id for r in run.results if r.state in ("fail", "warn", "error")] == []
    states = {r.rule.id: r.state for r in run.results}
    assert states["authorize.request-accepted"] == "blocked"
    assert states["page.works-without-script"] == ("info" if name in BY_SCRIPT else "blocked")


@pytest.mark.parametrize("name", SIGNS_IN)
def test_the_fixture_signs_in_and_refuses(name: Login) -> None:
    with served_plugin(login=name, redirect_uri=CALLBACK) as plugin:
        asked = (
            f"{plugin.authorize_url}?response_type=code&client_id={plugin.client.id}"
            f"&redirect_uri={CALLBACK}&state=s"
        )
        assert "code=" in plugin.sign_in(asked)
        if name not in ("auto", "login"):
            assert "error=access_denied" in plugin.sign_in(asked, decision="deny")


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    wrong: Any = {"login": "klingon"}
    with pytest.raises(UsageError, match="korean"):
        config_of(**wrong)


def test_a_one_time_code_is_asked_after_the_password_and_not_before() -> None:
    tour = Tour(config=PluginConfig(login="one_time_code"))
    first = tour.browser.get(tour.authorize().location)
    early = tour.browser.post("/login", data={**hidden(first.text), "code": ONE_TIME_CODE})
    assert 'name="password"' in early.text
    second = tour.submit(early)
    wrong = tour.browser.post("/login", data={**hidden(second.text), "code": "000000"})
    assert 'name="password"' in wrong.text
    third = tour.submit(wrong)
    right = tour.browser.post("/login", data={**hidden(third.text), "code": ONE_TIME_CODE})
    assert right.location.startswith("/authorize?")


def test_the_second_page_of_two_steps_wants_the_password_of_the_first_ones_name() -> None:
    tour = Tour(config=PluginConfig(login="two_steps"))
    first = tour.browser.get(tour.authorize().location)
    second = tour.browser.post("/login", data={**hidden(first.text), "username": "ada"})
    grace = tour.config.users[1].password
    wrong = tour.browser.post("/login", data={**hidden(second.text), "password": grace})
    assert "Wrong" in wrong.text
    assert 'name="username"' in wrong.text


def test_the_captcha_wants_what_the_picture_says() -> None:
    tour = Tour(config=PluginConfig(login="captcha"))
    page = tour.browser.get(tour.authorize().location)
    assert tour.submit(page).status_code == 200
    assert PICTURE_SAYS in page.text
    answered = tour.submit(tour.browser.get("/login?next=/authorize?x"), captcha=PICTURE_SAYS)
    assert answered.status_code == 303


def test_the_browsers_own_dialog_signs_in() -> None:
    tour = Tour(config=PluginConfig(login="http_basic"))
    asked = tour.authorize()
    assert asked.status_code == 401
    assert asked.headers["WWW-Authenticate"].startswith("Basic ")
    ada = tour.config.users[0]
    known = tour.browser.get(asked.request.url, auth=(ada.name, ada.password))
    assert "Allow access?" in known.text
    assert tour.browser.get(asked.request.url, auth=(ada.name, "wrong")).status_code == 200
    stranger = Tour(app=tour.app).browser
    assert stranger.get(asked.request.url, auth=(ada.name, "wrong")).status_code == 401


def test_a_script_is_told_where_the_callback_is() -> None:
    tour = Tour(config=PluginConfig(login="consent_by_fetch"))
    tour.submit(tour.browser.get(tour.authorize().location))
    page = tour.authorize()
    token = re.search(r'csrf_token: "([^"]+)"', page.text)
    path = re.search(r'fetch\("([^"]+)"', page.text)
    assert token
    assert path
    answer = tour.browser.post(
        path[1].encode().decode("unicode_escape"),
        data={"csrf_token": token[1], "decision": "allow"},
        headers={"Accept": "application/json"},
    )
    assert answer.get_json()["redirect"].startswith(f"{CALLBACK}?code=")
    assert "script-src 'unsafe-inline'" in page.headers["Content-Security-Policy"]


def test_only_the_links_consent_by_get_and_only_with_the_token() -> None:
    buttons = Tour()
    buttons.submit(buttons.browser.get(buttons.authorize().location))
    assert buttons.browser.get("/consent?decision=allow").status_code == 405
    links = Tour(config=PluginConfig(login="consent_by_links"))
    links.submit(links.browser.get(links.authorize().location))
    assert links.browser.get("/consent?decision=allow").status_code == 400


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the first form."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
