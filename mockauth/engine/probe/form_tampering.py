"""Changing a form of the login pages just before it is sent, and where a login leads on to.

What an attacker cannot know is found by comparison: two visits of the same user differ in the
tokens of their forms and in nothing else that we did not send ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from mockauth.browser.form import Submission
from mockauth.browser.hybrid import wants_browser
from mockauth.browser.landing import Landing
from mockauth.chatgpt.authorize import authorization_request
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.target import browsers
from mockauth.engine.target.subject import Subject
from mockauth.scenario.model import FormChange
from mockauth.wire import Exchange, Pairs, Request
from mockauth.wire.message import pairs_of
from mockauth.wire.words import say

ONWARD = re.compile(
    r"(?i)^(next|continue|return|return_?to|return_?url|redirect|redirect_?to|redirect_?url|goto|"
    r"dest|destination|target|forward|back|url|from|service|r|u|callback_?url)$"
)
SHORTEST_TOKEN = 8
ATTACKER = "https://attacker.example"
"""The site that sends an altered form: a server may look at Origin in place of a token."""
MOST_TOKENS = 4


@dataclass
class PageVisit:
    """One way through the pages, with every form that was sent."""

    forms: list[Submission] = field(default_factory=list)
    landing: Landing | None = None
    state: str = ""
    first_exchange: int = 0
    last_exchange: int = 0

    @property
    def reached_code(self) -> bool:
        """Whether a code came at the end."""
        landing = self.landing
        return landing is not None and landing.left and any(n == "code" for n, _ in landing.params)


def visit(
    subject: Subject, change: FormChange | None = None, usual: PageVisit | None = None
) -> PageVisit:
    """Sign in with a browser without cookies. With `change`, the form it means is altered; `usual`
    is an earlier visit without a change, to tell tokens from the rest.

    Raises:
        NotApplicable: there is no such form.
        Blocked: it was not shown again.
    """
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    pending = subject.target.pending()
    made = PageVisit(state=pending.state, first_exchange=len(subject.driver.trace) + 1)
    at = _position(change, usual) if change is not None and usual is not None else -1

    def edit(form: Submission) -> Submission:
        made.forms.append(form)
        if len(made.forms) - 1 != at or change is None or usual is None:
            return form
        return _without(form, usual.forms[at], change, (pending.state, usual.state))

    made.landing = browsers.authorize(
        subject, authorization_request(client, pending), fresh=True, edit=edit
    )
    made.last_exchange = len(subject.driver.trace)
    if made.reached_code and len(made.forms) <= at:
        raise Blocked(say("the form was not shown again, so that it could not be altered"))
    return made


@dataclass(frozen=True, kw_only=True)
class UsualVisit:
    """The way through the pages that all steps and variants of one probe compare theirs with."""

    probe: str

    def __call__(self, subject: Subject) -> PageVisit:
        """Sign in with a browser without cookies."""
        with subject.during("supply"):
            return visit(subject)


class _Reached(Exception):
    """An attacker's browser has come to the form, and does not send it."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A form as another browser gets it, which was not sent, and the state of its request."""

    form: Submission
    state: str


def form_at(change: FormChange, usual: PageVisit) -> Submission:
    """The form that is meant.

    Raises:
        NotApplicable: there is no such form.
    """
    return usual.forms[_position(change, usual)]


def taken_form(subject: Subject, change: FormChange, usual: PageVisit) -> Taken:
    """What another browser gets for the form.

    Raises:
        Blocked: it did not come so far.
        NotApplicable: there is no such form.
    """
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    at, pending = _position(change, usual), subject.target.pending()
    seen: list[Submission] = []

    def edit(form: Submission) -> Submission:
        seen.append(form)
        if len(seen) - 1 == at:
            raise _Reached
        return form

    request = authorization_request(client, pending)
    with suppress(_Reached):
        browsers.authorize(subject, request, fresh=True, edit=edit)
    if len(seen) <= at:
        raise Blocked(say("another browser does not come to this form"))
    return Taken(form=seen[at], state=pending.state)


def tokens_of(form: Submission, state: str, taken: Taken) -> tuple[str, ...]:
    """The hidden fields of a form that differ from browser to browser."""
    theirs, states = dict(taken.form.fields), (state, taken.state)
    return tuple(
        dict.fromkeys(
            name
            for name, value in form.fields
            if _is_token(name, value, theirs.get(name), form.hidden, states)
        )
    )


def send_borrowed(
    subject: Subject, change: FormChange, usual: PageVisit, taken: Submission, left_out: str
) -> PageVisit:
    """Sign in with a browser that is made to send the form with the address and the hidden fields
    of another one's, but for `left_out`."""
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    pending, at = subject.target.pending(), _position(change, usual)
    made = PageVisit(state=pending.state, first_exchange=len(subject.driver.trace) + 1)

    def edit(form: Submission) -> Submission:
        made.forms.append(form)
        return form if len(made.forms) - 1 != at else _with_values_of(form, taken, left_out)

    made.landing = browsers.authorize(
        subject, authorization_request(client, pending), fresh=True, edit=edit
    )
    return made


def _with_values_of(form: Submission, taken: Submission, left_out: str) -> Submission:
    typed = tuple(pair for pair in form.fields if pair[0] not in form.hidden)
    hidden = tuple(pair for pair in taken.fields if pair[0] in taken.hidden)
    kept = tuple(pair for pair in (*hidden, *typed) if pair[0] != left_out)
    return replace(form, url=taken.url, fields=kept, sent_by=ATTACKER)


def has_secret_address(usual: PageVisit, other: PageVisit, which: Literal["last", "login"]) -> bool:
    """Whether the address of the form has a part that differs from visit to visit, so that nobody
    else can know it."""
    at = _position(FormChange(which=which, without=()), usual)
    if at >= len(other.forms):
        return False
    one = usual.forms[at].url.replace(usual.state, "")
    return one != other.forms[at].url.replace(other.state, "")


def _position(change: FormChange, usual: PageVisit) -> int:
    if not usual.forms and usual.landing is not None and wants_browser(usual.landing):
        raise Blocked(say("the forms are made by script, so none can be altered"))
    if not usual.forms:
        raise NotApplicable(say("the server shows no form before the callback"))
    if not usual.reached_code:
        raise Blocked(
            say("a login with a new browser reached no code (see authorize.request-accepted)")
        )
    last = len(usual.forms) - 1
    if change.which == "last":
        return last
    for at, form in enumerate(usual.forms):
        if form.has_password:
            return at
    raise NotApplicable(say("no form asks for a password"))


def _without(
    form: Submission, usual: Submission, change: FormChange, states: tuple[str, str]
) -> Submission:
    fields = form.fields
    if "token" in change.without:
        before = dict(usual.fields)
        fields = tuple(
            (name, value)
            for name, value in form.fields
            if not _is_token(name, value, before.get(name), form.hidden, states)
        )
    cookieless = "cookies" in change.without
    return replace(form, fields=fields, drop_cookies=cookieless, forged=True, sent_by=ATTACKER)


def _is_token(
    name: str, value: str, before: str | None, hidden: tuple[str, ...], states: tuple[str, ...]
) -> bool:
    """A hidden value that was another one at the other visit, and does not hold our own state."""
    ours = any(state in value for state in states if state)
    return name in hidden and value != before and not ours and len(value) >= SHORTEST_TOKEN


def sent_cookies(trace_part: list[Exchange]) -> dict[str, str]:
    """The SameSite attribute, in lower case, of each cookie that was set in these exchanges."""
    found: dict[str, str] = {}
    for exchange in trace_part:
        for header in exchange.answer.headers_named("Set-Cookie"):
            name = header.partition("=")[0].strip()
            site = re.search(r"(?i);\s*samesite\s*=\s*(\w+)", header)
            found[name] = site.group(1).lower() if site else ""
    return found


def onward_visits(
    subject: Subject, usual: PageVisit, address: str
) -> Iterator[tuple[str, Landing]]:
    """Sign in again with each `next`-like parameter pointed to `address`; gives its name and where
    the browser ended.

    Raises:
        NotApplicable: no page has such a parameter.
    """
    trace = subject.driver.trace
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    pages = [
        exchange
        for exchange in trace.exchanges[usual.first_exchange - 1 : usual.last_exchange]
        if exchange.step == "page" and exchange.request.method == "GET"
    ]
    found = False
    for page in pages:
        for name in _onward_names(page.request.all_query):
            found = True
            yield (
                name,
                browsers.authorize(subject, _pointed(page.request, name, address), fresh=True),
            )
    for at, form in enumerate(usual.forms):
        for name in _onward_names(tuple(p for p in form.fields if p[0] in form.hidden)):
            found = True
            yield name, _with_field(subject, at, name, address)
    if not found:
        raise NotApplicable(say("no page takes a next address"))


def _onward_names(pairs: Pairs) -> list[str]:
    return [
        name
        for name, value in pairs
        if ONWARD.match(name) and (value.startswith("/") or "://" in value)
    ]


def _pointed(request: Request, name: str, address: str) -> Request:
    base, _, query = request.target.partition("?")
    pairs = tuple((n, address if n == name else v) for n, v in pairs_of(query.partition("#")[0]))
    return Request(method="GET", url=base, query=pairs)


def _with_field(subject: Subject, at: int, name: str, address: str) -> Landing:
    client = subject.target.client
    assert client is not None  # noqa: S101 - probes of oauth only
    count = 0

    def edit(form: Submission) -> Submission:
        nonlocal count
        count += 1
        if count - 1 != at:
            return form
        fields = tuple((n, address if n == name else v) for n, v in form.fields)
        return replace(form, fields=fields)

    request = authorization_request(client, subject.target.pending())
    return browsers.authorize(subject, request, fresh=True, edit=edit)
