"""A person signs in with a browser of their own, and pastes the address where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Decision
from mockauth.browser.landing import Landing, Outcome, matches
from mockauth.browser.session import Edit, Session
from mockauth.wire import Exchange, Request


@dataclass
class ByHand:
    """Asks a person for the ordinary login; all else is left to the form session."""

    form: Session
    ask: Callable[[str], str]
    """Shows the authorization request, and gives the address that the browser ended at."""
    is_ordinary: Callable[[], bool]
    """Whether the login is the ordinary flow's: nobody signs in a hundred times."""

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
        """Where the person's browser ended, or the form session."""
        if not self.is_ordinary() or decision == "deny" or edit is not None:
            return self.form.run(request, redirect_uris=redirect_uris, decision=decision, edit=edit)
        page = Exchange(step="authorize", request=request)
        return landing_at(self.ask(request.target), redirect_uris, page)


def landing_at(url: str, redirect_uris: tuple[str, ...], page: Exchange) -> Landing:
    """The landing of a login that somebody else did; `page` is the last that is known of it."""
    outcome: Outcome = "callback" if matches(url, redirect_uris) else "elsewhere"
    return Landing(outcome=outcome, url=url, page=page)
