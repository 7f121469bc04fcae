"""What a window does while a walk goes on: its navigations, its console, what is under way."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockauth.wire import Pairs, Request, Response

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page
    from playwright.sync_api import Request as Sent
    from playwright.sync_api import Response as Got

DIRECTIVE = re.compile(r"Content Security Policy directive[^\"]*\"([a-z-]+)")
ENDLESS = ("eventsource", "websocket", "media", "ping")
MOST_BODY = 2_000_000


@dataclass
class Hop:
    """One navigation of a whole page."""

    sent: Sent
    began: float
    got: Got | None = None
    ended: float = 0.0
    failure: str = ""
    kept: Response | None = None
    """The answer with its body, read while the page was there."""

    @property
    def url(self) -> str:
        """Where it went."""
        return self.sent.url

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds until the answer; 0 where there is none."""
        return max(self.ended - self.began, 0.0) * 1000


@dataclass
class Watch:
    """Listens to a window; `stop` ends that."""

    context: BrowserContext
    hops: list[Hop] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    under_way: set[int] = field(default_factory=set)
    answers: dict[str, tuple[int, Pairs]] = field(default_factory=dict)
    """Status and headers by address, also of redirects that the browser did not follow."""
    _addresses: dict[str, str] = field(default_factory=dict)

    def start(self, page: Page) -> None:
        """Listen, and on this page to headers that Playwright does not tell."""
        on: Any = self.context.on
        for name, listen in self._listeners():
            on(name, listen)
        session = self.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._will_be_sent)
        session.on("Network.responseReceivedExtraInfo", self._headers_came)
        session.send("Network.enable")

    def stop(self) -> None:
        """Listen no more."""
        for name, listen in self._listeners():
            self.context.remove_listener(name, listen)

    def _listeners(self) -> tuple[tuple[str, Any], ...]:
        return (
            ("request", self._sent),
            ("response", self._got),
            ("requestfinished", self._ended),
            ("requestfailed", self._failed),
            ("console", self._heard),
        )

    def _sent(self, sent: Sent) -> None:
        if sent.resource_type not in ENDLESS:
            self.under_way.add(id(sent))
        if sent.is_navigation_request() and is_whole_page(sent):
            self.hops.append(Hop(sent=sent, began=time.perf_counter()))

    def _got(self, got: Got) -> None:
        for hop in reversed(self.hops):
            if hop.sent is got.request:
                hop.got, hop.ended = got, time.perf_counter()
                return

    def _ended(self, sent: Sent) -> None:
        self.under_way.discard(id(sent))

    def _failed(self, sent: Sent) -> None:
        self.under_way.discard(id(sent))
        for hop in reversed(self.hops):
            if hop.sent is sent:
                hop.failure = sent.failure or "failed"
                return

    def _heard(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _will_be_sent(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"]

    def _headers_came(self, event: dict[str, Any]) -> None:
        address = self._addresses.get(event["requestId"])
        if address is not None:
            headers = event.get("headers", {})
            pairs = ((k, one) for k, v in headers.items() for one in str(v).split("\n"))
            self.answers[address] = int(event.get("statusCode", 0)), tuple(pairs)

    def navigates(self, seconds: float) -> bool:
        """Whether a navigation of the last so many seconds has no answer yet."""
        since = time.perf_counter() - seconds
        return any(h.got is None and not h.failure and h.began > since for h in self.hops)

    @property
    def policy(self) -> str:
        """The directive of a page's policy that the console names last; "" for none."""
        for text in reversed(self.said):
            found = DIRECTIVE.search(text)
            if found or "sandboxed" in text:
                return found.group(1) if found else "sandbox"
        return ""

    def answer_of(self, hop: Hop, *, body: bool) -> Response | None:
        """What came back; of a redirect that the browser did not follow what the wire told."""
        from playwright.sync_api import Error

        if hop.kept is not None:
            return hop.kept
        if hop.got is None:
            told = self.answers.get(hop.url.partition("#")[0])
            return None if told is None else Response(status=told[0], headers=told[1])
        content = b""
        try:
            headers = tuple((h["name"], h["value"]) for h in hop.got.headers_array())
            if body and not 300 <= hop.got.status < 400:
                content = hop.got.body()[:MOST_BODY]
        except Error:  # the page is gone, and its body with it
            headers = tuple(hop.got.headers.items())
        answer = Response(status=hop.got.status, headers=headers, body=content)
        hop.kept = answer if content else None
        return answer


def request_of(hop: Hop) -> Request:
    """The request of a navigation, as it travelled."""
    from playwright.sync_api import Error

    try:
        named = [(h["name"], h["value"]) for h in hop.sent.headers_array()]
    except Error:
        named = list(hop.sent.headers.items())
    headers = tuple((name, value) for name, value in named if not name.startswith(":"))
    return Request(
        method=hop.sent.method,
        url=hop.url.partition("#")[0],
        headers=headers,
        raw=hop.sent.post_data_buffer,
    )


def is_whole_page(sent: Sent) -> bool:
    """Whether it is a page's own navigation, not that of a frame in it."""
    from playwright.sync_api import Error

    try:
        return sent.frame.parent_frame is None
    except Error:  # a window that has only begun to open
        return True
