"""The service under test in one run: what is known of it, how it is asked, what it has granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mockauth.browser.login_driver import LoginDriver
from mockauth.chatgpt.token import Grant
from mockauth.clock import Clock, SystemClock
from mockauth.engine.http.recorder import Driver, Place
from mockauth.engine.target.documents import Documents
from mockauth.engine.target.logins import Logins
from mockauth.engine.target.target import Target
from mockauth.wire.trace import Fallback, Purpose

Answer = TypeVar("Answer")


@dataclass
class Subject:
    """One run's dealings with a target. `requests`, `browsers`, `tokens` and `discovery` say how it
    is asked; only they and the ordinary flow write here."""

    driver: Driver
    target: Target
    clock: Clock = field(default_factory=SystemClock)
    grant: Grant = field(default_factory=Grant)
    """The tokens that ordinary calls are made with."""
    granted_at: float = 0.0
    """In seconds of `clock`."""
    sessions: dict[str, LoginDriver] = field(default_factory=dict)
    """The browsers that are kept, by user."""
    walked: set[str] = field(default_factory=set)
    """What the browsers pressed on the pages of ordinary logins."""
    is_wary: bool = False
    """The request that a browser takes to its end is one to refuse."""
    logins: Logins = field(default_factory=Logins)
    documents: Documents = field(default_factory=Documents)
    """What the server may fetch from this run."""
    flows: int = 1
    found: dict[Callable[[Subject], Any], Any] = field(default_factory=dict)
    """What `once` was told, by who was asked."""

    def once(self, ask: Callable[[Subject], Answer]) -> Answer:
        """What `ask` finds out of this target. It is asked at the first time only."""
        if ask not in self.found:
            self.found[ask] = ask(self)
        answer: Answer = self.found[ask]
        return answer

    @contextmanager
    def during(
        self, purpose: Purpose, probe: str | None = None, *, fallback: Fallback | None = None
    ) -> Iterator[None]:
        """A new pass through the protocol with that purpose; the old one returns afterwards."""
        driver = self.driver
        before = driver.purpose, driver.probe, driver.fallback, driver.flow
        self.flows += 1
        driver.purpose, driver.fallback, driver.flow = purpose, fallback, self.flows
        if probe is not None:
            driver.probe = probe
        try:
            yield
        finally:
            driver.purpose, driver.probe, driver.fallback, driver.flow = before

    @contextmanager
    def wary(self, of_it: bool) -> Iterator[None]:
        """A browser's request is one to refuse, if `of_it`; the old way returns afterwards."""
        before, self.is_wary = self.is_wary, of_it
        try:
            yield
        finally:
            self.is_wary = before

    @contextmanager
    def placing(self, place: Place) -> Iterator[None]:
        """Credentials travel as `place` says; the old way returns afterwards."""
        before, self.driver.place = self.driver.place, place
        try:
            yield
        finally:
            self.driver.place = before
