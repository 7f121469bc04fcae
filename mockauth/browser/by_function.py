"""The user's own function signs in: a door for tests, a fixed cookie, an unusual second factor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mockauth.browser.by_hand import is_end, landing_at, look_first
from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Decision, Edit
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.wire import Request, Response
from mockauth.wire.words import Words, say


class LoginSession:
    """What a login function gets beside the address: one user, and that user's cookies.

    Redirects are not followed; each request is recorded, and none leaves the site.
    """

    def __init__(self, form: Session, redirect_uris: tuple[str, ...], decision: Decision) -> None:
        self._form, self._redirect_uris = form, redirect_uris
        self.ended: Landing | None = None
        """Where mockauth's own forms ended."""
        self.decision = decision
        self.username = form.credentials.username
        self.password = form.credentials.password.reveal()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """The answer to GET; status 0 where none came."""
        return self._send(Request(method="GET", url=url, headers=_pairs(headers)))

    def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Response:
        """The answer to a form; status 0 where none came."""
        return self._send(
            Request(
                method="POST", url=url, headers=_pairs(headers), params=_pairs(fields),
                encoding="form",
            )
        )  # fmt: skip

    def sign_in(self, url: str) -> str:
        """Go on from there as `--login form` does; the address where that ends."""
        request = Request(method="GET", url=url)
        landing = self._form.run(request, redirect_uris=self._redirect_uris, decision=self.decision)
        return landing.url

    def _send(self, request: Request) -> Response:
        form = self._form
        request = request.with_header("Cookie", form.cookies.header(request.target))
        exchange = form.send(request, "page")
        if exchange.response is not None:
            form.cookies.keep(request, exchange.response)
        return exchange.answer


Function = Callable[[str, LoginSession], str]
"""Gets the authorization request, gives the address of the callback with what it carries."""


@dataclass
class ByFunction:
    """Asks the user's function for each login."""

    form: Session
    function: Function

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
        """Where the function says that it ended. A form is altered in the form session only."""
        if edit is not None:
            return self.form.run(request, redirect_uris=redirect_uris, decision=decision, edit=edit)
        seen = look_first(self.form, request, redirect_uris)
        if is_end(seen):
            return seen
        session = LoginSession(self.form, redirect_uris, decision)
        try:
            url = self.function(request.target, session)
        except Exception as wrong:
            return _failed(request, say("{}: {}", type(wrong).__name__, wrong))
        return self._landing(url, session, request, redirect_uris, seen)

    def _landing(
        self,
        url: object,
        session: LoginSession,
        request: Request,
        redirect_uris: tuple[str, ...],
        seen: Landing,
    ) -> Landing:
        if session.ended is not None and url == session.ended.url:
            return session.ended
        if not isinstance(url, str) or not url:
            return _failed(request, say("it gave {!r}, no address", url))
        landing = landing_at(url, redirect_uris, seen)
        if landing.outcome != "callback" and self.form.may_visit(url):
            return _failed(request, say("it ended at {}, which is not the callback", url))
        return landing


def _failed(request: Request, why: Words) -> Landing:
    return Landing(outcome="stuck", url=request.url, reason="own-function", detail=why)


def _pairs(given: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((given or {}).items())
