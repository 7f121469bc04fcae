"""A person signs in with a browser of their own, and pastes the address where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Decision, Edit
from mockauth.browser.landing import Landing, Outcome, matches
from mockauth.browser.session import Session
from mockauth.wire import Request


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
        seen = look_first(self.form, request, redirect_uris)
        return seen if is_end(seen) else landing_at(self.ask(request.target), redirect_uris, seen)


def look_first(form: Session, request: Request, redirect_uris: tuple[str, ...]) -> Landing:
    """What the request leads to before anybody signs in: for the record, and often the end."""
    return replace(form, follow_only=True).run(request, redirect_uris=redirect_uris)


def is_end(seen: Landing) -> bool:
    """Whether nobody has to sign in: the server approves by itself, or refuses the request."""
    status = seen.page.answer.status if seen.page is not None else 0
    return seen.left or (seen.outcome == "error_page" and status >= 400)


def landing_at(url: str, redirect_uris: tuple[str, ...], seen: Landing) -> Landing:
    """The landing of a login that somebody else did, after what was seen before."""
    outcome: Outcome = "callback" if matches(url, redirect_uris) else "elsewhere"
    return Landing(outcome=outcome, url=url, page=seen.page)
