"""One user's browser: it follows, fills in forms, and stops before it leaves the site."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockauth.browser.decisions import MOST_GUESSES
from mockauth.browser.form import Decision, Edit
from mockauth.browser.landing import Landing, Reason
from mockauth.browser.trial import by_trial, is_wrong
from mockauth.browser.user_browser import UserBrowser
from mockauth.browser.visit import Visit
from mockauth.wire import Request

SETTLED: tuple[Reason, ...] = (
    "needs-credentials", "captcha", "http-basic", "wrong-override", "which-signs-in",
)  # fmt: skip
"""Reasons that no other button changes."""


@dataclass
class Session(UserBrowser):
    """A user's browser that signs in. Several `run`s share cookies, so that later codes cost no login."""

    def run(
        self,
        request: Request,
        *,
        redirect_uris: tuple[str, ...],
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive one authorization request to its end. Never raises for what a server does."""

        def walk() -> tuple[Visit, Landing]:
            visit = Visit(self, redirect_uris, decision, edit)
            return visit, visit.strict(visit.walk(request))

        visit, landing = by_trial(walk, self.forget, most=MOST_GUESSES if edit is None else 0)
        if edit is not None:
            return landing
        return replace(self._another_way(landing, visit, request), tried=landing.tried)

    def _another_way(self, landing: Landing, visit: Visit, request: Request) -> Landing:
        """The end without what led nowhere, if that is the callback: a guess, or what was taken to
        refuse on a page before the one that asks for consent."""
        keys = {one.key for one in (*visit.guesses, *visit.refusals)} | set(visit.logins)
        if landing.outcome not in ("stuck", "error_page") or not keys - self.led_nowhere:
            return landing
        if landing.reason in SETTLED or (visit.refusals and landing.reason == "page-again"):
            return landing
        before = self.cookies, self.basic
        self.forget()
        known, self.led_nowhere = self.led_nowhere, self.led_nowhere | keys
        again = Visit(self, visit.redirect_uris, visit.decision, None)
        found = again.walk(request)
        if found.outcome == "callback" and not is_wrong(found, visit.decision):
            return found
        (self.cookies, self.basic), self.led_nowhere = before, known
        return landing
