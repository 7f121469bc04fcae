"""Where a browser ended: at the callback, or what stopped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mockauth.wire import Exchange, Pairs
from mockauth.wire.message import pairs_of
from mockauth.wire.url import without_query
from mockauth.wire.words import Words, own, say

Outcome = Literal["callback", "elsewhere", "error_page", "stuck", "timeout"]
"""`callback`: about to go to one of the redirect URIs, letter for letter. `elsewhere`: about to
leave the site for any other address, which was stopped as well. `error_page`: the site ended the
login with a page that leads nowhere. `stuck`: a page that the browser could not get past.
`timeout`: no answer."""

Reason = Literal[
    "", "no-answer", "redirect-loop", "reload-loop", "too-many-pages", "no-deny",
    "needs-credentials", "captcha", "login-again", "page-again", "password-elsewhere", "no-form",
    "needs-script", "needs-answer", "which-consents", "which-signs-in", "other-sign-in",
    "breaks-a-rule", "one-time-code", "new-password", "security-question", "mail-link", "passkey",
    "other-device", "http-basic", "wrong-override", "skipped-again",
    "dead-link", "may-not-visit", "page-too-large",
    "asks-anew", "cannot-press", "policy", "own-function", "browser-lost",
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
        "login-again": say("the login page came back"),
        "page-again": say("the same page came back after it was submitted"),
        "password-elsewhere": say("the form would send the password to "),
        "no-form": say("no form to sign in with"),
        "needs-script": say("the page needs script"),
        "needs-answer": say("the page asks what only the user knows: "),
        "which-consents": say("each of these refuses, or none was understood: "),
        "which-signs-in": say("no button of the login that was tried led to a code: "),
        "one-time-code": say("the page asks for a one-time code: "),
        "new-password": say("the page wants a new password, or another one: "),
        "security-question": say("the page asks a security question: "),
        "mail-link": say("the way on is in a mail"),
        "passkey": say("the page asks for a passkey"),
        "other-device": say("the page asks for another device"),
        "http-basic": say("HTTP Basic refused the user name and the password"),
        "wrong-override": say(""),
        "skipped-again": say("a page that the settings skip came back"),
        "breaks-a-rule": say("browsers do not send the form; what is typed breaks "),
        "other-sign-in": say("another company signs people in, at "),
        "dead-link": say("a link that leads nowhere"),
        "may-not-visit": say(""),
        "page-too-large": say(""),
        "asks-anew": say("it asks anew instead of going on"),
        "cannot-press": say("something lies over the button, or it is never enabled: "),
        "policy": say("the browser obeys the page's policy, which stops "),
        "own-function": say("the function of --login failed: "),
        "browser-lost": say("the browser failed: "),
    }
)
"""What is said of each reason; the detail of a landing stands behind it."""
OURS: tuple[Reason, ...] = ("own-function", "browser-lost")
"""The reasons that say nothing of the server."""


NO_WORDS = Words()
How = Literal["read", "guess", "learned", "told"]
"""How it was known what a button does: from its words or the form, not at all, from an earlier
login, from the settings."""


HOW: Mapping[How, Words] = MappingProxyType(
    {
        "read": NO_WORDS,
        "guess": say(" (a guess: its words are not known)"),
        "learned": say(" (learned by trying)"),
        "told": say(" (as the settings say)"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button, link or option that was pressed."""

    name: str
    how: How = "read"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What mockauth would ask the user where a login stopped, and what answers it."""

    text: Words
    line: Words = NO_WORDS
    """A line of TOML for the settings file."""
    way: Words = NO_WORDS
    """What else helps."""
    adds: bool = False
    """The settings have such lines already."""

    @property
    def words(self) -> Words:
        """All of it in a sentence or three."""
        place = say(" Put at the top of mockauth.toml: {}", self.line)
        if self.adds:
            place = say(" To the entries of login.page in mockauth.toml add: {}", self.line)
        line = place if self.line else NO_WORDS
        return self.text + line + (say(" {}", self.way) if self.way else NO_WORDS)


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
    pressed: tuple[Press, ...] = ()
    """What was pressed, in order."""
    tried: tuple[str, ...] = ()
    """What was pressed before in vain, where the page did not say what it does."""
    question: Question | None = None
    """What would have to be known to get on."""
    stopped_by: str = ""
    """What of a page on the way stops a browser: a directive of its policy, or a script."""
    form_action: bool = False
    """The form-action of a page stops the redirect to here, in Chromium."""
    no_deny: bool = False
    """The consent page has no way to refuse, or none was shown."""
    asked: bool = False
    """A page asked for an answer: more than a login was pressed."""

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

    @property
    def guessed(self) -> bool:
        """Whether one press was a guess, since its words are unknown."""
        return any(press.how == "guess" for press in self.pressed)

    @property
    def way(self) -> Words:
        """What was pressed, for the reader; "" where nothing was."""
        presses = [say("[{:.60}]", one.name or "?") + HOW[one.how] for one in self.pressed]
        tried = own(", ").join(say("[{:.60}]", name) for name in self.tried)
        before = say("; before, {} led elsewhere", tried) if self.tried else NO_WORDS
        return own(", then ").join(presses) + before

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
