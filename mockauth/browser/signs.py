"""What the forms, buttons and scripts of a page show it to be, and how it is told again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of, name_of, text_of
from mockauth.browser.choose import (
    LEADS_OUT,
    VARIES,
    Candidate,
    all_buttons,
    buttons_of,
    login_forms,
)
from mockauth.browser.fields import SURE, Known, is_submit, is_typed
from mockauth.browser.page import Page
from mockauth.browser.policy import MOST_SCRIPT
from mockauth.browser.vocabulary import meanings
from mockauth.wire.markup import named

if TYPE_CHECKING:
    from bs4 import Tag

CAPTCHA = re.compile(r"captcha|cf-turnstile", re.IGNORECASE)
WRITES = re.compile(
    r"addEventListener\(\s*[\"']submit|onsubmit\s*=|\.value\s*=[^=]|fetch\(|innerHTML\s*="
    r"|createElement\(|formdata"
)
BY_LIBRARY = re.compile(r"(?:wire:|x-on:|v-on:|@|ng-|\()submit|data-remote|hx-post", re.IGNORECASE)
"""Attributes of a form that a library sends."""
SETS_ACTION = re.compile(r"\.action\s*=[^=]|setAttribute\(\s*[\"']action[\"']")
PASSKEY = "navigator.credentials"
QR = re.compile(r"(?<![a-z])qr(?![a-z])|qr-?code", re.IGNORECASE)


def changes_what_is_sent(page: Page) -> bool:
    """Whether a script or a handler of the page sends its form, or writes into it."""
    scripts = page.soup.find_all("script", src=False, limit=100)
    if any(WRITES.search(script.get_text()[:MOST_SCRIPT]) for script in scripts):
        return True
    if any(BY_LIBRARY.match(name) for form in page.forms for name in form.attrs):
        return True
    return any(WRITES.search(str(form.get("onsubmit") or "")) for form in page.forms)


def is_login(page: Page) -> bool:
    """Whether the page surely asks who the user is."""
    return any(asks_who(known) for _, _, known in login_forms(page))


def asks_who(known: list[Known]) -> bool:
    """Whether the fields of a form surely ask who the user is."""
    return any(one.asks == "password" or (one.asks == "user" and one.sure > 0.3) for one in known)


def sets_action(page: Page) -> bool:
    """Whether a script of the page decides where its form goes."""
    scripts = page.soup.find_all("script", src=False, limit=100)
    return any(SETS_ACTION.search(script.get_text()[:MOST_SCRIPT]) for script in scripts)


def wants_passkey(page: Page) -> bool:
    """Whether the page asks the browser for a passkey (Web Authentication)."""
    tags = page.soup.find_all(["script", "button", "a"], limit=300)
    return any(
        PASSKEY
        in (tag.get_text()[:MOST_SCRIPT] if tag.name == "script" else str(tag.get("onclick")))
        for tag in tags
    )


def shows_qr_code(page: Page) -> bool:
    """Whether a code to scan is all that the page has."""
    shown = page.soup.find_all(["img", "canvas", "svg", "div"], limit=200)
    names = ("src", "alt", "id", "class", "aria-label")
    return any(QR.search(" ".join(str(tag.get(name, "")) for name in names)) for tag in shown)


def has_captcha(page: Page) -> bool:
    """Whether the widget of a captcha stands in a form."""
    for form in page.forms:
        for tag in named(form, "div", "iframe", "img", "input", most=300):
            words = f"{tag.get('class', '')} {tag.get('name', '')} {tag.get('alt', '')}"
            if CAPTCHA.search(words):
                return True
    return False


def signature(form: Tag, page: Page) -> str:
    """Tells a form again on another page."""
    action = str(form.get("action") or "").partition("?")[0]
    return f"{action}|{'|'.join(name_of(button, page) for button in buttons_of(form, page))}"


def chooses(form: Tag, page: Page) -> bool:
    """Whether a form wants one of several chosen, as of organisations."""
    return any(c.name == "select" or kind_of(c) == "radio" for c in page.controls(form))


def other_account(page: Page) -> Candidate | None:
    """The way to sign in on a page that offers only accounts of others. What logs out by its
    address is none."""
    ways = [one for one in all_buttons(page) if one.says.log_out >= SURE and not leads_out(one)]
    return ways[0] if len(ways) == 1 else None


def leads_out(candidate: Candidate) -> bool:
    """Whether the address of a button or link is one that logs out."""
    action = str(candidate.form.get("action") or "") if candidate.form is not None else ""
    return bool(LEADS_OUT.search(candidate.target.partition("#")[0] or action))


def signatures(page: Page) -> tuple[str, ...]:
    """Tells a page again by its forms and its buttons."""
    forms = tuple(signature(form, page) for form in page.forms)
    return forms or (page.url.partition("?")[0],)


def submits_by_enter(form: Tag, page: Page) -> bool:
    """Whether Enter sends a form without a submit button: only where one field is typed into
    (HTML, implicit submission)."""
    live = [c for c in page.controls(form) if is_typed(c) and not page.is_hidden(c)]
    return len(live) <= 1 and not any(is_submit(c) for c in page.disabled(form))


def likeness(one: Candidate) -> str:
    """Tells a candidate again at another login, whose address has another id."""
    return VARIES.sub("*", one.key)


def stays_signed_in(page: Page) -> bool:
    """Whether the page asks to stay signed in: its no refuses nothing."""
    texts = headings(page, "legend", "p")
    return any(meanings(text, page.lang).get("stay_signed_in", 0) >= 0.6 for text in texts)


def headings(page: Page, *more: str) -> list[str]:
    """The title of a page and its first headings, with the texts of `more` tags."""
    heads = page.soup.find_all(["h1", "h2", "h3", *more], limit=8)
    return [page.title, *(text_of(head) for head in heads)]
