"""One user's browser: it follows, fills in forms, and stops before it leaves the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from mockauth.browser.cookies import Cookies
from mockauth.browser.form import (
    Credentials,
    Decision,
    Submission,
    best_form,
    fill,
    outline,
    press,
    score,
    signs_in,
    unticking_refuses,
)
from mockauth.browser.landing import Landing, Outcome, Reason, matches
from mockauth.browser.page import Page, read_page
from mockauth.browser.words import ALLOW, CAPTCHA, DENY, OTHER_PURPOSE, SIGN_IN
from mockauth.wire import Exchange, Pairs, Request
from mockauth.wire.markup import Pages, PageTooLarge
from mockauth.wire.message import FORM, pairs_of
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, is_loopback_host, join, origin, split
from mockauth.wire.words import own, say

Send = Callable[[Request, Step], Exchange]
"""Sends and records; network trouble is in `Exchange.error`, never raised."""
Edit = Callable[[Submission], Submission]
"""Lets a probe change a form just before it is sent."""

SAYS_OF_ITSELF = ("user-agent", "accept", "accept-language")
WEB = ("http://", "https://")
"""A link to anything else, such as `javascript:`, does nothing without script."""
MAX_HOPS = 15
MAX_PAGES = 6


@dataclass
class Session:
    """A user's browser. Several `run`s share cookies, so that later codes cost no login.

    `hosts` may be visited; when one of them is loopback, every loopback host may. `map_url`
    turns an address of the manifest's world into one of the server under test.
    """

    send: Send
    credentials: Credentials
    hosts: frozenset[str]
    map_url: Callable[[str], str] = lambda url: url
    refuses: Callable[[str], str] = lambda url: ""
    """Why an address must not be visited whatever its host; "" where it may be."""
    follow_only: bool = False
    cookies: Cookies = field(default_factory=Cookies)
    pages: Pages = field(default_factory=Pages)

    def run(
        self,
        request: Request,
        *,
        redirect_uris: tuple[str, ...],
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive one authorization request to its end. Never raises for what a server does."""
        return _Visit(self, redirect_uris, decision, edit).run(request)

    def may_visit(self, url: str) -> bool:
        """Whether the address is on the site (or on this machine, when the site is)."""
        return self._is_on_site(url) and not self.refuses(url)

    def why_not(self, url: str) -> str:
        """Why an address on the site must not be visited all the same; "" for any other one."""
        return self.refuses(url) if self._is_on_site(url) else ""

    def _is_on_site(self, url: str) -> bool:
        host = hostname(url)
        if host in self.hosts:
            return True
        return is_loopback_host(host) and any(is_loopback_host(h) for h in self.hosts)


@dataclass
class _Visit:
    """The way of one authorization request through the pages."""

    session: Session
    redirect_uris: tuple[str, ...]
    decision: Decision
    edit: Edit | None
    hops: int = 0
    pages: int = 0
    filled: list[str] = field(default_factory=list)
    submitted: set[tuple[str, Pairs]] = field(default_factory=set)
    passwords_at: set[str] = field(default_factory=set)
    refused: bool = False
    """The user has been able to say no."""
    always: Pairs = ()
    """What this browser says of itself in each request, as in the first."""

    def run(self, request: Request) -> Landing:
        step: Step = "authorize"
        drop_cookies = False
        self.always = tuple(h for h in request.headers if h[0].lower() in SAYS_OF_ITSELF)
        while True:
            exchange = self._send(request, step, drop_cookies)
            step, drop_cookies = "page", False
            url = request.target
            if exchange.response is None:
                outcome: Outcome = "timeout" if exchange.trouble == "timed-out" else "stuck"
                return self._end(outcome, url, exchange, reason="no-answer", detail=exchange.error)
            answer = exchange.response
            if answer.is_redirect:
                target = join(url, _clean(answer.header("Location") or ""))
                if self._leaves(target):
                    if _repeats(answer.status, request):
                        return self._left(target, exchange, request.method, _form_of(request))
                    return self._left(target, exchange)
                self.hops += 1
                if self.hops > MAX_HOPS:
                    return self._end("stuck", url, exchange, reason="redirect-loop")
                request = self._next(request, answer.status, target)
                continue
            try:
                page = read_page(exchange, url, self.session.pages)
            except PageTooLarge as reason:
                return self._end(
                    "stuck", url, exchange, reason="page-too-large", detail=reason.words
                )
            onward = self._read(page, exchange, url)
            if isinstance(onward, Landing):
                return onward
            request, drop_cookies = onward

    def _send(self, request: Request, step: Step, drop_cookies: bool) -> Exchange:
        request = replace(request, url=self.session.map_url(request.url))
        for name, value in self.always:
            if request.header(name) is None:
                request = request.with_header(name, value)
        cookie = None if drop_cookies else self.session.cookies.header(request.target)
        exchange = self.session.send(request.with_header("Cookie", cookie), step)
        if exchange.response is not None:
            self.session.cookies.keep(request, exchange.response)
        return exchange

    def _leaves(self, target: str) -> bool:
        if matches(target, self.redirect_uris):
            return True
        return not self.session.may_visit(self.session.map_url(target))

    def _left(
        self, target: str, exchange: Exchange, method: str = "GET", form: Pairs = ()
    ) -> Landing:
        returned = matches(target, self.redirect_uris)
        outcome: Outcome = "callback" if returned else "elsewhere"
        refused = "" if returned else self.session.why_not(self.session.map_url(target))
        return Landing(
            outcome=outcome,
            url=target,
            method=method,
            form=form,
            page=exchange,
            filled=tuple(self.filled),
            no_deny=self.decision == "deny" and not self.refused,
            reason="may-not-visit" if refused else "",
            detail=refused,
        )

    def _next(self, request: Request, status: int, target: str) -> Request:
        """The request after a redirect: 307 and 308 repeat method and body (RFC 9110 15.4)."""
        if _repeats(status, request):
            kind = request.header("Content-Type")
            headers = (("Content-Type", kind),) if kind else ()
            return replace(request, url=target, query=(), headers=headers)
        return Request(method="GET", url=target)

    def _read(
        self, page: Page | None, exchange: Exchange, url: str
    ) -> Landing | tuple[Request, bool]:
        self.pages += 1
        if page is None or self.pages > MAX_PAGES:
            if page is None:
                return self._end("error_page", url, exchange)
            pages = say("{}", MAX_PAGES)
            return self._end("stuck", url, exchange, reason="too-many-pages", detail=pages)
        onward = page.goes_to()
        if onward is not None:
            if self._leaves(onward):
                return self._left(onward, exchange)
            self.hops += 1
            if self.hops > MAX_HOPS:
                return self._end("stuck", url, exchange, page=page, reason="reload-loop")
            return Request(method="GET", url=onward), False
        return self._decide(page, exchange)

    def _decide(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        for form in page.forms:  # a form_post page: its form goes straight to the callback
            action = join(page.base, str(form.get("action") or ""))
            if matches(action, self.redirect_uris):
                made = fill(form, page, self.session.credentials, self.decision, None)
                return self._left(made.url, exchange, made.method, made.fields)
        chosen = None if self.session.follow_only else best_form(page, self.decision)
        if chosen is None:
            return self._without_form(page, exchange)
        button = press(chosen, page, self.decision)
        is_login = signs_in(chosen, page)
        if button is None and self.decision == "deny" and not is_login:
            refusal = self._refusal(page, exchange)
            if refusal is not None:
                return refusal
            if not unticking_refuses(chosen, page):
                return self._end("stuck", page.url, exchange, page=page, reason="no-deny")
        if self.decision == "deny" and (button is not None or not is_login):
            self.refused = True
        if button is None:
            button = press(chosen, page, "allow")
        made = fill(chosen, page, self.session.credentials, self.decision, button)
        return self._submit(made, page, exchange)

    def _refusal(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool] | None:
        """A second form or a link that refuses."""
        for form in page.forms:
            button = press(form, page, "deny")
            if button is not None and score(form, page):
                self.refused = True
                made = fill(form, page, self.session.credentials, "deny", button)
                return self._submit(made, page, exchange)
        for text, target in _links(page):
            if target.startswith(WEB) and DENY.search(text) and not OTHER_PURPOSE.search(text):
                self.refused = True
                return self._click(target, exchange)
        return None

    def _submit(
        self, made: Submission, page: Page, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        self.filled += [name for name in made.filled if name not in self.filled]
        if made.missing:
            wanted = say(" and ").join(map(own, dict.fromkeys(made.missing)))
            return self._end(
                "stuck",
                page.url,
                exchange,
                page=page,
                reason="needs-credentials",
                detail=wanted,
            )
        if CAPTCHA.search(str(page.soup)[:200_000]):
            return self._end("stuck", page.url, exchange, page=page, reason="captcha")
        address = self.session.map_url(made.url)
        again = made.has_password and address in self.passwords_at
        if again or (made.url, made.fields) in self.submitted:
            reason: Reason = "login-again" if made.has_password else "page-again"
            return self._end("stuck", page.url, exchange, page=page, reason=reason)
        if self._leaves(made.url):
            if made.has_password:
                return self._end(
                    "stuck",
                    page.url,
                    exchange,
                    page=page,
                    reason="password-elsewhere",
                    detail=origin(made.url),
                )
            return self._left(made.url, exchange, made.method, made.fields)
        self.submitted.add((made.url, made.fields))
        if made.has_password:
            self.passwords_at.add(address)
        if self.edit is not None:
            made = self.edit(made)
        return made.request(page.url), made.drop_cookies

    def _without_form(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        link = self._link(page, exchange)
        if link is not None:
            return self._click(link, exchange)
        offers = exchange.answer.ok and any(ALLOW.search(text) for text, _ in _links(page))
        if offers and self.decision == "deny" and not self.refused:
            return self._end("stuck", page.url, exchange, page=page, reason="no-deny")
        if page.forms and exchange.answer.ok:
            return self._end("stuck", page.url, exchange, page=page, reason="no-form")
        if exchange.answer.ok and page.soup.find("script") is not None and not page.snippet:
            return self._end("stuck", page.url, exchange, page=page, reason="needs-script")
        return self._end("error_page", page.url, exchange, page=page)

    def _link(self, page: Page, exchange: Exchange) -> str | None:
        """The link that a person would click: one that says the word, or leads to the callback."""
        says_no = self.decision == "deny" and not self.refused
        links = [link for link in _links(page) if (link[1], ()) not in self.submitted]
        if says_no:
            links.sort(key=lambda link: not DENY.search(link[0]))
        for text, target in links:
            allows, refuses = bool(ALLOW.search(text)), bool(DENY.search(text))
            if says_no:
                says = refuses or bool(SIGN_IN.search(text)) or "error=" in target
                wanted = says and target.startswith(WEB)
            else:
                wanted = allows
            if matches(target, self.redirect_uris):
                wanted = wanted or not (says_no or refuses)
            elif not exchange.answer.ok:
                wanted = False
            if wanted:
                self.submitted.add((target, ()))
                self.refused = self.refused or (says_no and refuses)
                return target
        return None

    def _click(self, target: str, exchange: Exchange) -> Landing | tuple[Request, bool]:
        parts = split(target)
        if parts is None or parts.scheme not in ("http", "https"):
            return self._end("stuck", target, exchange, reason="dead-link")
        if self._leaves(target):
            return self._left(target, exchange)
        return Request(method="GET", url=target), False

    def _end(
        self,
        outcome: Outcome,
        url: str,
        exchange: Exchange,
        *,
        page: Page | None = None,
        reason: Reason = "",
        detail: str = "",
    ) -> Landing:
        text = exchange.answer.text[:300] if page is None else page.snippet
        return Landing(
            outcome=outcome,
            url=url,
            page=exchange,
            title=page.title if page else "",
            snippet=" ".join(text.split()),
            reason=reason,
            detail=detail,
            forms=tuple(outline(form, page) for form in page.forms) if page else (),
            filled=tuple(self.filled),
            no_deny=reason == "no-deny",
        )


def _repeats(status: int, request: Request) -> bool:
    """Whether a redirect makes the browser send method and body again (RFC 9110 section 15.4)."""
    return status in (307, 308) and request.method != "GET"


def _form_of(request: Request) -> Pairs:
    """The form that a request carries; none where it is written in another way."""
    if request.params:
        return request.params
    kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    return pairs_of(request.body.decode("utf-8", "replace")) if kind == FORM else ()


def _links(page: Page) -> Iterator[tuple[str, str]]:
    """The text and the address of each link; one to a place on its own page leads nowhere."""
    for link in page.soup.find_all("a", href=True):
        address = str(link["href"]).strip()
        if not address.startswith("#"):
            yield link.get_text(" ", strip=True), join(page.base, address)


def _clean(location: str) -> str:
    """A Location as a browser reads it: blanks and raw letters outside ASCII are encoded."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    return quote(location.strip(), safe="%/:=&?~#+!$,;'@()*[]|\\\"<>^`{}")
