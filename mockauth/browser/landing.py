"""Where a browser ended: at the callback, or what stopped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mockauth.wire import Exchange, Pairs
from mockauth.wire.message import pairs_of
from mockauth.wire.url import without_query
from mockauth.wire.words import Words, say

Outcome = Literal["callback", "elsewhere", "error_page", "stuck", "timeout"]
"""`callback`: about to go to one of the redirect URIs, letter for letter. `elsewhere`: about to
leave the site for any other address, which was stopped as well. `error_page`: the site ended the
login with a page that leads nowhere. `stuck`: a page that the browser could not get past.
`timeout`: no answer."""

Reason = Literal[
    "", "no-answer", "redirect-loop", "reload-loop", "too-many-pages", "no-deny",
    "needs-credentials", "captcha", "login-again", "page-again", "password-elsewhere", "no-form",
    "needs-script", "needs-answer", "which-consents", "other-sign-in",
    "breaks-a-rule",
    "dead-link", "may-not-visit", "page-too-large", "cannot-press", "policy", "own-function",
    "browser-lost",
]  # fmt: skip
"""Why a browser did not get on, for programs; `HINTS` has the words, "" says nothing more."""

HINTS: Mapping[Reason, Words] = MappingProxyType(
    {
        "": say(""),
        "no-answer": say(""),
        "redirect-loop": say("the redirects go in a circle"),
        "reload-loop": say("it reloads for ever"),
        "too-many-pages": say("more pages than "),
        "no-deny": say("no way to refuse"),
        "needs-credentials": say("a login page; give "),
        "captcha": say("a captcha"),
        "login-again": say("the login page came back; wrong user name or password?"),
        "page-again": say("the same page came back after it was submitted"),
        "password-elsewhere": say("the form would send the password to "),
        "no-form": say("no form to sign in with"),
        "needs-script": say("the page needs script"),
        "needs-answer": say("the page asks what only the user knows: "),
        "which-consents": say("each of these refuses, or none was understood: "),
        "breaks-a-rule": say("browsers do not send the form; what is typed breaks "),
        "other-sign-in": say("another company signs people in, at "),
        "dead-link": say("a link that leads nowhere"),
        "may-not-visit": say(""),
        "page-too-large": say(""),
        "cannot-press": say("something lies over the button, or it is never enabled: "),
        "policy": say("the browser obeys the page's policy, which stops "),
        "own-function": say("the function of --login failed: "),
        "browser-lost": say("the browser failed: "),
    }
)
"""What is said of each reason; the detail of a landing stands behind it."""
OURS: tuple[Reason, ...] = ("own-function", "browser-lost")
"""The reasons that say nothing of the server."""


@dataclass(frozen=True, kw_only=True)
class Landing:
    """The end of one login. Nothing was ever sent to `url` when the outcome is a redirect."""

    outcome: Outcome
    url: str
    method: str = "GET"
    form: Pairs = ()
    """Body parameters of a `form_post` answer."""
    page: Exchange | None = None
    title: str = ""
    snippet: str = ""
    reason: Reason = ""
    detail: str = ""
    """What belongs to the reason: the options to give, the host, the error."""
    forms: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    pressed: tuple[str, ...] = ()
    """The names of the buttons and links that were pressed after the login."""
    guessed: bool = False
    """One of them was a guess, since its words are unknown."""
    stopped_by: str = ""
    """What of a page on the way stops a browser: a directive of its policy, or a script."""
    form_action: bool = False
    """The form-action of a page stops the redirect to here, in Chromium."""
    no_deny: bool = False
    """The consent page has no way to refuse."""

    @property
    def query(self) -> Pairs:
        """The query parameters of the redirect, in order, duplicates kept."""
        return pairs_of(self.url.partition("#")[0].partition("?")[2])

    @property
    def fragment(self) -> Pairs:
        """The parameters in the fragment of the redirect."""
        return pairs_of(self.url.partition("#")[2])

    @property
    def params(self) -> Pairs:
        """What the callback would receive: query, then form."""
        return (*self.query, *self.form)

    @property
    def hint(self) -> Words:
        """The reason in words; "" when there is none."""
        return HINTS[self.reason] + self.detail

    @property
    def left(self) -> bool:
        """The browser was about to leave the site."""
        return self.outcome in ("callback", "elsewhere")

    def describe(self) -> str:
        """One sentence for the reader: where it ended and what was seen there."""
        if self.left:
            why = say(" ({})", self.hint) if self.hint else ""
            return say("a redirect to {}{}", without_query(self.url), why)
        seen = say(" titled {!r}", self.title) if self.title else ""
        status = say(" with status {}", self.page.answer.status) if self.page else ""
        hint = say(": {}", self.hint) if self.hint else ""
        return say(
            "{} at {}{}{}{}",
            self.outcome.replace("_", " "),
            without_query(self.url),
            seen,
            status,
            hint,
        )


def matches(url: str, redirect_uris: tuple[str, ...]) -> bool:
    """Whether `url` is one of the redirect URIs with parameters added, letter for letter."""
    base = url.partition("#")[0]
    for uri in redirect_uris:
        if base == uri or base.startswith(uri + ("&" if "?" in uri else "?")):
            return True
    return False
