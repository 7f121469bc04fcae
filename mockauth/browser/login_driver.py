"""Whoever takes one authorization request to its end: forms, a real browser, a function, a person."""

from __future__ import annotations

from typing import Protocol

from mockauth.browser.cookies import Cookies
from mockauth.browser.form import Decision, Edit
from mockauth.browser.landing import Landing
from mockauth.wire import Request


class LoginDriver(Protocol):
    """One user's way in. Several `run`s share what the user's browser keeps."""

    @property
    def cookies(self) -> Cookies:
        """What its HTTP session keeps."""
        ...

    def run(
        self,
        request: Request,
        *,
        redirect_uris: tuple[str, ...],
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive one authorization request to its end. Never raises for what a server does; `edit`
        changes a form before it is sent, where the driver sends forms itself."""
        ...
