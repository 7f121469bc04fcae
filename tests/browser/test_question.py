"""Where a login stops, mockauth asks, and says the line of settings that answers it."""

from __future__ import annotations

import tomllib

import pytest
from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from mockauth.browser.override import Override, read_overrides
from mockauth.browser.question import glob_of
from mockauth.browser.session import Session
from mockauth.wire import Secret
from tests.browser.driver_table import drive, landed
from tests.browser.shapes.catalogue import BY_NAME
from tests.browser.test_told import CALLBACK, LOGIN, Site, form, told

REASONS = {
    "one-time-code": "one-time-code",
    "one-time-code-by-label": "one-time-code",
    "one-time-code-korean": "one-time-code",
    "one-time-code-german": "one-time-code",
    "security-question": "security-question",
    "security-question-arabic": "security-question",
    "approve-on-the-phone": "other-device",
    "password-expired-elsewhere": "new-password",
    "code-by-call": "one-time-code",
    "mail-link-after-the-name": "mail-link",
    "tenant-before-name-and-password": "needs-answer",
    "captcha-turnstile": "captcha",
    "captcha-recaptcha": "captcha",
    "captcha-hcaptcha": "captcha",
    "captcha-picture": "captcha",
    "sso-only-forms": "other-sign-in",
    "sso-only-link": "other-sign-in",
    "sso-only-korean": "other-sign-in",
    "sso-at-once": "other-sign-in",
    "passkey-only": "passkey",
    "qr-code-only": "other-device",
    "mail-link-only": "mail-link",
    "wrong-password": "login-again",
    "wrong-password-french": "login-again",
    "password-expired": "new-password",
    "password-expired-japanese": "new-password",
    "two-unlike-questions": "needs-answer",
    "spa-login": "needs-script",
    "spa-consent": "needs-script",
    "login-by-fetch": "needs-script",
    "token-made-by-script": "needs-script",
    "inputs-made-by-script": "needs-script",
    "action-set-by-script": "needs-script",
    "shadow-dom": "needs-script",
    "declarative-shadow-dom": "needs-script",
    "iframe": "needs-script",
    "srcdoc-iframe": "needs-script",
    "maintenance": "",
    "login-loses-the-request": "",
}
GUESSED = " (a guess: its words are not known)"
ANSWERS = {
    "one-time-code": ("*/login", "otp"),
    "one-time-code-korean": ("*/login", "otp"),
    "security-question": ("*/login", "otp"),
    "two-unlike-questions": ("*/login", "branch"),
}


@pytest.mark.parametrize("name", REASONS)
def test_each_page_that_needs_more_than_mockauth_has_is_told_apart(name: str) -> None:
    user = "ada@example.com" if name == "mail-link-only" else "ada"
    landing = drive(BY_NAME[name], "allow", user=user)

    assert landing.reason == REASONS[name]
    assert (landing.outcome == "stuck") is bool(REASONS[name])
    assert (landing.question is not None) is bool(REASONS[name])


@pytest.mark.parametrize("name", ANSWERS)
def test_the_line_of_a_question_is_toml_and_its_answer_goes_on(name: str) -> None:
    shape = BY_NAME[name]
    asked = drive(shape, "allow").question
    assert asked is not None
    table = tomllib.loads(asked.line)["login"]
    [found] = read_overrides(table, "mockauth.toml", {"CODE": "480112", "ANSWER": "480112"})
    url, field = ANSWERS[name]
    value = Secret("480112") if name != "two-unlike-questions" else "42"

    assert (found.url, [key for key, _ in found.fields]) == (url, [field])
    answered = Override(url=url, fields=((field, value),))
    assert landed(drive(shape, "allow", overrides=(answered,))) == "code"


def test_of_buttons_that_all_refuse_one_is_asked_for_by_its_words() -> None:
    page = form(
        '<input type="hidden" name="answer" value="no"><button name="a" value="1">Flim</button>'
        '<button name="a" value="2">Flam</button>'
    )

    landing = Site(page).visit()

    assert landing.reason == "which-consents"
    assert landing.question is not None
    assert landing.question.text == "Which of [Flim · Flam] consents?"
    table = tomllib.loads(landing.question.line)
    assert table["login"]["page"][0]["url"] == "*/authorize"
    assert table["login"]["page"][0]["submit"] in ("Flim", "Flam")


def test_of_buttons_that_are_not_understood_one_is_asked_for_that_refuses() -> None:
    page = form("".join(f'<button name="a" value="{n}">{n} Xyz</button>' for n in "123"))

    landing = Site(form(LOGIN + "<button>Log in") + page).visit(decision="deny")
    asked = Site(page).visit(told(submit="1 Xyz"), decision="deny").question

    assert landing.no_deny
    assert asked is None or asked.adds


@pytest.mark.parametrize(
    ("url", "glob"),
    [
        ("http://localhost:3000/", "*/"),
        ("http://localhost:3000", "*/"),
        ("http://localhost:3000/oauth/consent?state=x", "*/oauth/consent"),
        ("http://localhost:3000/interaction/V1StGXR8_Z5jdHi6B/confirm", "*/interaction/*/confirm"),
        ("http://localhost:3000/realms/todo/login-actions/authenticate", "*/realms/todo/login-actions/authenticate"),
        ("http://localhost/u/7/f0e1d2c3-b4a5-6789-8c1b-7f0e9a1d2c3b", "*/u/*/*"),
        ("http://localhost/a[b]", "*/a?b?"),
    ],
)  # fmt: skip
def test_the_glob_of_a_page_leaves_out_what_changes_each_time(url: str, glob: str) -> None:
    assert glob_of(url) == glob
    assert Override(url=glob).fits(url if url.count("/") > 2 else url + "/")


@pytest.mark.parametrize("refuses", ["1", "2"])
def test_what_was_pressed_and_guessed_is_told(refuses: str) -> None:
    app = Flask("two")

    @app.get("/authorize")
    def authorize() -> str:
        return form(
            '<button name="a" value="1">Flim</button><button name="a" value="2">Flam</button>'
        )

    @app.post("/go")
    def go() -> ResponseReturnValue:
        refused = request.form["a"] == refuses
        return redirect(f"{CALLBACK}?{'error=access_denied' if refused else 'code=c'}")

    site = Site("")
    site.app = app

    landing = site.visit()

    assert landing.params == (("code", "c"),)
    if landing.tried:
        assert landing.way == f"[Flam]{GUESSED}; before, [Flim] led elsewhere"
    else:
        assert landing.way == f"[Flim]{GUESSED}"


def test_the_buttons_of_the_login_are_told_too() -> None:
    landing = Site(form(f"{LOGIN}<button>로그인</button>")).visit()

    assert landing.way == "[로그인]"
    assert not landing.asked


def test_what_the_settings_say_is_told_as_such() -> None:
    landing = Site(form('<button name="answer" value="yes">Flam</button>')).visit(
        told(submit="Flam")
    )

    assert landing.way == "[Flam] (as the settings say)"
    assert landing.asked


def test_http_basic_is_answered_once_and_a_refusal_asks() -> None:
    app, sent = Flask("basic"), []

    @app.get("/authorize")
    def authorize() -> Response:
        sent.append(request.authorization)
        return Response("", 401, {"WWW-Authenticate": 'Negotiate, Basic realm="notes"'})

    site = Site("")
    site.app = app

    assert site.visit().reason == "http-basic"
    assert [one is not None for one in sent] == [False, True]


def test_a_token_endpoint_that_refuses_a_client_gets_no_password() -> None:
    app, sent = Flask("token"), []

    @app.get("/authorize")
    def authorize() -> Response:
        sent.append(request.authorization)
        wrong = '{"error": "invalid_client"}'
        headers = {"WWW-Authenticate": "Basic", "Content-Type": "application/json"}
        return Response(wrong, 401, headers)

    site = Site("")
    site.app = app

    assert site.visit().outcome == "error_page"
    assert sent == [None]


def test_a_session_knows_no_override_by_itself() -> None:
    assert Session.overrides == ()
