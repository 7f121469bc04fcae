"""A user's real browser: several logins in one window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockauth.browser.chromium.runner import BrowserLost, Chromium, close_pages
from mockauth.browser.chromium.screenshot import take
from mockauth.browser.chromium.sink import Sink
from mockauth.browser.chromium.stub import CallbackStub
from mockauth.browser.chromium.visit import SCRIPTED, Course, Observed, RenderedVisit
from mockauth.browser.chromium.world import CHATGPT, World
from mockauth.browser.decisions import MOST_GUESSES
from mockauth.browser.form import Decision
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.browser.trial import by_trial
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.trace import Step
from mockauth.wire.url import origin
from mockauth.wire.words import Words, say

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

WALK_SECONDS = 60.0
GRACE_SECONDS = 15.0
"""What a walk may take beyond its time before the browser counts as hung."""
MOST_NAMED = 5
Observe = Callable[[Request, Response | None, Step, float], Exchange]


class Workshop:
    """The browser of a run with its stub and its sink; started when it is first needed."""

    def __init__(self, reachable: Callable[[], tuple[str, ...]]) -> None:
        """`reachable` gives the addresses that it may ask; any other goes to the sink."""
        self._reachable = reachable
        self._parts: tuple[CallbackStub, Sink, Chromium] | None = None

    def parts(self) -> tuple[CallbackStub, Sink, Chromium]:
        """Stub, sink and browser."""
        if self._parts is None:
            stub, sink = CallbackStub().__enter__(), Sink().__enter__()
            world = World(
                stub_port=stub.port, pin=stub.pin, sink_port=sink.port, reachable=self._reachable()
            )
            self._parts = stub, sink, Chromium(world.flags)
        return self._parts

    def close(self) -> None:
        """End all of it."""
        parts, self._parts = self._parts, None
        if parts is not None:
            stub, sink, chromium = parts
            chromium.close()
            stub.__exit__()
            sink.__exit__()


@dataclass
class ChromiumSession:
    """Signs in as `form` would, in a window of its own. `form` is asked where it may go, who the
    user is, and what it has learned."""

    form: Session
    workshop: Workshop
    observe: Observe
    seconds_left: Callable[[], float] = lambda: WALK_SECONDS
    screenshots: Path | None = None
    _window: tuple[Browser, BrowserContext] | None = field(default=None, repr=False)
    _old: tuple[Browser, BrowserContext] | None = field(default=None, repr=False)
    """A window that is to be closed when the next one opens."""

    def run(
        self, request: Request, *, redirect_uris: tuple[str, ...], decision: Decision = "allow"
    ) -> Landing:
        """Drive one authorization request to its end, from a click at ChatGPT."""

        def begin() -> RenderedVisit:
            return RenderedVisit(self.form, redirect_uris, decision, None)

        def walk() -> tuple[RenderedVisit, Landing]:
            return self._walk(request, begin)

        return by_trial(walk, self.forget, most=MOST_GUESSES)[1]

    def forget(self) -> None:
        """Start again as a new browser."""
        self._old, self._window = self._window, None
        self.form.forget()

    def _walk(
        self, request: Request, begin: Callable[[], RenderedVisit]
    ) -> tuple[RenderedVisit, Landing]:
        stub, sink, chromium = self.workshop.parts()
        before = len(sink.notes)
        observed: list[Observed] = []

        def walk(browser: Browser) -> tuple[RenderedVisit, Landing]:
            observed.clear()
            visit, window = begin(), self._opened(browser, request.target)
            course = Course(visit, stub, window, self._seconds(), observed)
            try:
                landing = course.run(request)
                if self.screenshots is not None and not landing.left:
                    take(course.page, self.screenshots, self.form.credentials.password)
                return visit, landing
            finally:
                close_pages(window)

        try:
            visit, landing = chromium.do_surely(
                walk, seconds=lambda: self._seconds() + GRACE_SECONDS
            )
        except BrowserLost as lost:
            visit, landing = (
                begin(),
                Landing(
                    outcome="stuck",
                    url=request.target,
                    reason="browser-lost",
                    detail=say("{}", lost),
                ),
            )
        wanted = sink.wanted(before)
        if landing.reason in SCRIPTED and wanted:
            landing = replace(landing, detail=landing.detail + kept_off(wanted))
        kept = [self.observe(*one) for one in observed]
        last = next((e for e in reversed(kept) if e.response is not None), None)
        return visit, (replace(landing, page=last) if last is not None else landing)

    def _seconds(self) -> float:
        """What a walk may take now."""
        return min(WALK_SECONDS, self.seconds_left())

    def _opened(self, browser: Browser, url: str) -> BrowserContext:
        """The window, with a blank page that keeps it open between two walks."""
        if self._window is None or self._window[0] is not browser:
            if self._old is not None and self._old[0] is browser:
                self._old[1].close()
            self._old = None
            who = self.form.credentials
            basic: Any = None
            if who.username and who.password:
                basic = {"username": who.username, "password": who.password.reveal()}
                basic["origin"] = origin(url)
            self._window = browser, browser.new_context(http_credentials=basic)
            self._window[1].new_page()
        return self._window[1]

    def carry_cookies(self) -> None:
        """Give the cookies of the window to the form session."""
        _, _, chromium = self.workshop.parts()
        if self._window is None:
            return
        window = self._window[1]
        try:
            found = chromium.do(lambda browser: window.cookies(), seconds=GRACE_SECONDS)
        except BrowserLost:  # without them the next login is the browser's, too
            return
        for one in found:
            if one.get("domain", "").lstrip(".") not in CHATGPT:
                self.form.cookies.adopt(
                    name=one.get("name", ""), value=one.get("value", ""),
                    domain=one.get("domain", ""), path=one.get("path", "/"),
                    secure=one.get("secure", False), site=one.get("sameSite", "Lax"),
                )  # fmt: skip


def kept_off(hosts: tuple[str, ...]) -> Words:
    """What a page may lack: hosts that it asked for, and the browser was kept from."""
    named = say(", ").join(hosts[:MOST_NAMED])
    return say("; it asked for {}, which the browser may not reach (--allow-host)", named)
