"""The browser where allowing and denying take more than one form, and where pages are hostile."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response as Answer

from mockauth.browser.choose import login_button, login_forms
from mockauth.browser.form import Credentials, Decision, fill
from mockauth.browser.landing import Landing
from mockauth.browser.page import read_page
from mockauth.browser.session import Session
from mockauth.chatgpt.authorize import code_at
from mockauth.checks.callback import exact_uri
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Exchange, Request, Response, Secret, Trace
from mockauth.wire.markup import MOST_TAGS, Pages, PageTooLarge
from mockauth.wire.secret import Secrets
from tests.traces import CALLBACK, CODE, STATE, authorize, callback, judged, posted
from tests.traces import redirect as to
from tests.traces import trace as traced

DONE = f"{CALLBACK}?code={CODE}&state={STATE}"
DENIED = f"{CALLBACK}?error=access_denied&state={STATE}"
HIDDEN = '<input type="hidden" name="_t" value="5c1f0d2b9e">'
TWO_FORMS = (
    f'<form action="/grant" method="post">{HIDDEN}<button name="answer" value="yes">Authorize'
    f'</button></form><form action="/grant/deny" method="post">{HIDDEN}<button>Cancel</button></form>'
)
DENY_FIRST = (
    f'<form action="/grant/deny" method="post">{HIDDEN}<button>Cancel</button></form>'
    f'<form action="/grant" method="post">{HIDDEN}<button name="answer" value="yes">Authorize'
    "</button></form>"
)
SAME_ADDRESS = (
    f'<form action="/grant" method="post">{HIDDEN}<input type="submit" value="Authorize"></form>'
    f'<form action="/grant" method="post">{HIDDEN}<input type="hidden" name="_method" '
    'value="delete"><input type="submit" value="Deny"></form>'
)
LINKS = '<p>Connect?</p><a href="/grant?_method=delete">No thanks</a> <a href="/grant">Allow</a>'
CALLBACK_LINKS = f'<a href="{DENIED}">Cancel</a><a href="{DONE}">Allow</a>'
BUTTON_AND_LINK = (
    f'<form action="/grant/deny" method="post">{HIDDEN}<button>Deny</button></form>'
    '<a href="/grant">Allow</a>'
)
NO_DENY = f'<form action="/grant" method="post">{HIDDEN}<button>Allow</button></form>'


def site(consent: str, *, login: str = "two pages", status: int = 302) -> Flask:
    """A site that asks for the name, then for the password, then for consent."""
    app = Flask("site")
    both = ["GET", "POST"]
    app.add_url_rule("/authorize", "start", lambda: start(login))
    app.add_url_rule("/welcome", "welcome", lambda: welcome(login))
    app.add_url_rule("/name", "name", ask_name, methods=both)
    app.add_url_rule("/secret", "secret", ask_secret, methods=both)
    app.add_url_rule("/consent", "consent", lambda: ask_consent(consent))
    app.add_url_rule("/grant", "grant", lambda: grant(status), methods=both)
    app.add_url_rule("/grant/deny", "deny", lambda: redirect(DENIED, status), methods=["POST"])
    return app


def page(body: str) -> str:
    return f"<!doctype html><html><title>T</title><body>{body}</body></html>"


def start(login: str) -> Answer:
    if "user" in request.cookies:
        return redirect("/consent")
    return redirect("/name" if login == "two pages" else "/welcome")


def welcome(login: str) -> str:
    if login == "button":
        return page('<form action="/name"><button>Log in</button></form>')
    return page('<a href="/name">Sign in</a>')


def ask_name() -> str | Answer:
    if request.method == "POST":
        return redirect("/secret", 303)
    field = '<input type="text" name="who" placeholder="E-mail or handle">'
    return page(f'<form method="post">{field}<input type="submit" value="Next"></form>')


def ask_secret() -> str | Answer:
    if request.method == "POST":
        answer = redirect("/consent", 303)
        answer.set_cookie("user", request.form["word"], domain="localhost")
        return answer
    return page(
        '<form method="post"><input type="Password" name="word"><button>Go on</button></form>'
    )


def ask_consent(consent: str) -> str:
    assert request.cookies["user"] == "pw"
    return page(consent)


def grant(status: int) -> Answer:
    return redirect(DENIED if "_method" in request.values else DONE, status)


def visit(app: Flask, decision: Decision = "allow") -> tuple[Landing, Trace]:
    trace = Trace()
    credentials = Credentials(username="ada", password=Secret("pw"))
    send = Driver(WsgiTransport(app), trace, Secrets()).send
    session = Session(send, credentials, frozenset({"localhost"}))
    headers = (("User-Agent", "Mozilla/5.0"), ("Accept", "text/html"))
    start = Request(method="GET", url="http://localhost/authorize", headers=headers)
    return session.run(start, redirect_uris=(CALLBACK,), decision=decision), trace


@pytest.mark.parametrize(
    "consent", [TWO_FORMS, DENY_FIRST, SAME_ADDRESS, LINKS, CALLBACK_LINKS, BUTTON_AND_LINK]
)
@pytest.mark.parametrize("login", ["two pages", "link", "button"])
def test_the_user_is_signed_in_and_then_allows_or_denies(consent: str, login: str) -> None:
    for decision, end in (("allow", DONE), ("deny", DENIED)):
        landing, _ = visit(site(consent, login=login), decision)  # type: ignore[arg-type]  # two words
        assert (landing.outcome, landing.url, landing.no_deny) == ("callback", end, False)


@pytest.mark.parametrize(
    "consent",
    [
        NO_DENY,
        '<a href="/grant">Allow</a>',
        NO_DENY + '<a href="/signup">No account? Register</a>',
        NO_DENY + '<a href="#">Cancel</a>',
        NO_DENY + '<a href="javascript:history.back()">Cancel</a>',
        NO_DENY
        + '<form action="/search"><input name="q"><button>No results? Search</button></form>',
    ],
)
def test_a_consent_page_without_a_way_to_refuse_says_so(consent: str) -> None:
    landing, _ = visit(site(consent), "deny")
    assert (landing.outcome, landing.hint, landing.no_deny) == ("stuck", "no way to refuse", True)


def test_every_request_says_of_itself_what_the_first_said() -> None:
    _, trace = visit(site(TWO_FORMS))
    assert {e.request.header("User-Agent") for e in trace} == {"Mozilla/5.0"}
    assert {e.request.header("Accept") for e in trace} == {"text/html"}


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_repeats_a_post_ends_at_the_callback_by_post(status: int) -> None:
    landing, trace = visit(site(TWO_FORMS, status=status))
    assert (landing.method, landing.url) == ("POST", DONE)
    assert landing.form == (("_t", "5c1f0d2b9e"), ("answer", "yes"))
    assert trace.exchanges[-1].answer.status == status
    assert code_at(landing.params) == CODE


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_does_not_is_a_get_without_a_form(status: int) -> None:
    landing, _ = visit(site(TWO_FORMS, status=status))
    assert (landing.method, landing.form) == ("GET", ())


def test_a_307_from_a_get_is_a_get() -> None:
    landing, _ = visit(site(LINKS, status=307))
    assert (landing.method, landing.form) == ("GET", ())


def test_a_callback_reached_by_a_repeated_post_is_not_the_exact_uri() -> None:
    sent = {"method": "POST", "params": (("_t", "5c1f0d2b9e"),)}
    result = judged(
        exact_uri, traced(authorize(), posted(to(DONE, 307)), callback(DONE, sent=sent))
    )
    assert result.state == "fail"
    assert "307" in result.actual
    assert "303" in result.fix


def page_of(text: str) -> Exchange:
    return Exchange(
        step="page",
        request=Request(method="GET", url="http://localhost/"),
        response=Response(status=200, headers=(("Content-Type", "text/html"),), body=text.encode()),
    )


@pytest.mark.parametrize("mark", ["<![%x;[>", "<![if IE]>", "<![", "<!x[", "<!DOCTYPE [<"])
def test_a_strange_declaration_does_not_hide_the_form(mark: str) -> None:
    form = '<form method="post"><input type="password" name="p"><button>Log in</button></form>'
    page = read_page(page_of(f"<html><p>a</p>{form}{mark}"), "http://localhost/", Pages())
    assert page is not None
    assert login_forms(page)


@pytest.mark.parametrize(
    "row",
    ["<p ", "<!--", "<b>", "<form><input>", "<form><input></form>", "<![", "</", "<?", '<a b="'],
)
@pytest.mark.parametrize("end", ["", ">"])
def test_a_long_row_of_broken_markup_is_read_in_bounded_time(row: str, end: str) -> None:
    began = time.thread_time()
    size = 200_000 // len(row)
    with suppress(PageTooLarge):
        page = read_page(page_of("<html>" + row * size + end), "http://localhost/", Pages())
        if page is not None:
            login_forms(page)
            page.goes_to()
    assert time.thread_time() - began < 20


@pytest.mark.parametrize("tag", ["<b>x</b>", "<input>", '<a href="x">l</a>', "<div>", "<option>x"])
def test_a_page_of_too_many_tags_is_refused_with_the_reason(tag: str) -> None:
    for rows in (MOST_TAGS * 5, MOST_TAGS - 10):
        if rows < MOST_TAGS and not tag.startswith(("<div", "<option")):
            continue
        with pytest.raises(PageTooLarge, match=r"the page .* more than"):
            read_page(page_of("<html>" + tag * rows), "http://localhost/", Pages())


def test_two_forms_that_are_equal_keep_their_fields_apart() -> None:
    form = '<form method="post"><input name="u"><input type="password" name="p"></form>'
    page = read_page(page_of(f"<html>{form}{form}"), "http://localhost/", Pages())
    assert page is not None
    made = fill(page.forms[0], page, Credentials(username="ada"), "allow", None)
    assert [name for name, _ in made.fields] == ["u", "p"]


def test_controls_outside_in_templates_and_disabled_ones_are_told_apart() -> None:
    page = read_page(
        page_of(
            '<html><form id="f" method="post"><fieldset disabled><input name="off"></fieldset>'
            '<input name="gone" disabled><input name="in"><input name="other" form="g"></form>'
            '<template><form><input type="password"></form></template>'
            '<input name="out" form="f"><button form="f" name="b" value="1">Allow</button>'
        ),
        "http://localhost/",
        Pages(),
    )
    assert page is not None
    (form,) = page.forms
    made = fill(form, page, Credentials(), "allow", login_button(form, page))
    assert [name for name, _ in made.fields] == ["in", "out", "b"]
