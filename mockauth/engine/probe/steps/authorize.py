"""A step that drives an authorization request through the pages."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from mockauth.browser.landing import Landing
from mockauth.chatgpt.authorize import Pending, authorization_request, code_at
from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.outcome import GIVES, Outcome, authorize_outcome, left_for
from mockauth.engine.probe.steps.consent_text import SHOWN, remember_words, shown_on_pages
from mockauth.engine.probe.steps.context import Came, Observations, ProbeRun, StepResult, tolerated
from mockauth.engine.probe.steps.form import lead_onward, send_changed_form
from mockauth.engine.probe.steps.judge import judge
from mockauth.engine.probe.steps.request import client_of
from mockauth.engine.probe.steps.shown import Typing, edit_of, escaped, require_password
from mockauth.engine.target import browsers
from mockauth.engine.target.browsers import WRONG_PASSWORDS
from mockauth.scenario.model import Step
from mockauth.wire import Exchange, Request
from mockauth.wire.message import every, first, pairs_of
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say

DENIED = "access_denied"
"""What RFC 6749 section 4.1.2.1 has for a server that denies by itself, too: it is refused cleanly, if
not by the error that is due."""


def authorize(run: ProbeRun, step: Step) -> StepResult:
    """Drive an altered authorization request to its end, and judge where that was."""
    if step.change.form is not None or step.change.onward:
        tamper = send_changed_form if step.change.form is not None else lead_onward
        return StepResult(observations=tamper(run, step))
    client = client_of(run, step)
    pending = replace(run.subject.target.pending(), redirect_uri=client.redirect_uri)
    base = authorization_request(client, pending)
    request = mutate(base, step.change, run.material.lookup)
    tested = first(request.query, "redirect_uri") or first(request.params, "redirect_uri")
    uris = tuple(dict.fromkeys(filter(None, (pending.redirect_uri, tested))))
    before, typing = len(run.subject.driver.trace), Typing()
    landing = browsers.authorize(
        run.subject,
        request,
        uris,
        fresh=step.session == "fresh",
        decision=step.decision,
        user=step.user,
        wary=_is_one_to_refuse(step),
        edit=edit_of(step, typing),
    )
    if step.user in WRONG_PASSWORDS:
        require_password(typing, landing)
    elif step.expect.page == "escaped":
        return StepResult(observations=escaped(run, step, before))
    if landing.no_deny:
        _not_refused(run, landing)
    exchange = landing.page
    assert exchange is not None  # noqa: S101 - a visit records at least one exchange
    run.material.done[step.name] = exchange
    _remember(run, step, landing, request)
    run.material.redirect_uri = tested or pending.redirect_uri
    if step.expect.page in SHOWN:
        return StepResult(observations=shown_on_pages(run, step, before, client, landing))
    remember_words(run, before)
    if step.expect.redirect_to in ("nowhere-new", "none"):
        return _nowhere_new(run, step, landing, exchange, pending)
    if step.expect.page:
        return StepResult(observations=_page_shown(run, step, landing, exchange, before))
    error = first(landing.params, "error")
    if landing.left and error in step.expect.or_error:
        return StepResult(
            observations=[
                Seen(actual=say("error={} at the callback", error), exchanges=(exchange.n,))
            ]
        )
    marked = _second_mark(request, landing) if step.expect.query else ""
    if marked:
        wrong = say("the redirect has a second question mark: ?{}?…", marked)
        return StepResult(observations=[run.finding(step, wrong, (exchange.n,))])
    return _compared(run, step, landing, exchange, request, is_ordinary=request == base)


def _remember(run: ProbeRun, step: Step, landing: Landing, request: Request) -> None:
    """Keep what later steps need."""
    material = run.material
    material.code = material.codes[step.name] = code_at(landing.params)
    scope = first(request.query, "scope")
    material.asked_scope = material.asked_scope if scope is None else scope


def _compared(
    run: ProbeRun,
    step: Step,
    landing: Landing,
    exchange: Exchange,
    request: Request,
    *,
    is_ordinary: bool,
) -> StepResult:
    """Compare the end of the way with what the step expects."""
    needs_script = step.expect.verdict == "accepted" and landing.reason == "needs-script"
    is_open = landing.outcome in ("stuck", "timeout") and step.expect.verdict == "either"
    if needs_script or is_open:
        raise Blocked(say("the altered request got stuck: {}", landing.describe()))
    if step.expect.verdict == "accepted" and _is_empty(landing):
        raise Blocked(say("the callback has neither code nor error (see callback.code-once)"))
    came = Came(
        exchange=exchange,
        outcome=authorize_outcome(landing),
        seen=landing.describe(),
        is_ordinary=is_ordinary,
    )
    run.material.refusals[step.name] = refusal = _refusal(landing)
    if _refused_alike(run, step, refusal):
        same = say("as the step {}: {}", own(step.expect.or_refused_as), came.seen)
        return StepResult(observations=[Seen(actual=same, exchanges=came.numbers)])
    result = judge(run, step, came)
    if step.expect.or_error and first(landing.params, "error") == DENIED:
        return tolerated(result)
    if _astray(step, landing):
        wrong = say("instead of the callback, {}", landing.describe())
        return replace(result, observations=[run.finding(step, wrong, (exchange.n,))])
    hidden = "" if first(landing.params, "error") else first(landing.fragment, "error")
    if step.decision == "deny" and hidden:
        wrong = say("error={} is behind the #, where no server sees it", hidden)
        return replace(result, observations=[run.finding(step, wrong, (exchange.n,))])
    added = _callback(run, step, landing, exchange, request)
    return replace(result, observations=[*result.observations, *added])


def _is_one_to_refuse(step: Step) -> bool:
    """Whether the first page that the request leads to may be its refusal."""
    expect = step.expect
    if step.decision == "deny":
        return False
    return expect.verdict == "refused" or expect.redirect_to in ("nowhere-new", "none")


def _is_empty(landing: Landing) -> bool:
    """Whether the callback says nothing: no refusal of what was altered."""
    named = {name for name, _ in (*landing.params, *landing.fragment)}
    return landing.outcome == "callback" and not named & {*GIVES, "error"}


def _refusal(landing: Landing) -> str:
    """What tells one refusal from another; "" for an acceptance, and for what is broken."""
    if authorize_outcome(landing) != "refused":
        return ""
    status = landing.page.answer.status if landing.page and not landing.left else ""
    return f"{landing.outcome} {status} {first(landing.params, 'error') or ''}"


def _refused_alike(run: ProbeRun, step: Step, refusal: str) -> bool:
    """Whether the step may be refused as an earlier one was. What ChatGPT sends to everybody may
    not be refused at all: an empty scope where none is declared."""
    client = run.subject.target.client
    if not (refusal and step.expect.or_refused_as and client and client.auth.scope):
        return False
    return refusal == run.material.refusals.get(step.expect.or_refused_as)


def _not_refused(run: ProbeRun, landing: Landing) -> NoReturn:
    """Why the user could not refuse.

    Raises:
        Blocked: consent was asked for before, and is not any more; or no button was understood.
        NotApplicable: no page lets the user refuse.
    """
    usual = run.subject.target.login
    if landing.left and not landing.asked and usual is not None and usual.asked:
        raise Blocked(
            say(
                "the consent of {} is remembered, so that it cannot be refused any more; give "
                "a user who has not consented yet",
                run.subject.target.given.username,
            )
        )
    if landing.left and not landing.asked:
        raise NotApplicable(say("no page asks the user for consent"))
    if landing.question is not None:
        raise Blocked(landing.question.words)
    raise NotApplicable(say("the consent page has no way to refuse"))


def _astray(step: Step, landing: Landing) -> bool:
    """Whether the browser ended elsewhere than it must."""
    if step.expect.redirect_to == "away":
        return not landing.left
    return step.expect.redirect_to == "callback" and landing.outcome != "callback"


def _nowhere_new(
    run: ProbeRun, step: Step, landing: Landing, exchange: Exchange, pending: Pending
) -> StepResult:
    went = left_for(landing, pending.redirect_uri)
    if step.expect.redirect_to == "none" and landing.left:
        went = without_query(landing.url)
    if went:
        found = run.finding(step, say("the browser was sent to {}", went), (exchange.n,))
        return StepResult(observations=[found])
    if step.expect.verdict == "refused" and authorize_outcome(landing) == "accepted":
        seen = say(
            "a code was sent to the registered callback all the same: {}", landing.describe()
        )
        found = run.finding(step, seen, (exchange.n,))
        return StepResult(observations=[replace(found, tolerated=True)])
    if landing.outcome == "stuck":
        raise Blocked(say("the altered request got stuck: {}", landing.describe()))
    limited = authorize_outcome(landing) == "limited"
    outcome: Outcome = "limited" if limited else "refused"
    return judge(run, step, Came(exchange=exchange, outcome=outcome, seen=landing.describe()))


def _page_shown(
    run: ProbeRun, step: Step, landing: Landing, exchange: Exchange, before: int
) -> Observations:
    if authorize_outcome(landing) != "accepted":
        raise Blocked(say("the second login came to no code: {}", landing.describe()))
    flow = run.subject.driver.trace.exchanges[before:]
    if any(e.answer.ok and "html" in e.answer.media_type for e in flow):
        return [Seen(actual=say("a page was shown again"), exchanges=(exchange.n,))]
    return [run.finding(step, say("a code came without a page: silent approval"), (exchange.n,))]


def _second_mark(request: Request, landing: Landing) -> str:
    """The query of the redirect_uri, where the parameters follow it behind a second ?; else ""."""
    own_query = (first(request.query, "redirect_uri") or "").partition("?")[2]
    came = landing.url.partition("#")[0].partition("?")[2] if landing.left else ""
    return own_query if own_query and came.startswith(f"{own_query}?") else ""


def _callback(
    run: ProbeRun, step: Step, landing: Landing, exchange: Exchange, request: Request
) -> Observations:
    """Compare the callback's parameters with what the step expects of them."""
    if not landing.left:
        return []
    said: Observations = []
    params = (*landing.params, *landing.fragment)
    may_refuse = step.expect.verdict == "either" and first(params, "error")
    for name, wanted in () if may_refuse else step.expect.params:
        value = first(request.all_query, "state") or "" if wanted == "same" else wanted
        came = first(params, name)
        if came not in value.split("|"):
            shown = say("absent") if came is None else repr(came)
            said.append(run.finding(step, say("{} came back {}", name, shown), (exchange.n,)))
    for name in step.expect.absent:
        if first(params, name):
            said.append(run.finding(step, say("{} is in the redirect", name), (exchange.n,)))
    sent = (first(request.query, "redirect_uri") or "").partition("?")[2]
    kept = pairs_of(sent) if step.expect.query else ()
    for name, value in kept:
        if value not in every(params, name):
            said.append(run.finding(step, say("{}={} is gone", name, value), (exchange.n,)))
    for name in () if first(params, "error") else step.expect.once:
        values = every(params, name)
        if len(values) > 1 or any(f"{name}={value}" in sent for value in values):
            seen = say("{} came {} times, one of them planted", name, len(values))
            said.append(run.finding(step, seen, (exchange.n,)))
    return said
