"""What several checks ask of the record: the callbacks, the codes, the token answers."""

from __future__ import annotations

import re

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.wire import Exchange, Pairs, Response
from mockauth.wire.message import first, pairs_of
from mockauth.wire.trace import Fallback
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say

LOGIN = re.compile(r"log[-_]?(?:in|on)\b|sign[-_]?in\b|/sso\b")
PASSWORD_FIELD = re.compile(r"<input\b[^>]{0,300}\btype\s*=\s*[\"']?password")
SHORTEST_SESSION = 16
"""Characters of a cookie that may name a session."""

ODD = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
"""What error, error_description and error_uri must not have (RFC 6749 sections 4.1.2.1, 5.2)."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Real servers quote names in descriptions; of the odd characters only these do harm."""
GOES_ON = (Fallback.PKCE, Fallback.LOGGED_IN, Fallback.NO_RESOURCE)
"""What a run goes on with when the ordinary request was refused without it."""
PLANTS = ("callback.code-not-polluted", "page.parameters-escaped")
"""Probes that plant texts of their own, which an error may quote."""
UNLIKE = ("token.code-race-single-winner", "refresh.race-bounded", "token.malformed-body-is-4xx")
"""Probes whose refusals are those of a framework or a database, and judged by their own rules."""


def landed(evidence: Evidence) -> Exchange:
    """The callback of the ordinary flow, or of the one that the run went on with after a refusal;
    or a verdict why there is none."""
    last = evidence.trace.last("callback")
    if last is None or not first(callback_params(last), "code"):
        found = evidence.trace.select("callback", purpose="fallback")
        went_on = [e for e in found if e.fallback in GOES_ON and first(callback_params(e), "code")]
        last = went_on[-1] if went_on else last
    if last is None:
        raise Blocked(
            say("the ordinary flow did not reach a callback (see authorize.request-accepted)")
        )
    return last


def browsed(evidence: Evidence) -> list[Exchange]:
    """What the browser asked for in the ordinary login, and after a refusal in the one that the run
    went on with: the pages are the same."""
    tries = evidence.trace.select("callback", purpose="fallback")
    went_on = {e.flow for e in tries if e.fallback in GOES_ON and first(callback_params(e), "code")}
    again = evidence.trace.select("authorize", "page", purpose="fallback")
    return [
        *evidence.trace.ordinary("authorize", "page"),
        *(e for e in again if e.flow in went_on),
    ]


def before(evidence: Evidence, callback: Exchange) -> list[Exchange]:
    """What the browser asked for on its way to a callback."""
    if callback.purpose == "ordinary":
        found = evidence.trace.ordinary("authorize", "page")
    else:
        found = evidence.trace.select("authorize", "page", flow=callback.flow)
    return [e for e in found if e.n < callback.n]


def callback_params(exchange: Exchange) -> Pairs:
    """The parameters of a captured redirect: query, fragment, form."""
    fragment = pairs_of(exchange.request.target.partition("#")[2])
    return (*exchange.request.all_query, *fragment, *exchange.request.params)


def redirect_before(evidence: Evidence, callback: Exchange) -> Exchange:
    """The answer that sent the browser to a callback, or a verdict that there is none."""
    flow = evidence.trace.select("authorize", "page", flow=callback.flow)
    earlier = [e for e in flow if e.n < callback.n]
    if not earlier or earlier[-1].response is None:
        raise Blocked(say("what sent the browser to the callback was not seen"))
    return earlier[-1]


def error_redirects(evidence: Evidence) -> list[Exchange]:
    """Every captured redirect of the run that carries `error`, but for those to an address in
    which a probe planted parameters of its own."""
    found = evidence.trace.select("callback")
    sent = [e for e in found if e.probe not in PLANTS]
    return [e for e in sent if first(callback_params(e), "error") is not None]


def codes(evidence: Evidence) -> list[tuple[Exchange, str]]:
    """Every code of the run, with the redirect that carried it."""
    found = evidence.trace.select("callback")
    pairs = [(e, first(callback_params(e), "code") or "") for e in found]
    if not any(code for _, code in pairs):
        raise Blocked(say("no code was seen (see authorize.request-accepted)"))
    # A code beside an error, or one that a probe planted, is none that the server made.
    return [(e, code) for e, code in pairs if code and not _is_made_up(e)]


def _is_made_up(exchange: Exchange) -> bool:
    params = callback_params(exchange)
    return first(params, "error") is not None or exchange.probe in PLANTS


def sent_state(evidence: Evidence, callback: Exchange) -> str | None:
    """The state that was sent in the flow of a callback."""
    sent = [e for e in evidence.trace.select("authorize", flow=callback.flow) if e.n < callback.n]
    if not sent:
        return None
    request = sent[-1].request
    return first(request.all_query, "state") or first(request.params, "state")


def grants(evidence: Evidence) -> list[Exchange]:
    """The successful token answers of the ordinary flow, its fallback, and its refresh."""
    found = [
        e
        for e in evidence.trace.select("token", "refresh")
        if e.purpose in ("ordinary", "fallback", "supply")
        and e.answer.ok
        and not names_error(e.answer)
    ]
    if not found:
        raise Blocked(say("no token answer was seen (see token.exchange-works)"))
    return found


def names_error(answer: Response) -> bool:
    """Whether a JSON answer has an `error`; null, false and "" are none."""
    return bool(answer.members.get("error"))


def token_errors(evidence: Evidence) -> list[Exchange]:
    """Every answer of the token endpoint that refused, or that should have."""
    found = [
        e
        for e in evidence.trace.select("token", "refresh")
        if e.response is not None
        and e.probe not in UNLIKE
        and (not e.answer.ok or names_error(e.answer))
    ]
    if not found:
        raise Blocked(say("no refusal of the token endpoint was seen"))
    return found


def second_user_flows(evidence: Evidence) -> frozenset[int]:
    """The numbers of the flows in which the second user was logged in: those that sent that name
    or password, and those of the same browser session, told by a cookie that only they have."""
    given = evidence.given
    one = {given.username, given.password.reveal()} - {""}
    other = {given.other_username, given.other_password.reveal()} - {""} - one
    browsed = evidence.trace.select("authorize", "page")
    logged_in = {e.flow for e in browsed if other & {value for _, value in e.request.params}}
    theirs = {pair for e in browsed if e.flow in logged_in for pair in _cookies(e)}
    ours = {e.flow for e in browsed if one & {value for _, value in e.request.params}}
    # A cookie of both, such as one that names the machine behind a balancer, tells nothing.
    theirs -= {pair for e in browsed if e.flow in ours for pair in _cookies(e)}
    return frozenset(logged_in | {e.flow for e in browsed if theirs & _cookies(e)})


def _cookies(exchange: Exchange) -> set[str]:
    """The pairs of cookies sent and set that may name a session: short values are settings."""
    headers = [exchange.request.header("Cookie") or ""]
    headers += [h.partition(";")[0] for h in exchange.answer.headers_named("Set-Cookie")]
    pairs = (part.strip() for header in headers for part in header.split(";"))
    return {pair for pair in pairs if len(pair.partition("=")[2]) >= SHORTEST_SESSION}


def asks_to_log_in(exchange: Exchange) -> bool:
    """Whether the answer is a login page, or a redirect to one."""
    answer = exchange.answer
    if answer.is_redirect:
        return bool(LOGIN.search(without_query(answer.header("Location") or "").lower()))
    page = answer.text[:200_000].lower() if "html" in answer.media_type else ""
    return bool(PASSWORD_FIELD.search(page))


def calls(evidence: Evidence) -> list[Exchange]:
    """The ordinary calls of the API, or a verdict why there are none. One that was refused for its scope, and then
    accepted with more, is no refusal of the token."""
    stepped_up = evidence.mcp.stepped_up if evidence.mcp is not None else ()
    found = [e for e in evidence.trace.ordinary("api") if e.n not in stepped_up]
    if found:
        return found
    if evidence.mcp is not None and evidence.uncalled:
        raise Blocked(evidence.uncalled, by_option="--operation")
    if evidence.mcp is not None:
        raise Blocked(say("the sign-in did not get as far as a call of the MCP server"))
    if evidence.openapi is None:
        raise Blocked(say("the OpenAPI document could not be read (see openapi.served)"))
    if evidence.uncalled:
        raise Blocked(evidence.uncalled, by_option="--operation")
    if evidence.openapi.operation() is None:
        raise Blocked(
            say("no operation to call: name one with --operation"), by_option="--operation"
        )
    raise Blocked(say("there was no token to call the API with (see token.exchange-works)"))


def accepted_calls(evidence: Evidence) -> list[Exchange]:
    """The ordinary calls that were answered with 2xx, or a verdict why there are none."""
    found = [call for call in calls(evidence) if call.answer.ok]
    if not found:
        raise Blocked(say("the API accepted no call (see {})", _about_calls(evidence)))
    return found


def _about_calls(evidence: Evidence) -> str:
    """The check that says why no call was accepted."""
    closed = evidence.auth is None or evidence.auth.type != "none"
    return own("api.valid-token-accepted" if closed else "none.api-open")


def flow_pages(evidence: Evidence) -> list[Exchange]:
    """The HTML pages between the authorize request and the callback, as `browsed`."""
    found = browsed(evidence)
    if not found:
        raise Blocked(say("the authorize endpoint ({client_url}) was not asked"))
    pages = [e for e in found if is_page(e)]
    if not pages:
        raise NotApplicable(say("the server shows no page"))
    return pages


def is_page(exchange: Exchange) -> bool:
    """Whether it shows a page: some show the login with 401 or 403, and its form is sent all the
    same."""
    answer = exchange.answer
    shows = answer.ok or (400 <= answer.status < 500 and b"<form" in answer.body.lower())
    return shows and "html" in answer.media_type
