"""Buttons whose words are unknown: one is tried, then another, and what was learned is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from mockauth.browser.choose import Effect
from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets
from tests.browser.shapes.shape import CALLBACK, PASSWORD, USER

FIELDS = '<input name="username"><input name="password" type="password">'
GUEST, ENTER = '<button name="act" value="a">Flim</button>', '<button name="act" value="b">Flam'
LOGINS = {"page": "<p>Xyz</p>", "again": "", "error": "error=login_required"}


@dataclass
class Server:
    """A login with two buttons of which one leads nowhere, and a consent page with two more."""

    login: str = f"{FIELDS}{GUEST}{ENTER}"
    signs_in: str = "b"
    wrong: str = "page"
    allows: str = "1"
    refused: str = "error=access_denied&state=s"
    """What comes back with a refusal; "" shows a page."""
    end: str = "code=c0de&state=s"
    at: str = "/login"
    known_to: dict[str, Effect] = field(default_factory=dict)
    passwords: int = 0

    def app(self) -> Flask:
        app = Flask("trial")
        app.add_url_rule("/authorize", "authorize", self.authorize)
        app.add_url_rule("/login", "login", self.logged_in, methods=["POST"])
        app.add_url_rule("/login/<key>", "login_at", self.logged_in, methods=["POST"])
        app.add_url_rule("/consent", "consent", self.consented, methods=["POST"])
        return app

    def authorize(self) -> str:
        return shown(f'<form method="post" action="{self.at}">{self.login}</form>')

    def logged_in(self, key: str = "") -> ResponseReturnValue:
        self.passwords += 1
        if request.form.get("act") == self.signs_in:
            buttons = "".join(
                f'<button name="a" value="{n}">{word}</button>'
                for n, word in (("1", "Qux"), ("2", "Quy"))
            )
            return shown(f'<form method="post" action="/consent">{buttons}</form>')
        if self.wrong == "again":
            return self.authorize(), 401
        return LOGINS["page"] if self.wrong == "page" else back(LOGINS[self.wrong])

    def consented(self) -> ResponseReturnValue:
        if request.form["a"] == self.allows:
            return back(self.end) if self.end else ("<p>Broken</p>", 500)
        return back(self.refused) if self.refused else shown("<p>Xyz</p>")

    def visit(self, decision: Decision = "allow") -> Landing:
        """A login in a new browser."""
        session = Session(
            send=Driver(WsgiTransport(self.app()), Trace(), Secrets()).send,
            credentials=Credentials(username=USER, password=Secret(PASSWORD)),
            hosts=frozenset({"localhost"}),
            known_to=self.known_to,
        )
        start = Request(method="GET", url="http://localhost/authorize")
        return session.run(start, redirect_uris=(CALLBACK,), decision=decision)


def shown(body: str) -> str:
    return f"<!doctype html><html><title>T</title><body>{body}</body></html>"


def back(query: str) -> ResponseReturnValue:
    return redirect(f"{CALLBACK}?{query}")


@pytest.mark.parametrize("wrong", LOGINS)
@pytest.mark.parametrize("allows", ["1", "2"])
@pytest.mark.parametrize("signs_in", ["a", "b"])
def test_another_button_is_tried_after_one_that_led_nowhere(
    signs_in: str, allows: str, wrong: str
) -> None:
    landing = Server(signs_in=signs_in, allows=allows, wrong=wrong).visit()

    assert "code" in dict(landing.params)
    assert [press.how for press in landing.pressed] == ["guess", "guess"]
    assert len(landing.tried) == (signs_in == "b") + (allows == "2")


@pytest.mark.parametrize("refused", ["error=access_denied&state=s", ""])
def test_a_new_browser_presses_what_was_learned(refused: str) -> None:
    server = Server(allows="2", refused=refused)
    server.visit()
    passwords = server.passwords
    landing = server.visit()

    assert "code" in dict(landing.params)
    assert [(one.name, one.how) for one in landing.pressed] == [
        ("Flam", "learned"), ("Quy", "learned"),
    ]  # fmt: skip
    assert (landing.tried, server.passwords) == ((), passwords + 1)


def test_what_was_learned_of_a_refusal_refuses() -> None:
    server = Server(allows="2")
    server.visit()
    landing = server.visit("deny")

    assert ("error", "access_denied") in landing.params
    assert landing.pressed[-1].how == "learned"


@pytest.mark.parametrize("allows", ["1", "2"])
def test_a_button_whose_words_are_unknown_is_not_judged_as_the_refusal(allows: str) -> None:
    server = Server(allows=allows, refused="")
    server.visit()
    landing = server.visit("deny")

    assert (landing.outcome, landing.no_deny) == ("stuck", True)
    assert landing.question is not None
    assert landing.question.text == "Which of [Qux · Quy] refuses consent?"


@pytest.mark.parametrize("wrong", LOGINS)
def test_the_password_is_sent_twice_at_most_where_no_button_signs_in(wrong: str) -> None:
    server = Server(
        login=f'{FIELDS}{GUEST}{ENTER}</button><button name="act" value="c">Flum</button>',
        signs_in="d", wrong=wrong,
    )  # fmt: skip
    landing = server.visit()

    assert (landing.outcome, landing.reason) == ("stuck", "which-signs-in")
    assert server.passwords == 2
    assert landing.question is not None
    assert landing.question.text.startswith("Which of [Flim · Flam · Flum] signs in?")
    assert 'submit = "Flum"' in landing.question.line


def test_a_server_is_not_blamed_for_what_follows_a_guess() -> None:
    landing = Server(end="").visit()

    assert (landing.outcome, landing.reason) == ("stuck", "which-consents")


def test_a_button_of_a_login_is_pressed_by_its_words_or_how_it_is_drawn() -> None:
    primary = f'{FIELDS}{GUEST}<button class="btn-primary" name="act" value="b">Flam</button>'
    unchecked = f"{FIELDS}{GUEST.replace('name', 'formnovalidate name')}{ENTER}"
    named = f'{FIELDS}{GUEST}<button name="act" value="b">Log in</button>'

    found = [Server(login=one).visit() for one in (primary, unchecked, named)]

    assert [one.pressed[0].how for one in found] == ["guess", "guess", "read"]
    assert [(one.pressed[0].name, one.tried) for one in found] == [
        ("Flam", ()), ("Flam", ()), ("Log in", ()),
    ]  # fmt: skip


def test_what_was_learned_fits_an_address_with_another_id() -> None:
    server = Server(at="/login/1f9a2b3c4d5e6f708")
    server.visit()
    server.at = "/login/8e7d6c5b4a3f2e1d0"

    assert server.visit().pressed[0].how == "learned"
