"""Every exchange of the run: time, size, redirects, crashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.fallback_text import text_of
from mockauth.checks.finding import Finding, NotApplicable, Seen
from mockauth.checks.record import accepted_calls, flow_pages
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.url import origin, without_query
from mockauth.wire.words import cut, own, say

INTERNALS = re.compile(
    r"Traceback \(most recent call last\)|\bat [\w.$]+\([\w.]+\.java:\d+\)|SQLSTATE|"
    r"sqlite3\.OperationalError|\bat .{1,80}\(/?[\w./-]+\.js:\d+:\d+\)|"
    r'File "[^"]+\.py", line \d+|Werkzeug Debugger|Stack trace:'
)
MOST_NAMED = 5


def _limit(evidence: Evidence, exchange: Exchange) -> float:
    documents = exchange.step in ("manifest", "openapi", "asset")
    return evidence.profile.document_seconds if documents else evidence.profile.api_seconds


def _answered(evidence: Evidence) -> list[Exchange]:
    found = [e for e in evidence.trace if e.step != "callback" and e.trouble != "not-asked"]
    if not found:
        raise NotApplicable(say("nothing was asked"))
    return found


@check(
    "transport.answers-in-time",
    "MMi",
    refs=("OAI-plugin-prod",),
    practice=True,
    shows="time-outs",
    why="ChatGPT waits 15 s for documents and 45 s for calls.",
    fix="Answer faster.",
)
def answers_in_time(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Documents come within 15 s, calls within 45 s."""
    slowest = 0.0
    for e in _answered(evidence):
        limit = _limit(evidence, e)
        slowest = max(slowest, e.elapsed_ms)
        if e.trouble == "timed-out" or e.elapsed_ms > limit * 1000:
            actual = e.error or say("{:.1f} s", e.elapsed_ms / 1000)
            yield Finding(
                expected=say("at most {:g} s", limit),
                actual=actual,
                at=without_query(e.request.url),
                exchanges=(e.n,),
            )
    yield Seen(actual=say("the slowest took {:.2f} s", slowest / 1000))


@check(
    "transport.answers-in-half-the-time",
    "SSi",
    refs=("OAI-plugin-prod",),
    practice=True,
    why="A slow day should not end sign-in.",
    fix="Answer in half the time that ChatGPT waits.",
)
def answers_in_half(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Documents come within 7.5 s, calls within 22.5 s."""
    for e in _answered(evidence):
        if e.elapsed_ms > _limit(evidence, e) * 500:
            yield Finding(
                expected=say("at most {:g} s", _limit(evidence, e) / 2),
                actual=say("{:.1f} s", e.elapsed_ms / 1000),
                exchanges=(e.n,),
            )
    yield Seen(actual=say("every answer was in time"))


@check(
    "transport.body-below-100k",
    "MM-",
    refs=("OAI-plugin-start",),
    practice=True,
    shows="big answers fail",
    why="ChatGPT drops longer answers.",
    fix="Page the answer, or shorten it.",
)
def body_below_limit(evidence: Evidence) -> Iterator[Finding | Seen]:
    """API answers have fewer than 100,000 characters."""
    for call in accepted_calls(evidence):
        size = call.answer.characters
        if size >= evidence.profile.api_characters or call.answer.truncated:
            yield Finding(
                expected=say("fewer than 100,000 characters"),
                actual=say("{} characters", size),
                exchanges=(call.n,),
            )
        else:
            yield Seen(actual=say("{} characters", size), exchanges=(call.n,))


@check(
    "transport.no-redirect-on-api",
    "SSS",
    refs=("OAI-plugin-prod",),
    practice=True,
    shows="works with curl, not in ChatGPT",
    why="ChatGPT does not promise to follow redirects.",
    fix="Answer at the declared URL itself.",
)
def no_redirect_on_api(evidence: Evidence) -> Iterator[Finding | Seen]:
    """{The_document} and the API answer without a redirect."""
    found = evidence.trace.ordinary("openapi", "api")
    if not found:
        raise NotApplicable(say("neither was asked"))
    for e in found:
        if 300 <= e.answer.status < 400 and e.answer.status != 304:
            yield Finding(
                expected=say("an answer"),
                actual=say("{} to {}", e.answer.status, e.answer.header("Location")),
                exchanges=(e.n,),
            )
        else:
            yield Seen(actual=e.outcome, exchanges=(e.n,))


@check(
    "transport.no-5xx",
    "SSS",
    refs=("RFC9110-15.6",),
    practice=True,
    why="A crash is no refusal: it hides defects and fills logs.",
    fix="Look up the error in your server's log; answer bad input with 4xx.",
)
def no_5xx(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No request of the run crashes the server or breaks off."""
    named: set[str] = set()
    answered = _answered(evidence)
    alive = {origin(e.request.url) for e in answered if e.response is not None}
    for e in answered:
        what = f"{e.step} {e.probe or text_of(e)}"
        if _crashed(e, alive) and what not in named and len(named) < MOST_NAMED:
            named.add(what)
            yield Finding(
                expected=say("no 5xx"),
                actual=say("{} ({})", e.outcome, own(what.strip())),
                at=without_query(e.request.url),
                exchanges=(e.n,),
            )
    yield Seen(actual=say("{} exchanges", len(evidence.trace)))


def _crashed(e: Exchange, alive: set[str]) -> bool:
    """Whether the server answered 5xx, or broke off; what never answered cannot be reached."""
    if e.probe == "transport.no-plain-http-service":
        return False  # a closed port is what it wants to find
    if e.response is None:
        return e.trouble != "timed-out" and origin(e.request.url) in alive
    # RFC 9110 section 15.6.2: the legal answer to a method that is not there, and a probe chose it.
    chosen = e.purpose != "ordinary" or e.request.method not in ("GET", "POST", "HEAD")
    return e.answer.status >= 500 and not (e.answer.status == 501 and chosen)


@check(
    "transport.hsts",
    "iii",
    refs=("RFC6797-7.1",),
    practice=True,
    auth=("oauth",),
    why="A browser that has seen it never asks for the login page over plain http again.",
    fix="Send Strict-Transport-Security: max-age=31536000 with every page.",
)
def hsts(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Pages carry Strict-Transport-Security."""
    for page in flow_pages(evidence):
        sent = page.answer.header("Strict-Transport-Security")
        if not page.request.url.startswith("https://"):
            # RFC 6797 section 7.2: it must not be sent over plain http.
            raise NotApplicable(say("the pages are served over plain http, where it says nothing"))
        if sent:
            yield Seen(actual=cut(sent, 120), exchanges=(page.n,))
        else:
            yield Finding(
                expected=say("Strict-Transport-Security"),
                actual=say("absent"),
                at=without_query(page.request.url),
                exchanges=(page.n,),
            )


@check(
    "transport.no-internals-in-errors",
    "SSS",
    refs=("CWE-209",),
    practice=True,
    why="Stack traces help attackers and tell users nothing.",
    fix="Switch debug pages off.",
)
def no_internals(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Errors show no stack trace and no SQL."""
    for e in _answered(evidence):
        found = INTERNALS.search(e.answer.text[:100_000]) if e.answer.status >= 400 else None
        if found:
            yield Finding(
                expected=say("a short error"),
                actual=say("{} with internals of the server", e.outcome),
                at=without_query(e.request.url),
                exchanges=(e.n,),
            )
            return
    yield Seen(actual=say("{} exchanges", len(evidence.trace)))
