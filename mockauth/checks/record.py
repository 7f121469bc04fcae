"""What several checks ask of the record: the callbacks, the codes, the token answers."""

from __future__ import annotations

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.wire import Exchange, Pairs
from mockauth.wire.message import first, pairs_of


def landed(evidence: Evidence) -> Exchange:
    """The callback of the ordinary flow, or a verdict why there is none."""
    last = evidence.trace.last("callback")
    if last is None:
        raise Blocked("the ordinary flow did not reach a callback (see authorize.request-accepted)")
    return last


def callback_params(exchange: Exchange) -> Pairs:
    """The parameters of a captured redirect: query, fragment, form."""
    fragment = pairs_of(exchange.request.target.partition("#")[2])
    return (*exchange.request.all_query, *fragment, *exchange.request.params)


def error_redirects(evidence: Evidence) -> list[Exchange]:
    """Every captured redirect of the run that carries `error`."""
    found = evidence.trace.select("callback")
    return [e for e in found if first(callback_params(e), "error") is not None]


def codes(evidence: Evidence) -> list[tuple[Exchange, str]]:
    """Every code of the run, with the redirect that carried it."""
    found = evidence.trace.select("callback")
    pairs = [(e, first(callback_params(e), "code") or "") for e in found]
    if not any(code for _, code in pairs):
        raise Blocked("no code was seen (see authorize.request-accepted)")
    return [(e, code) for e, code in pairs if code]


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
        and "error" not in e.answer.members
    ]
    if not found:
        raise Blocked("no token answer was seen (see token.exchange-works)")
    return found


def token_errors(evidence: Evidence) -> list[Exchange]:
    """Every answer of the token endpoint that refused, or that should have."""
    found = [
        e
        for e in evidence.trace.select("token", "refresh")
        if e.response is not None and (not e.answer.ok or "error" in e.answer.members)
    ]
    if not found:
        raise Blocked("no refusal of the token endpoint was seen")
    return found


def flow_pages(evidence: Evidence) -> list[Exchange]:
    """The HTML pages between the authorize request and the callback, in the ordinary flow."""
    found = evidence.trace.ordinary("authorize", "page")
    if not found:
        raise Blocked("the authorize endpoint (client_url) was not asked")
    pages = [e for e in found if e.answer.ok and _is_html(e)]
    if not pages:
        raise NotApplicable("the server shows no page")
    return pages


def _is_html(exchange: Exchange) -> bool:
    return "html" in exchange.answer.media_type
