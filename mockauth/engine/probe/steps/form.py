"""A step that alters a form of the pages, or where they lead on to."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import NotApplicable, Seen
from mockauth.engine.probe.form_tampering import (
    PageVisit,
    has_secret_address,
    onward_visits,
    sent_cookies,
    visit,
)
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.scenario.model import Step
from mockauth.wire.url import hostname, join, without_query
from mockauth.wire.words import own, say


def send_changed_form(run: ProbeRun, step: Step) -> Observations:
    """Sign in with one form altered; a code that comes all the same is a finding."""
    change = step.change.form
    assert change is not None  # noqa: S101 - asked for by the caller
    subject = run.subject
    with subject.during("supply"):
        usual = visit(subject)
    before = len(subject.driver.trace)
    altered = visit(subject, change, usual)
    exchange = altered.landing.page if altered.landing else None
    numbers = (exchange.n,) if exchange else ()
    if change.which == "login" and _signed_in(run, altered, before):
        seen = say("the login was taken although its form was sent without token and cookies")
        return [run.finding(step, seen, numbers)]
    if change.which == "login" and altered.reached_code and usual.forms[-1].has_password:
        raise NotApplicable(say("the login begins no session that another site could bring about"))
    if not altered.reached_code:
        shown = altered.landing.describe() if altered.landing else say("no answer")
        return [Seen(actual=say("refused: {}", shown), exchanges=numbers)]
    what = own(" and ".join(f"its {word}" for word in change.without))
    seen = say("a code came although the form was sent without {}", what)
    if "cookies" not in change.without:
        guarded = _guarded_otherwise(run, step, usual, altered, before)
        if guarded:
            return [Seen(actual=guarded, exchanges=numbers)]
        seen += say(", and its session cookie is not SameSite=Lax or Strict")
    made = run.finding(step, seen, numbers)
    # Nobody else can send a form that needs the user's own password.
    return [replace(made, tolerated=made.tolerated or usual.forms[-1].has_password)]


def _guarded_otherwise(
    run: ProbeRun, step: Step, usual: PageVisit, altered: PageVisit, before: int
) -> str:
    """Why a form without a token is safe all the same; "" when it is not."""
    assert step.change.form is not None  # noqa: S101 - asked for by the caller
    if has_secret_address(usual, altered, step.change.form.which):
        return say("the address of the form has a part that nobody else can know")
    cookies = sent_cookies(run.subject.driver.trace.exchanges[before:])
    if cookies and all(site in ("lax", "strict") for site in cookies.values()):
        named = say(", ").join(
            say("{} is SameSite={}", name, own(site)) for name, site in cookies.items()
        )
        return say("no token is asked for, but the cookie {}", named)
    return ""


def lead_onward(run: ProbeRun, step: Step) -> Observations:
    """Sign in with each next-like parameter pointed elsewhere."""
    address = run.material.text(step.change.onward)
    with run.subject.during("supply"):
        usual = visit(run.subject)
    said: Observations = []
    for name, landing in onward_visits(run.subject, usual, address):
        numbers = (landing.page.n,) if landing.page else ()
        if landing.outcome == "elsewhere" and "attacker.example" in hostname(landing.url):
            seen = say("the parameter {} led the browser to {}", name, without_query(landing.url))
            said.append(run.finding(step, seen, numbers))
        else:
            said.append(Seen(actual=say("{}: {}", name, landing.describe()), exchanges=numbers))
    return said


def _signed_in(run: ProbeRun, altered: PageVisit, before: int) -> bool:
    """Whether the answer to the altered login form began a session: the way on from it may need
    what was left out."""
    login = next((form for form in altered.forms if form.has_password), None)
    landing = altered.landing
    if login is None or (landing is not None and landing.reason == "asks-anew"):
        return False
    for exchange in run.subject.driver.trace.exchanges[before:]:
        answer = exchange.answer
        if exchange.request.method == "POST" and exchange.request.url == login.url:
            onward = without_query(join(login.url, answer.header("Location") or ""))
            leaves = answer.is_redirect and onward != without_query(login.url)
            return leaves and bool(answer.headers_named("Set-Cookie")) and "error" not in onward
    return False
