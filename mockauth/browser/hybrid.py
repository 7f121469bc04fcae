"""Forms first, which is fast; a real browser for what they cannot get past, and its cookies after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Decision, Edit
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.wire import Request
from mockauth.wire.words import Words, say

SCRIPTED = ("needs-script", "no-form")
"""The ends of forms that a browser may get past."""


class RealBrowser(Protocol):
    """A window that signs in, and can give its cookies to the form session."""

    def run(
        self, request: Request, *, redirect_uris: tuple[str, ...], decision: Decision = "allow"
    ) -> Landing:
        """Drive one authorization request to its end."""
        ...

    def carry_cookies(self) -> None:
        """Give the cookies of the window to the form session."""
        ...


@dataclass
class Hybrid:
    """One user's login. `tell` is for the reader of the report."""

    form: Session
    browser: RealBrowser
    tell: Callable[[Words], None]
    browser_first: bool = False
    """The first login is the browser's, whatever forms could do."""
    carried: bool = False
    """The form session has the cookies of a login in the browser."""

    @property
    def cookies(self) -> Cookies:
        """Those of the form session."""
        return self.form.cookies

    def run(
        self,
        request: Request,
        *,
        redirect_uris: tuple[str, ...],
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive one authorization request to its end. A form is altered by `edit`, and cookies are
        kept that no browser keeps, in the form session only."""
        if edit is not None or self.cookies.keeps_all:
            return self.form.run(request, redirect_uris=redirect_uris, decision=decision, edit=edit)
        if self.browser_first and not self.carried:
            seen = self._in_browser(request, redirect_uris, decision)
            if seen.reason != "policy":
                return seen
            self.form.cookies = Cookies()
            read = self.form.run(request, redirect_uris=redirect_uris, decision=decision)
            return read if read.left else seen
        read = self.form.run(request, redirect_uris=redirect_uris, decision=decision)
        if not wants_browser(read) or (self.form.is_wary() and self._is_refusal(read)):
            return read
        self._say_why(read)
        return truer(read, self._in_browser(request, redirect_uris, decision))

    def _is_refusal(self, read: Landing) -> bool:
        """Whether a page with words of its own ends a request to refuse, where logins need no
        script."""
        return read.outcome == "error_page" and bool(read.snippet) and not self.carried

    def _say_why(self, read: Landing) -> None:
        if self.carried:
            self.tell(
                say(
                    "the login's cookies do not carry its codes: each is asked for in the browser, "
                    "which takes longer"
                )
            )
        else:
            self.tell(say("the login pages need script; mockauth signs in with a real browser"))

    def _in_browser(
        self, request: Request, redirect_uris: tuple[str, ...], decision: Decision
    ) -> Landing:
        landing = self.browser.run(request, redirect_uris=redirect_uris, decision=decision)
        if landing.outcome == "callback":
            self.browser.carry_cookies()
            self.carried = True
        return landing


@dataclass
class FormOnly:
    """The form session where there is no browser: it says what would bring one."""

    form: Session
    missing: Words

    @property
    def cookies(self) -> Cookies:
        """Those of the form session."""
        return self.form.cookies

    def run(
        self,
        request: Request,
        *,
        redirect_uris: tuple[str, ...],
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive one authorization request to its end."""
        landing = self.form.run(request, redirect_uris=redirect_uris, decision=decision, edit=edit)
        if landing.reason not in SCRIPTED:
            return landing
        told = say(
            "; mockauth can sign in there with a real browser once you run: {}", self.missing
        )
        return replace(landing, detail=say("{}", landing.detail) + told)


def wants_browser(landing: Landing) -> bool:
    """Whether a real browser may tell more: the way on is a script's."""
    if landing.reason in SCRIPTED:
        return True
    page = landing.page
    if landing.outcome != "error_page" or page is None or not page.answer.ok:
        return False
    return b"<script" in page.answer.body.lower()


def truer(read: Landing, seen: Landing) -> Landing:
    """Of what forms did and what the browser did, the one that judges the server. A page that stays
    empty in the browser as well says nothing: it is still the one that needs a script."""
    is_empty = seen.outcome == "error_page" and not seen.snippet
    return read if is_empty else seen
