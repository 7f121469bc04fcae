"""How the users of a run sign in: by forms, in a real browser, by hand, by a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.browser.by_function import ByFunction, Function
from mockauth.browser.by_hand import ByHand
from mockauth.browser.hybrid import FormOnly, Hybrid
from mockauth.browser.login_driver import LoginDriver
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport
from mockauth.engine.target.target import Target
from mockauth.errors import UsageError
from mockauth.wire.url import hostname
from mockauth.wire.words import Words, say

if TYPE_CHECKING:
    from mockauth.browser.chromium.session import Workshop

WAYS = ("auto", "follow", "form", "browser", "manual")


@dataclass
class Logins:
    """What `--login` asks for, and the browser of the run where one is needed."""

    way: str = "auto"
    """One of `WAYS`, or `function`."""
    function: Function | None = None
    ask: Callable[[str], str] | None = None
    """Shows a person the authorization request, and gives the address that their browser ended at."""
    screenshots: Path | None = None
    """The folder for pictures of pages where a login stopped."""
    _workshop: Workshop | None = field(default=None, repr=False)

    def driver(self, form: Session, target: Target, driver: Driver) -> LoginDriver:
        """Who signs in for the user of that form session."""
        if self.function is not None:
            return ByFunction(form, self.function)
        if self.ask is not None:
            return ByHand(form, self.ask, lambda: driver.purpose == "ordinary")
        # A browser reaches what listens, not an app that is asked in this process.
        if self.way not in ("auto", "browser") or not isinstance(driver.transport, SocketTransport):
            return form
        return self._browser(form, target, driver)

    def _browser(self, form: Session, target: Target, driver: Driver) -> LoginDriver:
        # A browser is for one run in a hundred; starting costs nothing before it is needed.
        from mockauth.browser.chromium.installed import missing
        from mockauth.browser.chromium.session import ChromiumSession

        lacking = missing()
        if lacking:
            return FormOnly(form, lacking)
        return Hybrid(
            form=form,
            browser=ChromiumSession(
                form=form,
                workshop=self._opened(target),
                observe=driver.observe,
                seconds_left=lambda: driver.budget.require(0.0),
                screenshots=self.screenshots,
            ),
            tell=target.url_map.notes.append,
            browser_first=self.way == "browser",
        )

    def _opened(self, target: Target) -> Workshop:
        from mockauth.browser.chromium.session import Workshop

        if self._workshop is None:
            self._workshop = Workshop(lambda: reachable(target))
        return self._workshop

    def close(self) -> None:
        """End the browser, if there is one."""
        workshop, self._workshop = self._workshop, None
        if workshop is not None:
            workshop.close()


def reachable(target: Target) -> tuple[str, ...]:
    """The addresses that a browser may ask: the server under test, and what the manifest and the
    user name, unless the server stands for it."""
    url_map = target.url_map
    named = [url for url in sorted(url_map.named) if url_map(url) == url]
    if target.client is not None:
        named += [target.client.auth.client_url, target.client.auth.authorization_url]
    known = (url_map.target, *named)
    hosts = target.hosts - {hostname(url) for url in known}
    return (*known, *(f"https://{host}" for host in sorted(hosts)))


def require(way: str) -> None:
    """Refuse a way that this installation does not have.

    Raises:
        UsageError: with the command that brings it.
    """
    from mockauth.browser.chromium.installed import missing

    if way == "browser" and missing():
        raise UsageError(say("--login browser needs a browser; run: {}", missing()))


def unknown(way: str) -> Words:
    """What is said of a value of `--login` that is none."""
    return say("--login {}: write auto, follow, form, browser, manual or MODULE:FUNC", way)
