"""Filling in an HTML form by the meaning of its fields, and pressing the right button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of, name_of
from mockauth.browser.choose import buttons_of
from mockauth.browser.encode import charset_of, encoded, lines_as_sent
from mockauth.browser.fields import (
    NONE_TOLD,
    Asks,
    Decision,
    Filling,
    agrees,
    fields_of,
    filled,
    is_idle,
    is_submit,
    says_user,
    value_of,
)
from mockauth.browser.override import Value
from mockauth.browser.page import Page
from mockauth.wire import Pairs, Request, Secret
from mockauth.wire.message import FORM
from mockauth.wire.url import join, origin

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["Credentials", "Decision", "Edit", "Submission", "fill", "outline", "unticking_refuses"]


NAVIGATES: Pairs = (
    ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-User", "?1"), ("Sec-Fetch-Dest", "document"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The test user."""

    username: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A form as it would be sent. `drop_cookies` leaves the session's cookies out."""

    method: str
    url: str
    enctype: str
    fields: Pairs
    hidden: tuple[str, ...] = ()
    has_password: bool = False
    has_user: bool = False
    filled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Options that would have been needed to fill it in."""
    questions: tuple[tuple[Asks, str], ...] = ()
    """What the form asks, that only the user knows: its kind, and how the page calls it."""
    drop_cookies: bool = False
    forged: bool = False
    """It is sent as another site would send it: a page that asks anew then refuses it."""
    invalid: str = ""
    """The rule of a field that keeps a browser from sending the form."""

    sent_by: str = ""
    """The origin of another site that sends the form; "" for the page itself."""
    charset: str = "utf-8"
    no_referrer: bool = False
    """The page forbids to say where the form was."""
    eager: bool = False
    """More is ticked or chosen than when the form was sent before."""
    work: Filling | None = None
    """How each control is filled in, for a browser that acts on the page itself."""

    def request(self, page_url: str) -> Request:
        """The request a browser makes of it, Origin, Referer and Sec-Fetch included."""
        site = "cross-site" if self.sent_by else "same-origin"
        headers: Pairs = ("Sec-Fetch-Site", site), *NAVIGATES
        if not (self.no_referrer or self.sent_by):
            headers = (("Referer", page_url.partition("#")[0]), *headers)
        if self.method == "GET":
            return Request(
                method="GET", url=self.url.partition("?")[0], query=self.fields, headers=headers
            )
        # Fetch standard, "append a request Origin header": `null` under no-referrer.
        sender = self.sent_by or ("null" if self.no_referrer else origin(page_url))
        headers = (*headers, ("Origin", sender))
        request = Request(method="POST", url=self.url, headers=headers)
        body, kind = encoded(self.fields, self.enctype, self.charset)
        return replace(request, raw=body, headers=(*headers, ("Content-Type", kind)))


Edit = Callable[[Submission], Submission]
"""Lets a probe change a form just before it is sent."""


def fill(
    form: Tag,
    page: Page,
    credentials: Credentials,
    decision: Decision,
    button: Tag | None,
    chosen: frozenset[int] = frozenset(),
    told: Mapping[int, Value] = NONE_TOLD,
    *,
    eager: bool = False,
) -> Submission:
    """The form filled in by meaning, and sent by `button`, with the options `chosen` and what the
    settings have `told` of its controls; an `eager` one ticks boxes that say nothing, too."""
    asked = {id(one.control): one for one in fields_of(form, page, told, credentials.username)}
    work = Filling(
        page=page,
        username=credentials.username,
        password=credentials.password,
        decision=decision,
        asked=asked,
        button=button,
        told=told,
        chosen=chosen | _checked_radios(form, page, chosen, credentials.username),
        eager=eager,
    )
    idle = (c for c in page.controls(form) if not (page.is_hidden(c) or c.has_attr("checked")))
    secret = any(id(c) in told and kind_of(c) == "password" for c in page.controls(form))
    controls = [c for c in page.controls(form) if c is button or not is_submit(c)]
    controls += [] if button is None or button in controls else [button]
    done = [(str(control.get("name") or ""), filled(control, work)) for control in controls]
    charset = charset_of(str(form.get("accept-charset") or "") or page.charset)
    pressed = button if button is not None else form
    lax = form.has_attr("novalidate") or pressed.has_attr("formnovalidate")
    action = str(pressed.get("formaction") or form.get("action") or "").strip()
    method = str(pressed.get("formmethod") or form.get("method") or "get").upper()
    enctype = str(pressed.get("formenctype") or form.get("enctype") or FORM).lower()
    return Submission(
        method="POST" if method == "POST" else "GET",
        url=join(page.base, action) if action not in ("", "#") else page.url.partition("#")[0],
        enctype=enctype,
        fields=tuple(
            (name, charset if name == "_charset_" else lines_as_sent(value))
            for _, one in done
            for name, value in one.fields
        ),
        charset=charset,
        no_referrer=page.referrer_policy == "no-referrer",
        hidden=tuple(name for name, one in done if one.hidden and name),
        has_password=secret or any(one.asks == "password" for one in asked.values()),
        has_user=any(one.asks == "user" for one in asked.values()),
        filled=tuple(name for name, one in done if one.by_us and name),
        missing=tuple(one.missing for _, one in done if one.missing),
        invalid="" if lax else next((one.invalid for _, one in done if one.invalid), ""),
        questions=tuple((one.asks, one.question) for _, one in done if one.question),
        work=work,
        eager=any(is_idle(c, work) for c in idle) or (eager and _has_choice(form, page)),
    )


def _has_choice(form: Tag, page: Page) -> bool:
    """Whether a list of the form stands at an empty option."""
    lists = (c for c in page.controls(form) if c.name == "select")
    return any(
        (first := one.find("option", selected=True) or one.find("option")) is not None
        and not value_of(first)
        for one in lists
    )


def _is_user(control: Tag, page: Page, username: str) -> bool:
    """Whether a radio button is for the user's account."""
    texts = (str(control.get("value") or ""), name_of(control, page))
    return any(says_user(text, username) for text in texts)


def _checked_radios(form: Tag, page: Page, chosen: frozenset[int], username: str) -> frozenset[int]:
    """Of each group that nothing is chosen of, the one for the user's account, else the one that is
    checked, else the first."""
    groups: dict[str, list[Tag]] = {}
    for control in page.controls(form):
        if kind_of(control) == "radio":
            groups.setdefault(str(control.get("name")), []).append(control)
    found = []
    for group in groups.values():
        if not any(id(control) in chosen for control in group):
            checked = [c for c in group if c.has_attr("checked")]
            own = [c for c in group if _is_user(c, page, username)]
            found.append((own or checked or group)[0])
    return frozenset(map(id, found))


def unticking_refuses(form: Tag, page: Page) -> bool:
    """Whether the only way to refuse is to leave the consent box unticked."""
    return any(kind_of(c) == "checkbox" and agrees(c, page) for c in page.controls(form))


def outline(form: Tag, page: Page) -> str:
    """The form in one line, without values: `POST /login: username, password [Log in]`."""
    names = [
        str(c.get("name"))
        for c in page.controls(form)
        if c.get("name") and not is_submit(c) and kind_of(c) != "hidden"
    ]
    buttons = [name_of(button, page) for button in buttons_of(form, page)]
    method = str(form.get("method") or "get").upper()
    action = str(form.get("action") or "").partition("?")[0] or "(same page)"
    return f"{method} {action}: {', '.join(names) or 'no fields'} [{' | '.join(buttons)}]"
