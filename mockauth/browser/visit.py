"""The way of one authorization request through the pages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import quote

from mockauth.browser.decisions import Decisions
from mockauth.browser.landing import Landing, Outcome
from mockauth.browser.page import Page, read_page
from mockauth.browser.policy import script_is_stopped
from mockauth.wire import Exchange, Pairs, Request, Response
from mockauth.wire.basic import basic_authorization
from mockauth.wire.markup import PageTooLarge
from mockauth.wire.message import FORM, pairs_of
from mockauth.wire.trace import Step
from mockauth.wire.url import join, origin
from mockauth.wire.words import own, say

SAYS_OF_ITSELF = ("user-agent", "accept", "accept-language")
BASIC = re.compile(r"(?:^|,)\s*basic\b", re.IGNORECASE)
FOLLOWED = (301, 302, 303, 307, 308)
"""The statuses that a browser follows (Fetch standard, "redirect status")."""
MAX_HOPS = 15
MAX_PAGES = 6


@dataclass
class Visit(Decisions):
    """A walk in a form session: it sends, follows redirects, and reads the pages in between."""

    hops: int = 0
    still_elsewhere: bool = False
    """The redirects that another site's link began go on: no page was shown yet."""
    always: Pairs = ()
    """What this browser says of itself in each request, as in the first."""

    def walk(self, request: Request) -> Landing:
        """Drive the request to its end; where no page could be refused, that is at the first one."""
        landing = self.run(request)
        lost = self.unrefused is not None and not self.refused
        return self.unrefused if lost and self.unrefused is not None else landing

    def run(self, request: Request) -> Landing:
        step: Step = "authorize"
        drop_cookies = False
        self.start = request
        self.always = tuple(h for h in request.headers if h[0].lower() in SAYS_OF_ITSELF)
        while True:
            exchange = self._send(request, step, drop_cookies)
            step, drop_cookies = "page", False
            url = request.target
            if exchange.response is None:
                outcome: Outcome = "timeout" if exchange.trouble == "timed-out" else "stuck"
                return self._end(outcome, url, exchange, reason="no-answer", detail=exchange.error)
            exchange = self._with_origin(request, exchange)
            answer = exchange.answer
            if asks_basic(answer):
                signed = self._dialog(request, exchange)
                if signed is not None:
                    return signed
                continue
            if answer.is_redirect and answer.status in FOLLOWED:
                redirected = self._redirected(request, exchange)
                if isinstance(redirected, Landing):
                    return redirected
                request = redirected
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

    def _with_origin(self, request: Request, exchange: Exchange) -> Exchange:
        """The answer to a form with its real Origin, where the server refuses `Origin: null`, which
        is what stops browsers then (Referrer-Policy: no-referrer)."""
        if request.header("Origin") != "null" or not 400 <= exchange.answer.status < 500:
            return exchange
        real = origin(self.sent_from[1].url) if self.sent_from is not None else ""
        again = self._send(request.with_header("Origin", real), "page", drop_cookies=False)
        if again.response is None or again.answer.status >= 400:
            return exchange
        self._stop("Referrer-Policy")
        return again

    def _redirected(self, request: Request, exchange: Exchange) -> Request | Landing:
        """Follow a redirect, or end where it leaves the site."""
        answer, url = exchange.answer, request.target
        target = join(url, _clean(answer.header("Location") or ""))
        self._stop_redirect(target)
        if self._leaves(target):
            if _repeats(answer.status, request):
                return self._left(target, exchange, request.method, _form_of(request))
            return self._left(target, exchange)
        self.hops += 1
        self.still_elsewhere = self.pages == 0
        if self.hops > MAX_HOPS:
            return self._end("stuck", url, exchange, reason="redirect-loop")
        return self._next(request, answer.status, target)

    def _send(self, request: Request, step: Step, drop_cookies: bool) -> Exchange:
        request = replace(request, url=self.session.map_url(request.url))
        for name, value in self.always:
            if request.header(name) is None:
                request = request.with_header(name, value)
        cookie = None
        if not drop_cookies:
            cookie = self.session.cookies.header(
                request.target,
                from_elsewhere=step == "authorize" or self.still_elsewhere,
                posts=request.method == "POST",
            )
        if self.session.basic.get(origin(request.target)):
            known = self.session.credentials
            signed = basic_authorization(known.username, known.password)
            request = request.with_header("Authorization", signed)
        exchange = self.session.send(request.with_header("Cookie", cookie), step)
        if exchange.response is not None:
            self.session.cookies.keep(request, exchange.response)
        return exchange

    def _dialog(self, request: Request, exchange: Exchange) -> Landing | None:
        """Answer the browser's own dialog for HTTP Basic (RFC 7617), once for an origin; None where
        the same request is to be made again."""
        place, url = origin(self.session.map_url(request.target)), request.target
        credentials = self.session.credentials
        if place in self.session.basic:
            self.session.basic[place] = False
            return self._end("stuck", url, exchange, reason="http-basic")
        if not (credentials.username and credentials.password):
            wanted = own("--username and --password")
            return self._end("stuck", url, exchange, reason="needs-credentials", detail=wanted)
        self.session.basic[place] = self.named = True
        self.passwords_at.add(place)
        return None

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
        self.still_elsewhere = False
        if page is None:
            return self._end("error_page", url, exchange)
        if self.pages > MAX_PAGES:
            return self._too_many(page, exchange)
        self.came_from = self.sent_from[1] if self.sent_from is not None else None
        self.sent_from = None
        goes = page.goes_to()
        if goes is not None:
            onward, script = goes
            if script is not None or script_is_stopped(page, None) == "sandbox":
                self._stop(script_is_stopped(page, script))
            if self._leaves(onward):
                return self._left(onward, exchange)
            self.hops += 1
            if self.hops > MAX_HOPS:
                return self._end("stuck", url, exchange, page=page, reason="reload-loop")
            return Request(method="GET", url=onward), False
        return self._decide(page, exchange)

    def _too_many(self, page: Page, exchange: Exchange) -> Landing:
        """The end after as many pages as no login has. One that loads itself again and again after
        the login waits for a person."""
        goes = page.goes_to()
        if self.named and goes is not None and goes[0] == page.url:
            return self._end("stuck", page.url, exchange, page=page, reason="other-device")
        pages = say("{}", MAX_PAGES)
        return self._end("stuck", page.url, exchange, reason="too-many-pages", detail=pages)


def asks_basic(answer: Response) -> bool:
    """Whether a browser shows its own dialog for a user name and a password (RFC 7617). A token
    endpoint refuses clients in the same way, in JSON (RFC 6749 section 5.2)."""
    offered = ", ".join(answer.headers_named("WWW-Authenticate"))
    return answer.status == 401 and "json" not in answer.media_type and bool(BASIC.search(offered))


def _repeats(status: int, request: Request) -> bool:
    """Whether a redirect makes the browser send method and body again (RFC 9110 section 15.4)."""
    return status in (307, 308) and request.method != "GET"


def _form_of(request: Request) -> Pairs:
    """The form that a request carries; none where it is written in another way."""
    if request.params:
        return request.params
    kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    return pairs_of(request.body.decode("utf-8", "replace")) if kind == FORM else ()


def _clean(location: str) -> str:
    """A Location as a browser reads it: blanks and raw letters outside ASCII are encoded."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    return quote(location.strip(), safe="%/:=&?~#+!$,;'@()*[]|\\\"<>^`{}")
