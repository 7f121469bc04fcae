"""A step that drives an authorization request through the pages."""

from __future__ import annotations

from dataclasses import replace

from mockauth.browser.landing import Landing
from mockauth.chatgpt.authorize import Pending, authorization_request
from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.outcome import (
    authorize_outcome,
    left_for,
)
from mockauth.engine.probe.steps.context import Said, Trial
from mockauth.engine.probe.steps.form import lead_onward, send_changed_form
from mockauth.engine.probe.steps.judge import judge
from mockauth.engine.probe.steps.request import client_of
from mockauth.scenario.model import Step
from mockauth.wire import Exchange, Request
from mockauth.wire.message import every, first, pairs_of
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say


def authorize(trial: Trial, step: Step) -> Said:
    """Drive an altered authorization request to its end, and judge where that was."""
    if step.change.form is not None:
        return send_changed_form(trial, step)
    if step.change.onward:
        return lead_onward(trial, step)
    client = client_of(trial, step)
    pending = replace(trial.subject.pending(), redirect_uri=client.redirect_uri)
    base = authorization_request(client, pending)
    request = mutate(base, step.change, trial.material.lookup)
    tested = first(request.query, "redirect_uri") or first(request.params, "redirect_uri")
    uris = tuple(dict.fromkeys(filter(None, (pending.redirect_uri, tested))))
    before = len(trial.subject.driver.trace)
    landing = trial.subject.authorize(
        request, uris, fresh=step.session == "fresh", decision=step.decision, user=step.user
    )
    if landing.no_deny:
        raise NotApplicable(say("the consent page has no way to refuse"))
    exchange = landing.page
    assert exchange is not None  # noqa: S101 - a visit records at least one exchange
    trial.material.done[step.name] = exchange
    trial.code = first(landing.params, "code") or ""
    trial.redirect_uri = tested or pending.redirect_uri
    scope = first(request.query, "scope")
    trial.asked_scope = trial.asked_scope if scope is None else scope
    if step.expect.redirect_to in ("nowhere-new", "none"):
        return _nowhere_new(trial, step, landing, exchange, pending)
    if step.expect.page:
        return _page_shown(trial, landing, exchange, before)
    trial.is_ordinary = request == base
    error = first(landing.params, "error")
    if landing.left and error in step.expect.or_error:
        return [Seen(actual=say("error={} at the callback", error), exchanges=(exchange.n,))]
    said = judge(trial, step, exchange, authorize_outcome(landing), landing.describe())
    if step.expect.redirect_to == "away" and not landing.left:
        return [
            trial.finding(say("instead of the callback, {}", landing.describe()), (exchange.n,))
        ]
    if step.expect.redirect_to == "callback" and landing.outcome != "callback":
        wrong = say("instead of the callback, {}", landing.describe())
        return [trial.finding(wrong, (exchange.n,))]
    return said + _callback(trial, step, landing, exchange, request)


def _nowhere_new(
    trial: Trial, step: Step, landing: Landing, exchange: Exchange, pending: Pending
) -> Said:
    went = left_for(landing, pending.redirect_uri)
    if step.expect.redirect_to == "none" and landing.left:
        went = without_query(landing.url)
    if went:
        return [trial.finding(say("the browser was sent to {}", went), (exchange.n,))]
    if step.expect.verdict == "refused" and authorize_outcome(landing) == "accepted":
        seen = say(
            "a code was sent to the registered callback all the same: {}", landing.describe()
        )
        return [replace(trial.finding(seen, (exchange.n,)), tolerated=True)]
    if landing.outcome == "stuck":
        raise Blocked(say("the altered request got stuck: {}", landing.describe()))
    return judge(trial, step, exchange, "refused", landing.describe())


def _page_shown(trial: Trial, landing: Landing, exchange: Exchange, before: int) -> Said:
    if authorize_outcome(landing) != "accepted":
        raise Blocked(say("the second login came to no code: {}", landing.describe()))
    flow = trial.subject.driver.trace.exchanges[before:]
    if any(e.answer.ok and "html" in e.answer.media_type for e in flow):
        return [Seen(actual=say("a page was shown again"), exchanges=(exchange.n,))]
    return [trial.finding(say("a code came without a page: silent approval"), (exchange.n,))]


def _callback(
    trial: Trial, step: Step, landing: Landing, exchange: Exchange, request: Request
) -> Said:
    """Compare the callback's parameters with what the step expects of them."""
    if not landing.left:
        return []
    said: Said = []
    params = (*landing.params, *landing.fragment)
    for name, wanted in step.expect.params:
        value = first(request.all_query, "state") or "" if wanted == "same" else wanted
        came = first(params, name)
        if came not in value.split("|"):
            shown = say("absent") if came is None else say("{!r}", came)
            said.append(trial.finding(say("{} came back {}", own(name), shown), (exchange.n,)))
    for name in step.expect.absent:
        if first(params, name):
            said.append(trial.finding(say("{} is in the redirect", own(name)), (exchange.n,)))
    sent = (first(request.query, "redirect_uri") or "").partition("?")[2]
    kept = pairs_of(sent) if step.expect.query else ()
    for name, value in kept:
        if value not in every(params, name):
            said.append(trial.finding(say("{}={} is gone", name, value), (exchange.n,)))
    for name in () if first(params, "error") else step.expect.once:
        values = every(params, name)
        if len(values) > 1 or any(f"{name}={value}" in sent for value in values):
            seen = say("{} came {} times, one of them planted", own(name), len(values))
            said.append(trial.finding(seen, (exchange.n,)))
    return said
