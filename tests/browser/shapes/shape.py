"""What a login and consent page looks like to a browser, and what a person does there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

USER = "ada"
PASSWORD = "lovelace-1815"
ONE_TIME_CODE = "480112"
CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"

Deed = Literal["fill", "press", "tick", "choose", "enter"]
Leave = Literal["302", "303", "307", "308", "form_post", "meta", "refresh", "script"]
Expected = Literal["alike", "asks"]
"""`alike`: mockauth must end where Chromium ends. `asks`: mockauth cannot know what a person knows,
or cannot run the page's script, and must say so instead of blaming the server."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that a person does: type into, press, tick, choose from what `selector` finds.

    `selector` is Playwright's; `frame` is the selector of the iframe that it is looked for in.
    """

    deed: Deed
    selector: str
    value: str = ""
    frame: str = ""


def fill(selector: str, value: str, frame: str = "") -> Action:
    """Type a value into a field."""
    return Action(deed="fill", selector=selector, value=value, frame=frame)


def press(selector: str, frame: str = "") -> Action:
    """Press a button or a link."""
    return Action(deed="press", selector=selector, frame=frame)


def tick(selector: str) -> Action:
    """Tick a box or choose a radio button."""
    return Action(deed="tick", selector=selector)


def choose(selector: str, value: str) -> Action:
    """Choose from a list by the value of the option."""
    return Action(deed="choose", selector=selector, value=value)


def enter(selector: str) -> Action:
    """Press Enter in a field."""
    return Action(deed="enter", selector=selector)


USER_BOX, PASSWORD_BOX = "[name=user]", "[name=password]"
TYPES_NAME = fill(USER_BOX, USER)
TYPES_PASSWORD = fill(PASSWORD_BOX, PASSWORD)
SIGNS_IN = (TYPES_NAME, TYPES_PASSWORD, press("#k1"))
ALLOWS, DENIES = press("#k2"), press("#k3")

FIELDS = '<input name="user"><input type="password" name="password">'
LOGIN = f'<form method="post" action="/login?{{query}}">{{hidden}}{FIELDS}<button id="k1">Log in</button></form>'
CONSENT = (
    '<h1>ChatGPT asks to read your notes</h1><form method="post" action="/consent?{query}">{hidden}'
    '<button id="k2" name="answer" value="yes">Allow</button>'
    '<button id="k3" name="answer" value="no">Deny</button></form>'
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One authorization server's pages. In every text `{query}` stands for the authorization
    request, `{csrf}` for the form token, `{hidden}` for a hidden field with it, `{callback}` for
    the address of the callback with a code, `{nonce}` for a nonce of the policy."""

    name: str
    kind: str
    lang: str = "en"
    host: str = "localhost"
    login: tuple[str, ...] = (LOGIN,)
    """Bodies of the pages that are posted to /login, one after the other; none: signed in already."""
    wants: Mapping[str, str] = field(
        default_factory=lambda: {"user": USER, "password": PASSWORD, "csrf": "{csrf}"}
    )
    """What the pages of the login must have sent in the end."""
    consent: str = CONSENT
    """The body of the consent page; none: the client is trusted."""
    allows: Mapping[str, str] = field(default_factory=lambda: {"answer": "yes"})
    """What the consent page sends to allow; anything else refuses."""
    needs: tuple[str, ...] = ()
    """Fields without which the consent page comes back."""
    leave: Leave = "303"
    leave_page: str = ""
    """The body of the page that goes on, in place of a redirect."""
    code_from_login: bool = False
    """The login's own answer is the redirect to the callback."""
    hop: bool = False
    """One more redirect on the same site before the callback."""

    head: str = ""
    page: str = (
        '<!doctype html><html lang="{lang}"><head><meta charset="{charset}"><title>Notes</title>'
        "{head}</head><body>{body}</body></html>"
    )
    charset: str = "utf-8"
    content_type: str = "text/html; charset={charset}"
    gzip: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of every page."""
    login_headers: Mapping[str, str] = field(default_factory=dict)
    consent_headers: Mapping[str, str] = field(default_factory=dict)
    done_headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer that leads to the callback."""

    cookie: str = "sid"
    cookie_attributes: str = "Path=/; HttpOnly; SameSite=Lax"
    welcome: str = ""
    """The body of a page that whoever is not signed in gets first, in place of the login page."""
    request_in_cookie: bool = False
    """The authorization request is kept in the session, not in the address of the login page."""
    loses_request: bool = False
    """After the login the user is at home, and the authorization request is forgotten."""
    consent_at: str = ""
    """A path of its own for the consent page, reached by a redirect."""
    login_redirect: str = "303"
    """Status of the answer to a login."""
    guard: Literal["", "origin", "fetch", "double", "referer", "ajax"] = ""
    """What a POST must show: Origin of this site, Sec-Fetch-Site, the token in a cookie as well, a
    Referer, a header that only script sends."""
    basic: bool = False
    """HTTP Basic instead of a login page."""
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Further addresses: path to content type and text."""
    goes_out_to: str = ""
    """Where /out redirects: another company's sign-in."""

    allow: tuple[Action, ...] = (*SIGNS_IN, ALLOWS)
    """What a person does to sign in and allow."""
    deny: tuple[Action, ...] = ()
    """What a person does to sign in and refuse; none: not tried."""
    expected: Expected = "alike"
