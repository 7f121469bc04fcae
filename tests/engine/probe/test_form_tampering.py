"""Forms altered just before they are sent, at the built-in plugin in process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, Response, request

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.demo import options_for
from mockauth.engine.flow.ordinary import ordinary_flow
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.probe.form_tampering import (
    PageVisit,
    form_at,
    has_secret_address,
    onward_visits,
    send_borrowed,
    sent_cookies,
    taken_form,
    tokens_of,
    visit,
)
from mockauth.engine.probe.steps.context import started
from mockauth.engine.probe.steps.form import send_changed_form
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.profiles import PLUGIN
from mockauth.scenario.library import load_library
from mockauth.scenario.model import FormChange
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import hostname

SITE = "http://localhost:5000"
LAST = FormChange(which="last", without=("token",))
BARE = FormChange(which="last", without=("token", "cookies"))
BORROWED = FormChange(which="last", borrowed=True)
LOGIN = FormChange(which="login", without=("token", "cookies"))


def subject_of(
    policy: Behaviour | None = None,
    *,
    login: str = "login_and_consent",
    through: Callable[[Flask], Flask] = lambda app: app,
) -> Subject:
    """A subject that has signed in to a plugin of that policy."""
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config = PluginConfig(policy=policy or Behaviour(), login=login)  # type: ignore[arg-type]  # one of its words
    given = options_for(config, SITE).given
    subject = Subject(
        driver=Driver(WsgiTransport(through(create_app(config))), Trace(), Secrets(), flow=1),
        target=Target(
            profile=PLUGIN,
            given=replace(given, redirect_uri=PLUGIN.redirect_uris(config.plugin_ids[0])[0]),
            url_map=UrlMap(SITE),
        ),
    )
    list(ordinary_flow(subject, SITE, ""))
    return subject


def altered(subject: Subject, change: FormChange) -> PageVisit:
    return visit(subject, change, visit(subject))


def test_a_visit_with_a_new_browser_sends_login_and_consent_and_reaches_a_code() -> None:
    made = visit(subject_of())
    assert made.reached_code
    assert [form.has_password for form in made.forms] == [True, False]


def test_a_consent_form_without_its_token_is_refused_by_default() -> None:
    assert not altered(subject_of(), LAST).reached_code


def test_an_altered_form_comes_from_another_site() -> None:
    subject = subject_of()
    usual = visit(subject)
    before = len(subject.driver.trace)
    visit(subject, LAST, usual)
    posts = [e for e in subject.driver.trace.exchanges[before:] if e.request.method == "POST"]
    # The pages of the mock say no-referrer, under which a browser sends `null`.
    assert [e.request.header("Origin") for e in posts] == ["null", "https://attacker.example"]


def test_what_another_browser_was_given_is_refused_by_default() -> None:
    assert not borrowed(subject_of()).reached_code


def test_a_token_that_fits_every_browser_lets_another_site_in() -> None:
    assert borrowed(subject_of(Behaviour(form_token_bound=False))).reached_code


def borrowed(subject: Subject) -> PageVisit:
    usual = visit(subject)
    taken = taken_form(subject, BORROWED, usual)
    assert tokens_of(form_at(BORROWED, usual), usual.state, taken) == ("csrf_token",)
    return send_borrowed(subject, BORROWED, usual, taken.form, "")


def test_only_the_token_is_taken_out_of_the_form() -> None:
    subject = subject_of()
    usual = visit(subject)
    sent_before = len(subject.driver.trace)
    visit(subject, LAST, usual)
    posts = [
        e.request
        for e in subject.driver.trace.exchanges[sent_before:]
        if e.request.method == "POST"
    ]
    assert posts[-1].header("Cookie")
    names = {name for name, _ in usual.forms[-1].fields}
    body = posts[-1].body.decode()
    left_out = {name for name in names if f"{name}=" not in body}
    assert left_out
    assert left_out < names
    assert left_out <= set(usual.forms[-1].hidden)


def test_a_consent_form_that_needs_no_token_gives_a_code() -> None:
    policy = Behaviour(consent_csrf=False)
    assert altered(subject_of(policy), LAST).reached_code
    assert altered(subject_of(policy), BARE).reached_code


def test_a_login_form_without_token_is_refused_by_default_and_not_when_nobody_looks() -> None:
    for checked in (True, False):
        subject = subject_of(Behaviour(login_csrf=checked))
        before = len(subject.driver.trace)
        made = altered(subject, LOGIN)
        login = next(form for form in made.forms if form.has_password)
        answers = [
            e.answer
            for e in subject.driver.trace.exchanges[before:]
            if e.request.method == "POST"
            and e.request.url == login.url
            and not e.request.header("Cookie")
        ]
        assert [answer.is_redirect for answer in answers] == [not checked]


@pytest.mark.parametrize("login", ["login", "login_and_consent"])
@pytest.mark.parametrize("guarded", [True, False])
def test_a_forged_login_is_found_whatever_follows_it(login: str, guarded: bool) -> None:
    shown = csrf_of_login(subject_of(Behaviour(login_csrf=guarded), login=login))
    assert isinstance(shown, Seen) == guarded


def test_a_new_login_page_after_a_forged_login_refuses_it() -> None:
    subject = subject_of(through=starts_anew)
    shown = csrf_of_login(subject)
    assert isinstance(shown, Seen)
    assert "asks anew" in shown.actual


def csrf_of_login(subject: Subject) -> Finding | Seen:
    (probe,) = load_library().probes_named(["page.login-csrf-protected"])
    with subject.during("altered"):
        return send_changed_form(started(subject, probe, {}), probe.steps[0])[0]


def starts_anew(app: Flask) -> Flask:
    """The app, which answers a forged login with another path, a cookie and its login page."""

    @app.after_request
    def again(answer: Response) -> Response:
        if request.method == "POST" and answer.status_code in (400, 403):
            answer = Response(status=303, headers={"Location": "/again"})
            answer.set_cookie("new", "1")
        elif request.path == "/again":
            answer = Response(status=302, headers={"Location": "/login?next=/authorize"})
        return answer

    return app


def test_there_is_no_form_at_all_where_nobody_is_asked() -> None:
    subject = subject_of(login="auto")
    with pytest.raises(NotApplicable, match="no form before the callback"):
        altered(subject, LAST)


def test_a_usual_visit_that_reached_no_code_says_nothing_of_an_altered_one() -> None:
    subject = subject_of()
    usual = visit(subject)
    usual.landing = None
    with pytest.raises(Blocked, match="reached no code"):
        visit(subject, LAST, usual)


def test_an_address_that_is_the_same_at_each_visit_is_no_secret() -> None:
    subject = subject_of()
    usual, other = visit(subject), visit(subject)
    assert not has_secret_address(usual, other, "last")
    other.forms[-1] = replace(other.forms[-1], url=other.forms[-1].url + "/8f3a0c77")
    assert has_secret_address(usual, other, "last")


def test_the_state_that_we_sent_makes_no_address_secret() -> None:
    subject = subject_of()
    usual, other = visit(subject), visit(subject)
    for made in (usual, other):
        made.forms[-1] = replace(made.forms[-1], url=f"{SITE}/go?state={made.state}")
    assert not has_secret_address(usual, other, "last")


@pytest.mark.parametrize(
    ("setting", "read"), [("Lax", "lax"), ("Strict", "strict"), ("None", "none"), ("absent", "")]
)
def test_the_site_attribute_of_the_session_cookie_is_read(setting: str, read: str) -> None:
    subject = subject_of(Behaviour(cookie_samesite=setting))
    before = len(subject.driver.trace)
    visit(subject)
    cookies = sent_cookies(subject.driver.trace.exchanges[before:])
    assert set(cookies.values()) == {read}


@pytest.mark.parametrize("checked", [True, False])
def test_a_next_parameter_leads_off_the_site_only_where_it_is_not_checked(checked: bool) -> None:
    subject = subject_of(Behaviour(next_checked=checked))
    usual = visit(subject)
    ends = list(onward_visits(subject, usual, "https://attacker.example/"))
    assert ends
    left = [hostname(landing.url) == "attacker.example" for _, landing in ends]
    assert any(left) == (not checked)


def test_pages_without_such_a_parameter_have_nothing_to_lead_onward() -> None:
    subject = subject_of(login="auto")
    with pytest.raises(NotApplicable, match="no page takes a next address"):
        list(onward_visits(subject, visit(subject), "https://attacker.example/"))
