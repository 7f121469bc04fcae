"""The browser on pages of many shapes: where it lands, and what it never sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport, WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets

CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"
DONE = f"{CALLBACK}?code=c0de&state=s"
DENIED = f"{CALLBACK}?error=access_denied&state=s"
LOGIN = '<input name="username"><input name="password" type="password"><button>Log in</button>'


def visit(app: Flask, decision: Decision = "allow") -> tuple[Landing, Trace]:
    """Drive one authorization request through `app` in process."""
    trace = Trace()
    driver = Driver(WsgiTransport(app), trace, Secrets())
    credentials = Credentials(username="ada", password=Secret("lovelace-1815"))
    session = Session(driver.send, credentials, frozenset({"localhost"}))
    start = Request(method="GET", url="http://localhost/authorize")
    return session.run(start, redirect_uris=(CALLBACK,), decision=decision), trace


def app_with(page: str, then: str = DONE) -> Flask:
    """An app that shows one page and answers any submission with a redirect."""
    app = Flask("shape")

    @app.route("/authorize")
    def authorize() -> str:
        return f"<!doctype html><html><title>T</title><body>{page}</body></html>"

    @app.route("/go", methods=["GET", "POST"])
    def go() -> Response:
        refused = request.values.get("decision") == "deny"
        return redirect(DENIED if refused else then)

    return app


@pytest.mark.parametrize(
    "page",
    [
        f'<form method="post" action="/go">{LOGIN}</form>',
        f'<form action="/go">{LOGIN}</form>',
        f'<form method="post" action="/nowhere">{LOGIN.replace("<button>", "<button formaction=/go>")}</form>',
        '<form novalidate method="post" action="/go"><input type="email" name="email"><button>Continue</button></form>',
        '<form action="/search"><input name="q"><button>Search</button></form>'
        f'<form method="post" action="/go">{LOGIN}</form>',
        '<form action="/signup" method="post"><input name="email"><input type="password" name="p">'
        f'<button>Sign up</button></form><form method="post" action="/go">{LOGIN}</form>',
        '<form method="post" action="/go"><button name="decision" value="deny">Deny</button>'
        '<button name="decision" value="allow">Allow</button></form>',
        '<form method="post" action="/go"><input type="image" name="ok" alt="Allow"></form>',
        '<p>Welcome</p><a href="/go">Continue</a>',
        f'<a href="{DONE}">Back to ChatGPT</a>',
        f'<meta http-equiv="refresh" content="0; url={DONE}">',
        f'<script>window.location.href = "{DONE}";</script>',
        f'<form method="post" enctype="multipart/form-data" action="/go">{LOGIN}</form>',
    ],
)
def test_a_page_leads_to_the_callback(page: str) -> None:
    landing, _ = visit(app_with(page))

    assert (landing.outcome, landing.url) == ("callback", DONE)


def test_a_form_post_answer_is_captured_and_never_sent() -> None:
    page = f'<form method="post" action="{CALLBACK}"><input type="hidden" name="code" value="c"></form>'

    landing, trace = visit(app_with(page))

    assert (landing.outcome, landing.method, landing.form) == ("callback", "POST", (("code", "c"),))
    assert len(trace) == 1


@pytest.mark.parametrize(
    "page",
    [
        '<form method="post" action="/go"><button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Cancel</button></form>',
        '<form method="post" action="/go"><button>Allow</button></form>'
        '<a href="/go?decision=deny">Cancel</a>',
        '<form method="post" action="/go"><button>Allow</button></form><form method="post" '
        'action="/go"><input type="hidden" name="decision" value="deny"><button>Deny</button></form>',
    ],
)
def test_consent_can_be_refused_by_button_link_or_second_form(page: str) -> None:
    landing, _ = visit(app_with(page), "deny")

    assert (landing.outcome, landing.url) == ("callback", DENIED)


def test_a_page_without_a_way_to_refuse_says_so() -> None:
    landing, _ = visit(
        app_with('<form method="post" action="/go"><button>Allow</button></form>'), "deny"
    )

    assert landing.no_deny


def test_a_password_is_sent_once_to_a_login_page_that_comes_back() -> None:
    app = Flask("wrong")

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> str:
        return f'<html><p>Wrong password</p><form method="post">{LOGIN}</form></html>'

    landing, trace = visit(app)

    assert landing.outcome == "stuck"
    assert landing.reason == "login-again"
    assert sum(exchange.request.method == "POST" for exchange in trace) == 1


def test_a_login_on_two_pages_is_filled_in_page_by_page() -> None:
    app = Flask("two")

    @app.route("/authorize")
    def first() -> str:
        return '<html><form method="post" action="/two"><input name="user"><button>Next</button></form></html>'

    @app.post("/two")
    def second() -> str:
        return '<html><form method="post" action="/in"><input type="password" name="p"><button>Log in</button></form></html>'

    @app.post("/in")
    def enter() -> Response:
        return redirect(DONE, 303)

    assert visit(app)[0].outcome == "callback"


def test_redirects_in_a_circle_end() -> None:
    app = Flask("circle")

    @app.route("/authorize")
    def authorize() -> Response:
        return redirect("/authorize")

    landing, trace = visit(app)

    assert (landing.outcome, "circle" in landing.hint) == ("stuck", True)
    assert len(trace) < 20


@pytest.mark.parametrize("location", ["mailto:a@b", "https://evil.example/x?code=1"])
def test_a_redirect_off_the_site_is_never_followed(location: str) -> None:
    app = Flask("off")

    @app.route("/authorize")
    def authorize() -> tuple[str, int, dict[str, str]]:
        return "", 302, {"Location": location}

    landing, trace = visit(app)

    assert landing.outcome == "elsewhere"
    assert len(trace) == 1


def test_a_form_that_would_send_the_password_elsewhere_is_not_sent() -> None:
    landing, trace = visit(
        app_with(f'<form method="post" action="https://evil.example/x">{LOGIN}</form>')
    )

    assert "would send the password to https://evil.example" in landing.hint
    assert len(trace) == 1


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        ("<script src='/app.js'></script>", "needs script"),
        (
            f'<form method="post" action="/go">{LOGIN}<input name="captcha"></form>',
            "captcha",
        ),
    ],
)
def test_what_stopped_the_login_is_named(page: str, hint: str) -> None:
    landing, _ = visit(app_with(page))

    assert (landing.outcome, hint in landing.hint) == ("stuck", True)


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """A reachable host that counts who connects."""
    arrived: list[object] = []
    with socket.create_server(("127.0.0.2", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    arrived.append(server.accept())
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], arrived


def test_nothing_reaches_a_redirect_host_that_is_reachable() -> None:
    from mockauth.plugin.server.serving import serving

    with listener() as (port, arrived):
        callback = f"http://127.0.0.2:{port}/oauth/callback"
        app = app_with(f'<form method="post" action="/go">{LOGIN}</form>', f"{callback}?code=1")
        with serving(app) as base:
            driver = Driver(SocketTransport(), Trace(), Secrets())
            credentials = Credentials(username="ada", password=Secret("lovelace-1815"))
            session = Session(driver.send, credentials, frozenset({"localhost"}))
            start = Request(method="GET", url=f"{base}/authorize")
            landing = session.run(start, redirect_uris=(callback,))

    assert landing.outcome == "callback"
    assert arrived == []
