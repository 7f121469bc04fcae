"""One login in Chromium: look at the page, decide as on a page of an answer, act, look again."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mockauth.browser.chromium.rendered import PRESS_SECONDS, Rendered, fill_in, look_at, press
from mockauth.browser.chromium.stub import LINK, CallbackStub, start_url
from mockauth.browser.chromium.watch import Hop, Watch, request_of
from mockauth.browser.chromium.world import CHATGPT
from mockauth.browser.decisions import Decisions
from mockauth.browser.fields import Filling
from mockauth.browser.form import Submission
from mockauth.browser.landing import Landing, Reason, matches
from mockauth.browser.page import Page as Read
from mockauth.wire import Exchange, Pairs, Request, Response
from mockauth.wire.markup import PageTooLarge
from mockauth.wire.message import FORM, pairs_of
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, join, split
from mockauth.wire.words import say

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

BREATH_MS = 40
QUIET_SECONDS = 2.0
"""How long a page may go on changing before it is read all the same."""
PATIENCE_SECONDS = 3.0
"""How long nothing may happen after a press, or on a page that cannot be read, before it counts."""
BUSY_SECONDS = 15.0
"""The same while the page waits for an answer that it has asked for."""
NAVIGATION_SECONDS = 45.0
"""How long the answer to a navigation may take."""
FRAGMENT_SECONDS = 1.0
SCRIPTED = ("needs-script", "no-form")
MOST_LOOKS = 12
"""Pages, and states of a page, that are acted on."""
Observed = tuple[Request, Response | None, Step, float]


@dataclass
class RenderedVisit(Decisions):
    """Decides as the visit of answers does, and keeps the deed instead of sending a request."""

    deed: Submission | str | None = None
    """A form as it is to be filled in and sent, or the address of a link."""
    again: bool = False
    """The settings skip the page: the request is made again."""

    def choose(self, page: Read, exchange: Exchange) -> Landing | None:
        """What is to be done on a page is in `deed` then; a landing where nothing is."""
        self.deed = None
        onward = self._choose(page, exchange)
        return onward if isinstance(onward, Landing) else None

    def leave(
        self, target: str, exchange: Exchange, method: str = "GET", form: Pairs = ()
    ) -> Landing:
        """The landing at an address off the site."""
        return self._left(target, exchange, method, form)

    def _leaves(self, target: str) -> bool:
        # What leads to the callback is pressed, too: the stub takes it, if the browser goes there.
        return not matches(target, self.redirect_uris) and super()._leaves(target)

    def _submit(
        self, made: Submission, page: Read, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        # The browser itself enforces the rules of fields.
        onward = super()._submit(replace(made, invalid=""), page, exchange)
        if not isinstance(onward, Landing):
            self.deed = made
        return onward

    def _click(self, target: str, exchange: Exchange) -> Landing | tuple[Request, bool]:
        onward = super()._click(target, exchange)
        if not isinstance(onward, Landing):
            self.deed = target
        return onward

    def _skip(self, page: Read, exchange: Exchange) -> Landing | tuple[Request, bool]:
        onward = super()._skip(page, exchange)
        self.again = not isinstance(onward, Landing)
        return onward

    def _stop(self, directive: str) -> None:
        """A policy is not foretold: the browser obeys it."""


@dataclass
class Course:
    """The way of one authorization request through the pages of a window."""

    visit: RenderedVisit
    stub: CallbackStub
    context: BrowserContext
    seconds: float
    observed: list[Observed]
    """What was sent and came back, for the record."""
    before: tuple[int, str] | None = None
    """What the window showed when the latest thing was done."""

    def run(self, request: Request) -> Landing:
        """Start at ChatGPT, by a click, and go on to the end."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(self.seconds * 1000)
        self.context.on("dialog", lambda dialog: dialog.accept())
        self.arrivals = len(self.stub.arrivals)
        self.ends = time.monotonic() + self.seconds
        self.visit.start = request
        self.page.goto(start_url(request.target))
        self.watch.start(self.page)
        try:
            self.page.click(LINK, no_wait_after=True)
            return self.visit.strict(self._go(request))
        finally:
            self._note()
            self.watch.stop()

    @cached_property
    def watch(self) -> Watch:
        """What the window does."""
        return Watch(self.context)

    def _go(self, request: Request) -> Landing:
        stuck: Landing | None = None
        since = time.monotonic()
        while time.monotonic() < self.ends:
            left = self._left()
            if left is not None:
                return left
            now = self._settled(since)
            if now is None:
                continue
            waited = time.monotonic() - since
            if self._state(now) == self.before:
                if waited < (BUSY_SECONDS if self.watch.under_way else PATIENCE_SECONDS):
                    self._breathe()
                    continue
                return self._end(stuck, now)
            self.before = self._state(now)
            stuck = self._act_in(now)
            since = time.monotonic()
        return self._stuck(self._exchange(), "browser-lost", say("no end in {:g} s", self.seconds))

    def _settled(self, since: float) -> Rendered | None:
        """The page, once it does not change any more."""
        from playwright.sync_api import Error

        patient = time.monotonic() - since < QUIET_SECONDS
        pages = self.context.pages
        self.page = pages[-1] if self.page not in pages or len(pages) > 2 else self.page
        try:
            self.page.wait_for_load_state("domcontentloaded", timeout=BREATH_MS * 25)
            if self.watch.navigates(NAVIGATION_SECONDS) or (patient and self.watch.under_way):
                self._breathe()
                return None
            seen = look_at(self.page)
            self._breathe()
            again = look_at(self.page)
        except Error:  # it goes away just now
            self._breathe()
            return None
        return again if again.state == seen.state or not patient else None

    def _breathe(self) -> None:
        from playwright.sync_api import Error

        try:
            self.page.wait_for_timeout(BREATH_MS)
        except Error:
            time.sleep(BREATH_MS / 1000)

    def _act_in(self, now: Rendered) -> Landing | None:
        """Act on the page, or else in one of its frames."""
        stuck = self._act(now)
        for frame in now.frames if stuck is not None and stuck.reason in SCRIPTED else ():
            if self._act(frame) is None and self.visit.deed is not None:
                return None
        return stuck

    def _act(self, now: Rendered) -> Landing | None:
        """Decide and act; the landing where nothing can be done."""
        exchange = self._exchange()
        try:
            page = now.read(exchange, self.visit.session.pages)
        except PageTooLarge as reason:
            return self._stuck(exchange, "page-too-large", reason.words)
        if page is None or exchange.response is None:
            return None
        self.visit.pages += 1
        if self.visit.pages > MOST_LOOKS:
            return self._stuck(exchange, "too-many-pages", say("{}", MOST_LOOKS))
        landing = self.visit.choose(page, exchange)
        if landing is not None:
            return landing
        if self.visit.again:
            self._start_again()
            return None
        deed = self.visit.deed
        if isinstance(deed, str):
            return None if self._follow(now, page, deed) else self._cannot(exchange, deed)
        if deed is None or deed.work is None:
            return None
        return None if self._send(now, page, deed.work) else self._cannot(exchange, page.title)

    def _send(self, now: Rendered, page: Read, work: Filling) -> bool:
        from playwright.sync_api import Error

        form = self.visit.sent_from[0] if self.visit.sent_from is not None else None
        try:
            last = fill_in(now, form, page, work) if form is not None else None
            # What is typed changes the page, too; what the press does is seen from here.
            self.before = self._state(look_at(self.page))
            return press(now, work, last)
        except Error:
            return False

    def _state(self, now: Rendered) -> tuple[int, str]:
        return len(self.watch.hops), now.state

    def _start_again(self) -> None:
        assert self.visit.start is not None  # noqa: S101 - set before the first page
        self.visit.again = False
        self.page.goto(start_url(self.visit.start.target))
        self.page.click(LINK, no_wait_after=True)

    def _follow(self, now: Rendered, page: Read, target: str) -> bool:
        from playwright.sync_api import Error

        for link in page.links:
            element = (
                now.element(link) if join(page.base, str(link.get("href"))) == target else None
            )
            if element is not None:
                try:
                    element.click(timeout=PRESS_SECONDS * 1000)
                except Error:
                    return False
                return True
        return False

    def _cannot(self, exchange: Exchange, what: str) -> Landing:
        return self._stuck(exchange, "cannot-press", what)

    def _stuck(self, exchange: Exchange, reason: Reason, detail: str) -> Landing:
        return Landing(
            outcome="stuck", url=self.page.url, page=exchange, reason=reason, detail=detail,
            filled=tuple(self.visit.filled), pressed=tuple(self.visit.pressed),
        )  # fmt: skip

    def _end(self, stuck: Landing | None, now: Rendered) -> Landing:
        """Why nothing goes on."""
        exchange = self._exchange()
        policy = self.watch.policy
        if policy:
            blocked = self._blocked_redirect()
            if policy == "form-action" and blocked is not None:
                self.visit.form_action = True
                return self.visit.leave(*blocked)
            return self._stuck(exchange, "policy", policy)
        if stuck is not None:
            return stuck
        if now.invalid:
            name, rule = now.invalid[0]
            return self._stuck(exchange, "breaks-a-rule", f"{rule} of {name}")
        page = now.read(exchange, self.visit.session.pages)
        again = self.visit.choose(page, exchange) if page is not None else None
        return again or self._stuck(exchange, "page-again", "")

    def _blocked_redirect(self) -> tuple[str, Exchange] | None:
        """Where the redirect led that a policy stopped."""
        for hop in reversed(self.watch.hops):
            answer = self.watch.answer_of(hop, body=False) if hop.got is None else None
            if answer is not None and answer.is_redirect:
                target = join(hop.url, answer.header("Location") or "")
                return target, Exchange(step="page", request=request_of(hop), response=answer)
        return None

    def _left(self) -> Landing | None:
        """The landing, once the window goes to ChatGPT, or anywhere off the site."""
        if len(self.stub.arrivals) > self.arrivals:
            return self._arrived()
        for hop in self.watch.hops:
            if _is_chatgpt(hop.url):
                continue
            mapped = self.visit.session.map_url(hop.url)
            if matches(hop.url, self.visit.redirect_uris) or not self.visit.session.may_visit(
                mapped
            ):
                return self.visit.leave(hop.url, self._exchange(), hop.sent.method, _form_of(hop))
            if mapped != hop.url and hop.failure:
                self.watch.hops.remove(hop)
                self.page.goto(mapped)
                return None
        return self._unanswered()

    def _unanswered(self) -> Landing | None:
        last = self.watch.hops[-1] if self.watch.hops else None
        if last is None or last.got is not None or not last.failure or "ABORTED" in last.failure:
            return None
        return replace(self._stuck(self._exchange(), "no-answer", last.failure), url=last.url)

    def _arrived(self) -> Landing:
        arrival = self.stub.arrivals[self.arrivals]
        if not pairs_of(split_query(arrival.url)) and not arrival.form:
            until = time.monotonic() + FRAGMENT_SECONDS
            while time.monotonic() < until and "#" not in arrival.url:
                self._breathe()
                arrival = self.stub.arrivals[self.arrivals]
        url = self._as_sent(arrival.url)
        return self.visit.leave(url, self._exchange(), arrival.method, arrival.form)

    def _as_sent(self, url: str) -> str:
        """The address as the server wrote it: browsers silently go to https at ChatGPT's hosts."""
        for hop in reversed(self.watch.hops):
            answer = self.watch.answer_of(hop, body=False)
            if answer is not None and answer.is_redirect:
                said = join(hop.url, answer.header("Location") or "")
                return said if said.replace("http://", "https://", 1) == url else url
        return url

    def _exchange(self) -> Exchange:
        """The latest navigation with an answer, as it goes into the record."""
        hops = [hop for hop in self.watch.hops if not _is_chatgpt(hop.url)]
        answered = [hop for hop in hops if hop.got is not None]
        hop = (answered or hops)[-1] if hops else None
        if hop is None:
            return Exchange(step="authorize", request=Request(method="GET", url=self.page.url))
        answer = self.watch.answer_of(hop, body=True)
        return Exchange(step="page", request=request_of(hop), response=answer)

    def _note(self) -> None:
        """Keep what was sent and came back; what was stopped at the sink is no exchange."""
        for hop in self.watch.hops:
            if _is_chatgpt(hop.url) or not self.visit.session.may_visit(hop.url):
                continue
            answer = self.watch.answer_of(hop, body=True)
            step: Step = "page" if self.observed else "authorize"
            self.observed.append((request_of(hop), answer, step, hop.elapsed_ms))


def _form_of(hop: Hop) -> Pairs:
    body = hop.sent.post_data or ""
    kind = hop.sent.headers.get("content-type", "")
    return pairs_of(body) if kind.startswith(FORM) else ()


def _is_chatgpt(url: str) -> bool:
    parts = split(url)
    return parts is not None and hostname(url) in CHATGPT and parts.port in (None, 443, 80)


def split_query(url: str) -> str:
    """The query of an address."""
    return url.partition("#")[0].partition("?")[2]
