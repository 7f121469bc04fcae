"""What on the way through the login pages stops every browser, although the server goes along."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.page import directive, form_action, policies
from mockauth.checks.record import callback_params, is_page, landed
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import first
from mockauth.wire.url import without_query
from mockauth.wire.words import AT_CLIENT_URL, own, say

AT = AT_CLIENT_URL
MOST_NAMED = 3
DIRECTIVES = frozenset(
    {
        "form-action", "sandbox", "script-src", "script-src-elem", "script-src-attr",
        "default-src", "Referrer-Policy",
    }
)  # fmt: skip
"""What of a policy stops a page (CSP 3); anything else that stops one is a script."""
SENDS_BY_FETCH = ("submit", "preventDefault", "fetch(", "location")
FORM_ACTION = "page.form-action-allows-redirect"


def obstacle(evidence: Evidence) -> str:
    """The id of the rule that says what stops every browser; "" where nothing does."""
    if evidence.dropped:
        return cookies_kept.rule.id
    if evidence.unsendable:
        return form_can_be_sent.rule.id
    if not evidence.stopped_by:
        return ""
    if evidence.stopped_by not in DIRECTIVES:
        return consent_reaches_callback.rule.id
    return FORM_ACTION if _form_action_tells(evidence) else policy_allows_login.rule.id


def _form_action_tells(evidence: Evidence) -> bool:
    """Whether the rule about form-action finds the cause: one cause is told once."""
    if evidence.stopped_by != "form-action":
        return False
    try:
        return any(isinstance(said, Finding) for said in form_action.judge(evidence))
    except (Blocked, NotApplicable):
        return False


def _shown(evidence: Evidence) -> list[Exchange]:
    """The exchanges of a login that came to a code; a verdict where it did not, or shows no page."""
    callback = landed(evidence)
    if not first(callback_params(callback), "code"):
        raise Blocked(say("no code was seen (see authorize.request-accepted)"))
    flow = evidence.trace.select("authorize", "page", flow=callback.flow)
    if not any(is_page(e) for e in flow):
        raise NotApplicable(say("the server shows no page"))
    return flow


@check(
    "page.cookies-kept-by-browsers",
    "MMM",
    refs=("RFC6265bis-5.6", "RFC6265bis-5.7", "RFC6265bis-8.8"),
    auth=("oauth",),
    shows="the login page again, or an error page after the password",
    why="Without its session the server forgets the login, in every browser and for every user.",
    fix="Set the session cookie with SameSite=Lax, Secure on https, and no wrong prefix.",
)
def cookies_kept(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The login works with the cookies that a browser keeps and sends when ChatGPT starts it."""
    if evidence.dropped:
        told = [say("{}: {}", name, own(why)) for name, why in evidence.dropped[:MOST_NAMED]]
        yield Finding(
            expected=say("a code with the cookies that browsers keep and send"),
            actual=say(
                "a code comes only with cookies that browsers drop ({})", say("; ").join(told)
            ),
            at=AT,
        )
        return
    flow = _shown(evidence)
    if not any(e.answer.headers_named("Set-Cookie") for e in flow):
        raise NotApplicable(say("the login sets no cookie"))
    yield Seen(actual=say("browsers keep and send what the login needs"), exchanges=(flow[0].n,))


@check(
    "page.form-can-be-sent",
    "MMM",
    refs=("HTML-constraints",),
    auth=("oauth",),
    shows="a browser's own message beside the field, and no request",
    why="The server takes these credentials, but no browser sends them: the page forbids it.",
    fix="Take the rule from the field, or let it admit every name and password that you give out.",
)
def form_can_be_sent(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Browsers send the login form with the user name and password that the server accepts."""
    if evidence.unsendable:
        yield Finding(
            expected=say("a form that takes this user's name and password"),
            actual=say(
                "browsers do not send the form, since what is typed breaks {}; "
                "sent all the same, it leads to a code",
                evidence.unsendable,
            ),
            at=AT,
        )
        return
    flow = _shown(evidence)
    sent = [e for e in flow if e.request.method == "POST"]
    if not sent:
        raise NotApplicable(say("no form was sent"))
    yield Seen(actual=say("the forms were sent"), exchanges=(sent[0].n,))


@check(
    "page.policy-allows-login",
    "MMM",
    refs=("CSP3",),
    auth=("oauth",),
    shows="the button does nothing",
    why="The browser obeys the page's own policy, and neither sends the form nor runs the script.",
    fix="Let the page's policy admit its own forms (form-action 'self', sandbox allow-forms "
    "allow-same-origin) and the script that sends them (a nonce or a hash).",
)
def policy_allows_login(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The Content-Security-Policy of the login pages lets browsers send their forms and go on."""
    flow = _shown(evidence)
    if evidence.stopped_by not in DIRECTIVES:
        yield Seen(actual=say("no policy stops a form or a script"), exchanges=(flow[0].n,))
        return
    if _form_action_tells(evidence):
        raise NotApplicable(say("told by {}", own(FORM_ACTION)))
    if evidence.stopped_by == "Referrer-Policy":
        refused = (e for e in flow if e.answer.status >= 400)
        sent = next((e for e in refused if e.request.header("Origin") == "null"), flow[-1])
        yield Finding(
            expected=say("forms that browsers may send"),
            actual=say(
                "Referrer-Policy: no-referrer makes browsers send Origin: null, which is refused "
                "with status {}", sent.answer.status
            ),
            at=without_query(sent.request.target),
            fix=say("Send Referrer-Policy: same-origin, or accept Origin: null."),
            exchanges=(sent.n,),
        )  # fmt: skip
        return
    page, said = _policy(evidence, flow)
    yield Finding(
        expected=say("a policy under which the page works"),
        actual=say("{} {:.180}: no browser goes on", own(evidence.stopped_by), said),
        at=without_query(page.request.target),
        exchanges=(page.n,),
    )


def _policy(evidence: Evidence, flow: list[Exchange]) -> tuple[Exchange, str]:
    """The first page with the directive that stops a browser, and what it says there."""
    for page in flow:
        for policy in policies(evidence.pages, page):
            sources = directive(policy, evidence.stopped_by)
            if sources is not None:
                return page, " ".join(sources)
    return flow[-1], ""


@check(
    "page.consent-reaches-callback",
    "MMM",
    refs=("Fetch-redirect", "hitobito/hitobito#2476", "hotwired/turbo#435"),
    auth=("oauth",),
    practice=True,
    shows="the consent button does nothing; no POST to the token endpoint",
    why="A script sends the form in place of the browser, and may not follow the redirect to "
    "ChatGPT: the code is issued and never arrives.",
    fix='Keep the forms that lead to ChatGPT from script: with Turbo data-turbo="false" on the '
    "form; else let the script open the address that the server answers with.",
)
def consent_reaches_callback(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The form that leads to the callback is sent by the browser, not by a script library."""
    flow = _shown(evidence)
    if not evidence.stopped_by or evidence.stopped_by in DIRECTIVES:
        _look_for_fetch(flow)
        yield Seen(actual=say("no script takes the form over"), exchanges=(flow[-1].n,))
        return
    yield Finding(
        expected=say("the browser follows the redirect to the callback"),
        actual=say("{} sends the form, and cannot follow the redirect", own(evidence.stopped_by)),
        at=without_query(flow[-1].request.target),
        exchanges=(flow[-1].n,),
    )


def _look_for_fetch(flow: list[Exchange]) -> None:
    """Block where a script of the last page sends its form, and may know its own way to ChatGPT."""
    shown = [e.answer.text for e in flow[:-1] if is_page(e)]
    if shown and all(word in shown[-1] for word in SENDS_BY_FETCH):
        raise Blocked(
            say(
                "a script of the page sends the form with fetch and goes on itself: only a browser "
                "shows whether it comes to ChatGPT"
            )
        )


@check(
    "page.works-without-script",
    "iii",
    refs=("HTML-submission",),
    auth=("oauth",),
    practice=True,
    why="A browser runs the script, so ChatGPT's users sign in; mockauth and other programs "
    "cannot look behind such a page.",
    fix="No change needed for ChatGPT. A form with an action works everywhere.",
)
def works_without_script(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The login pages can be sent without running a script."""
    if evidence.stuck_for == "needs-script":
        yield Finding(
            expected=say("forms that can be sent without script"),
            actual=say("only script goes on: {}", evidence.stuck),
            at=AT,
        )
        return
    if evidence.stuck:
        raise Blocked(evidence.stuck)
    flow = _shown(evidence)
    yield Seen(actual=say("the pages were sent without script"), exchanges=(flow[0].n,))
