"""A user's browser: where it may go, what it keeps, and what it has learned of pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mockauth.browser.choose import Effect
from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Credentials
from mockauth.browser.override import Override
from mockauth.wire import Exchange, Request
from mockauth.wire.markup import Pages
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, is_loopback_host

Send = Callable[[Request, Step], Exchange]
"""Sends and records; network trouble is in `Exchange.error`, never raised."""


@dataclass
class UserBrowser:
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
    is_wary: Callable[[], bool] = lambda: False
    """Whether the request is one to refuse: a page that is none of the flow's is the refusal then,
    whatever its links lead to."""
    walked: set[str] = field(default_factory=set)
    """What was pressed where the request was an ordinary one: a page that has it is the flow's."""
    cookies: Cookies = field(default_factory=Cookies)
    pages: Pages = field(default_factory=Pages)
    breaks_rules: bool = False
    """Send also what the rules of a field keep a browser from sending: to learn what stops it."""
    overrides: tuple[Override, ...] = ()
    """What the settings say of pages."""
    known_to: dict[str, Effect] = field(default_factory=dict)
    """What pressing a candidate did, where the page did not say it clearly."""
    led_nowhere: frozenset[str] = frozenset()
    """The candidates that lead neither on nor back to the client."""
    obeyed: set[str] = field(default_factory=set)
    """The places of the overrides that have fitted a page."""
    files: dict[str, bool] = field(default_factory=dict)
    """By address, whether a script file is there."""
    basic: dict[str, bool] = field(default_factory=dict)
    """By origin, whether HTTP Basic was not refused there."""

    def forget(self) -> None:
        """Start again as a new browser, which knows what was learned of pages."""
        self.cookies, self.basic = Cookies(), {}

    def loads(self, url: str) -> bool:
        """Whether a browser gets the script file; one on another site is taken to be there."""
        address = self.map_url(url)
        if not self.may_visit(address):
            return True
        if address not in self.files:
            answer = self.send(Request(method="GET", url=address), "endpoint").answer
            sniffs = (answer.header("X-Content-Type-Options") or "").strip().lower() != "nosniff"
            self.files[address] = answer.ok and (sniffs or "script" in answer.media_type)
        return self.files[address]

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
