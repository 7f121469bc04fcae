"""What the settings say of a page is done there, and beats what the page says."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.override import Override
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets

CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"
LOGIN = '<input name="user"><input name="password" type="password">'
Form = list[tuple[str, str]]


class Site:
    """Shows one page, and takes whatever is sent for a consent or, with answer=no, a refusal."""

    def __init__(self, page: str, status: int = 200) -> None:
        self.page, self.status = page, status
        self.sent: list[Form] = []
        self.app = Flask("site")
        self.app.add_url_rule("/authorize", "start", self.start)
        self.app.add_url_rule("/go", "go", self.go, methods=["GET", "POST"])

    def start(self) -> ResponseReturnValue:
        return f"<!doctype html><html><title>T</title><body>{self.page}</body></html>", self.status

    def go(self) -> ResponseReturnValue:
        sent = request.form if request.method == "POST" else request.args
        self.sent.append(list(sent.items(multi=True)))
        refused = request.values.get("answer") == "no"
        return redirect(f"{CALLBACK}?{'error=access_denied' if refused else 'code=c0de'}&state=s")

    def visit(self, *told: Override, decision: Decision = "allow", user: str = "ada") -> Landing:
        session = Session(
            send=Driver(WsgiTransport(self.app), Trace(), Secrets()).send,
            credentials=Credentials(username=user, password=Secret("lovelace-1815")),
            hosts=frozenset({"localhost"}),
            overrides=told,
        )
        start = Request(method="GET", url="http://localhost/authorize")
        return session.run(start, redirect_uris=(CALLBACK,), decision=decision)


def told(**what: Any) -> Override:
    return Override(url="*/authorize", place="mockauth.toml: login.page entry 1", **what)


def form_here(inside: str) -> str:
    return f'<form method="post">{inside}<button>Log in</button></form>'


def form(inside: str) -> str:
    return f'<form method="post" action="/go">{inside}</form>'


@pytest.mark.parametrize("key", ["tenant", "t", "Your company", "#t", "form input:first-child"])
def test_a_field_is_found_by_name_id_label_or_selector(key: str) -> None:
    site = Site(
        form(
            f'<input id="t" name="tenant" required><label for="t">Your company</label>{LOGIN}<button>Go'
        )
    )

    landing = site.visit(told(fields=((key, "acme"),)))

    assert landing.outcome == "callback"
    assert site.sent == [[("tenant", "acme"), ("user", "ada"), ("password", "lovelace-1815")]]


@pytest.mark.parametrize(
    ("inside", "key", "value", "sent"),
    [
        ('<input type="checkbox" name="c" value="7">', "c", True, [("c", "7")]),
        ('<input type="checkbox" name="c" checked>', "c", False, []),
        ('<input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2">', "c", "2", [("c", "2")]),
        ('<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">', "r", "2", [("r", "2")]),
        ('<label><input type="radio" name="r" value="1">North</label><label><input type="radio" name="r" value="2">South</label>', "r", "south", [("r", "2")]),
        ('<select name="s"><option value="1">One<option value="2">Two</select>', "s", "Two", [("s", "2")]),
        ('<input type="hidden" name="h" value="old">', "h", "new", [("h", "new")]),
        ('<textarea name="w">old</textarea>', "w", "new", [("w", "new")]),
        ('<input name="k">', "k", "{username}", [("k", "ada")]),
        ('<input name="k">', "k", Secret("hush-4711", "KEY"), [("k", "hush-4711")]),
    ],
)  # fmt: skip
def test_every_kind_of_field_takes_what_is_told(
    inside: str, key: str, value: str | bool | Secret, sent: Form
) -> None:
    site = Site(form(f"{inside}<button>Weiter"))

    assert site.visit(told(fields=((key, value),))).outcome == "callback"
    assert site.sent == [sent]


TWO = (
    '<button name="answer" value="{a}">Flim</button><button name="answer" value="{b}">Flam</button>'
)


@pytest.mark.parametrize("submit", ["Flam", "flam", "yes", "#y", "button[value=yes]"])
def test_a_button_is_found_by_its_words_value_id_or_selector(submit: str) -> None:
    site = Site(
        form(
            '<button name="answer" value="no">Allow</button><button id="y" name="answer" value="yes">Flam</button>'
        )
    )

    landing = site.visit(told(submit=submit))

    assert site.sent == [[("answer", "yes")]]
    assert [(press.name, press.how) for press in landing.pressed] == [("Flam", "told")]


def test_what_is_told_to_refuse_refuses() -> None:
    site = Site(form(TWO.format(a="yes", b="no")))

    landing = site.visit(told(deny="Flam"), decision="deny")

    assert ("error", "access_denied") in landing.params


def test_where_only_the_consent_is_told_the_other_button_refuses() -> None:
    site = Site(form(TWO.format(a="no", b="yes")))

    assert ("error", "access_denied") in site.visit(told(submit="Flam"), decision="deny").params


def test_where_only_the_refusal_is_told_the_other_button_consents() -> None:
    site = Site(form(TWO.format(a="no", b="yes")))

    assert site.visit(told(deny="Flim")).params[0] == ("code", "c0de")
    assert site.sent == [[("answer", "yes")]]


def test_a_link_or_an_option_is_pressed_by_its_words() -> None:
    link = Site('<a href="/go?answer=no">Allow</a> <a href="/go?answer=yes">Flam</a>')
    option = Site(
        form(
            '<label><input type="radio" name="answer" value="no">Flim</label>'
            '<label><input type="radio" name="answer" value="yes">Flam</label><button>Xyz</button>'
        )
    )

    assert link.visit(told(submit="Flam")).params[0] == ("code", "c0de")
    assert option.visit(told(submit="Flam")).params[0] == ("code", "c0de")


def test_the_form_of_the_told_fields_is_sent() -> None:
    site = Site(
        form(f"{LOGIN}<button>Log in</button>")
        + form(
            '<input name="ticket"><input type="hidden" name="way" value="ticket"><button>Xyz</button>'
        )
    )

    site.visit(told(fields=(("ticket", "T-1"),)))

    assert site.sent == [[("ticket", "T-1"), ("way", "ticket")]]


def test_the_second_user_has_values_of_their_own() -> None:
    site = Site(form('<input name="kennung"><input type="password" name="geheim"><button>Weiter'))
    fields = (("kennung", "{username}"), ("geheim", "{password}"))

    site.visit(told(fields=fields), user="grace")

    assert site.sent == [[("kennung", "grace"), ("geheim", "lovelace-1815")]]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            {"fields": (("#tenant", "acme"),)},
            "mockauth.toml: login.page entry 1.fields: #tenant is not on the page, which has the "
            "fields [user · password · region]",
        ),
        (
            {"submit": "Weiter"},
            "mockauth.toml: login.page entry 1.submit: Weiter is not on the page, which has the "
            "buttons, options and links [Log in · North · Help]",
        ),
        ({"deny": "###"}, "entry 1.deny: ### is not on the page"),
        ({"fields": (("region", "West"),)}, "region has no such option; it has [North]"),
        ({"fields": (("password", "geheim"),)}, "write {password} or a value of the environment"),
    ],
)  # fmt: skip
def test_what_the_page_does_not_have_is_named_with_what_it_has(
    what: dict[str, Any], said: str
) -> None:
    site = Site(
        form(f'{LOGIN}<select name="region"><option>North</select><button>Log in</button>')
        + '<a href="/help">Help</a>'
    )

    landing = site.visit(told(**what))

    assert landing.reason == "wrong-override"
    assert said in landing.hint


def test_the_first_override_that_fits_the_page_counts() -> None:
    site = Site(form('<button name="answer" value="yes">Flam</button>'))

    landing = site.visit(told(submit="Nowhere"), told(submit="Flam"))

    assert landing.outcome == "callback"


def test_no_guess_is_made_where_the_settings_named_a_button_that_is_not_there() -> None:
    site = Site(form(TWO.format(a="1", b="2")))

    landing = site.visit(told(submit="Flum"))

    assert (landing.reason, site.sent) == ("wrong-override", [])


def test_an_override_is_for_one_of_several_pages_with_one_address() -> None:
    app = Flask("steps")

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        if "otp" in request.form:
            return redirect(f"{CALLBACK}?code={request.form['otp']}")
        inside = '<input name="otp">' if "password" in request.form else LOGIN
        return f'<form method="post">{inside}<button>Log in</button></form>'

    site = Site("")
    site.app = app

    assert site.visit(told(fields=(("otp", "480112"),))).params == (("code", "480112"),)


def test_an_error_page_at_the_address_is_not_blamed_on_the_settings() -> None:
    landing = Site("<h1>invalid client</h1>", 400).visit(told(submit="Flam"))

    assert (landing.outcome, landing.reason) == ("error_page", "")


def test_a_page_that_is_skipped_is_left_and_the_request_made_again() -> None:
    app, asked = Flask("optional"), []

    @app.get("/authorize")
    def authorize() -> ResponseReturnValue:
        asked.append(request.query_string)
        if "seen" in request.cookies:
            return redirect(f"{CALLBACK}?code=c0de")
        answer = redirect("/survey")
        answer.set_cookie("seen", "1")
        return answer

    @app.get("/survey")
    def survey() -> str:
        return form('<input name="stars" required><button>Send</button>')

    site = Site("")
    site.app = app

    landing = site.visit(Override(url="*/survey", skip=True))

    assert (landing.outcome, len(asked)) == ("callback", 2)


def test_the_login_itself_is_not_skipped_where_a_later_page_has_its_address() -> None:
    app = Flask("expired")

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        if "in" in request.cookies:
            return redirect(f"{CALLBACK}?code=c0de")
        inside = '<input type="password" name="new1"><input type="password" name="new2">'
        sent = request.method == "POST"
        answer = Response(form_here(inside if sent else LOGIN), content_type="text/html")
        if sent:
            answer.set_cookie("in", "1")
        return answer

    site = Site("")
    site.app = app

    assert site.visit(told(skip=True)).outcome == "callback"


def test_a_page_that_comes_back_after_it_was_skipped_ends_the_login() -> None:
    landing = Site(form("<button>Send</button>")).visit(told(skip=True))

    assert landing.reason == "skipped-again"


def test_a_password_that_is_told_is_sent_once() -> None:
    site = Site("")
    site.app = Flask("wrong")
    sent: list[Form] = []

    @site.app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> str:
        if request.method == "POST":
            sent.append(list(request.form.items()))
        return f'<form method="post"><input name="n" value="{len(sent)}"><input type="password" name="p"><button>Go'

    landing = site.visit(told(fields=(("p", "{password}"),)))

    assert (landing.reason, len(sent)) == ("login-again", 1)
