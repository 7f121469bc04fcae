"""A step that alters a form of the pages, or where they lead on to."""

from __future__ import annotations

from dataclasses import replace

from mockauth.browser.form import Submission
from mockauth.checks.finding import Finding, NotApplicable, Seen
from mockauth.engine.probe.form_tampering import (
    MOST_TOKENS,
    PageVisit,
    Taken,
    UsualVisit,
    form_at,
    has_secret_address,
    onward_visits,
    send_borrowed,
    sent_cookies,
    taken_form,
    tokens_of,
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
    usual = subject.once(UsualVisit(probe=run.probe.rule.id))
    if change.borrowed:
        return _send_borrowed(run, step, usual)
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


def _send_borrowed(run: ProbeRun, step: Step, usual: PageVisit) -> Observations:
    """Have the victim's browser send the form with what the attacker's browser was given for it:
    what another site can bring about."""
    change, subject = step.change.form, run.subject
    assert change is not None  # noqa: S101 - asked for by the caller
    if _is_unsendable(run, step, usual):
        return []
    with subject.during("supply"):
        taken = taken_form(subject, change, usual)
    tokens, tries = _to_borrow(form_at(change, usual), usual.state, taken)
    said: Observations = []
    for left_out in tries:
        if said:
            with subject.during("supply"):
                taken = taken_form(subject, change, usual)
        said.append(_borrowed(run, step, usual, taken, (tokens, left_out)))
        if isinstance(said[-1], Finding):
            return said[-1:]
    return said


def _borrowed(
    run: ProbeRun,
    step: Step,
    usual: PageVisit,
    taken: Taken,
    what: tuple[tuple[str, ...], str],
) -> Finding | Seen:
    """One try; `what` is the tokens of the form, and the one of them that is left out."""
    change, (tokens, left_out) = step.change.form, what
    assert change is not None  # noqa: S101 - asked for by the caller
    before = len(run.subject.driver.trace)
    sent = send_borrowed(run.subject, change, usual, taken.form, left_out)
    page = sent.landing.page if sent.landing else None
    numbers = (page.n,) if page else ()
    signed_in = change.which == "login" and _signed_in(run, sent, before)
    if not (sent.reached_code or signed_in):
        return Seen(actual=say("refused with another browser's values"), exchanges=numbers)
    named = ", ".join(tokens) or say("its address")
    without = say(", without {}", left_out) if left_out else ""
    seen = say(
        "taken from another site, with what another browser was given ({}){}", named, without
    )
    return run.finding(step, seen, numbers)


def _is_unsendable(run: ProbeRun, step: Step, usual: PageVisit) -> bool:
    """Whether another site cannot send the form in the user's name, whatever it knows."""
    change = step.change.form
    assert change is not None  # noqa: S101 - asked for by the caller
    form = form_at(change, usual)
    if change.which == "login":
        return False
    cookies = sent_cookies(
        run.subject.driver.trace.exchanges[usual.first_exchange - 1 : usual.last_exchange]
    )
    # A link or a form with GET is a navigation, in which Lax cookies travel (RFC 6265bis 5.2).
    guards = ("strict",) if form.method == "GET" else ("lax", "strict")
    kept = bool(cookies) and all(site in guards for site in cookies.values())
    return form.has_password or kept


def _to_borrow(
    form: Submission, state: str, taken: Taken
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tokens of the form, and which of them to leave out, one after the other: none at first.
    Nothing is tried where another browser gets the very same form."""
    tokens = tokens_of(form, state, taken)[:MOST_TOKENS]
    secret = form.url.replace(state, "") != taken.form.url.replace(taken.state, "")
    if not (tokens or secret):
        return (), ()
    return tokens, ("", *(tokens if len(tokens) > 1 or secret else ()))


def _guarded_otherwise(
    run: ProbeRun, step: Step, usual: PageVisit, altered: PageVisit, before: int
) -> str:
    """Why a form without a token is safe all the same; "" when it is not."""
    assert step.change.form is not None  # noqa: S101 - asked for by the caller
    if has_secret_address(usual, altered, step.change.form.which):
        return say("the address of the form has a part that nobody else can know")
    cookies = sent_cookies(run.subject.driver.trace.exchanges[before:])
    form = form_at(step.change.form, usual)
    guards = ("strict",) if form.method == "GET" else ("lax", "strict")
    if cookies and all(site in guards for site in cookies.values()):
        named = say(", ").join(
            say("{} is SameSite={}", name, own(site)) for name, site in cookies.items()
        )
        return say("no token is asked for, but the cookie {}", named)
    return ""


def lead_onward(run: ProbeRun, step: Step) -> Observations:
    """Sign in with each next-like parameter pointed elsewhere."""
    address = run.material.text(step.change.onward)
    usual = run.subject.once(UsualVisit(probe=run.probe.rule.id))
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
