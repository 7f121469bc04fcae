"""The question at which a login stopped, and the line of settings that answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of, name_of, text_before
from mockauth.browser.choose import buttons_of
from mockauth.browser.fields import is_submit, is_typed
from mockauth.browser.landing import Question, Reason
from mockauth.wire.url import split
from mockauth.wire.words import Words, cut, own, say

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

BY_HAND = own("--login manual lets you sign in by hand.")
BY_BROWSER = own("--login browser runs the page's script.")
OPAQUE = re.compile(r"(?=.*\d)[\w.~-]{12,}|[0-9a-f-]{32,}|\d+|[\w~-]{20,}", re.IGNORECASE)
"""A part of a path that is another one each time."""
MOST_NAMED = 6


def glob_of(url: str) -> str:
    """A glob for the address of a page, without its host and what changes each time."""
    parts = split(url)
    path = parts.path if parts is not None else ""
    kept = ["*" if OPAQUE.fullmatch(one) else one for one in path.split("/")]
    return "*" + re.sub(r"[\[\]?]", "?", "/".join(kept) or "/")


def line(url: str, **said: Words) -> Words:
    """A line of TOML that tells what to do at an address."""
    told = (say("{} = {}", own(key), value) for key, value in said.items())
    pairs = own(", ").join([say("url = {}", _text(glob_of(url))), *told])
    return say("login.page = [{} {} {}]", own("{"), pairs, own("}"))


def _text(value: str) -> Words:
    """A text of TOML, which writes them as JSON does."""
    return cut(json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f"))


def _fields(control: Tag | None, value: Words) -> Words:
    name = str(control.get("name") or control.get("id") or "") if control is not None else ""
    key = (
        own(name) if re.fullmatch(r"[A-Za-z_][\w-]{0,40}", name, re.ASCII) else _text(name or "#id")
    )
    return say("{} {} = {} {}", own("{"), key, value, own("}"))


A_VALUE = own('"…"')
A_SECRET = own('{ env = "CODE" }')


def question_of(
    reason: Reason, detail: str, page: Page | None, url: str, tried: Iterable[str] = ()
) -> Question | None:
    """What is asked for a reason; None where no answer helps."""
    made = QUESTIONS.get(reason)
    return made(detail, page, url, tuple(tried)) if made is not None else None


Tried = tuple[str, ...]


def _which(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    names = list(dict.fromkeys((*tried, *_buttons(page))))[:MOST_NAMED]
    shown = own(" · ").join(cut(name, 60) for name in names)
    rest = [name for name in names if name not in tried]
    wanted = (rest or names or ["…"])[0]
    return Question(
        text=say("Which of [{}] consents?", shown), line=line(url, submit=_text(wanted))
    )


def _signs_in(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    names = list(dict.fromkeys((*_buttons(page), *tried)))
    shown = own(" · ").join(cut(name, 60) for name in names[:MOST_NAMED])
    wanted = ([name for name in names if name not in tried] or [*tried[-1:], "…"])[0]
    return Question(
        text=say("Which of [{}] signs in? And are user name and password right?", shown),
        line=line(url, submit=_text(wanted)),
    )


def _refuses(detail: str, page: Page | None, url: str, tried: Tried) -> Question | None:
    """What may refuse on a page with several buttons; None where it has but one."""
    names = _buttons(page) if page is not None and page.forms else []
    if len(set(names)) < 2:
        return None
    shown = own(" · ").join(cut(name, 60) for name in names[:MOST_NAMED])
    return Question(
        text=say("Which of [{}] refuses consent?", shown), line=line(url, deny=_text(names[-1]))
    )


def _buttons(page: Page | None) -> list[str]:
    if page is None:
        return []
    names = [name_of(one, page) for form in page.forms for one in buttons_of(form, page)]
    return [name for name in names if name] or [
        name for name in (name_of(link, page) for link in page.links) if name
    ]


def _on(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    names = _buttons(page)
    if not names:
        return Question(text=say("Nothing on the page can be pressed."), way=BY_BROWSER)
    shown = own(" · ").join(cut(name, 60) for name in names[:MOST_NAMED])
    return Question(
        text=say("Which of [{}] goes on?", shown), line=line(url, submit=_text(names[0]))
    )


def _answer(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("What goes into {!r:.80}?", str(detail)),
        line=line(url, fields=_fields(_field(detail, page), A_VALUE)),
    )


def _field(name: str, page: Page | None) -> Tag | None:
    """The field that is called so, else the last one."""
    typed = [
        c
        for form in (page.forms if page is not None else ())
        for c in (page.controls(form) if page is not None else ())
        if is_typed(c) and not is_submit(c)
    ]
    if page is None or not typed:
        return None
    called = [c for c in typed if name in (name_of(c, page), c.get("name"), text_before(c))]
    return (called or typed)[-1]


def _code(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    if _field(detail, page) is None:
        return _device(detail, page, url, tried)
    return Question(
        text=say("Which code goes into {!r:.80}?", str(detail)),
        line=line(url, fields=_fields(_field(detail, page), A_SECRET)),
        way=say("Or give a test user without a second step. {}", BY_HAND),
    )


def _captcha(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("Who answers the captcha?"),
        way=say("Use its test keys, or leave it out for the test user. {}", BY_HAND),
    )


def _other(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    parts = split(url)
    host = parts.netloc if parts else ""
    return Question(
        text=say("Is the sign-in at {} yours?", host),
        way=say(
            "If so, add --allow-host {}. Else give a test user with a password of your own. {}",
            host,
            BY_HAND,
        ),
    )


def _script(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    names = own(" · ").join(cut(name, 60) for name in _buttons(page)[:MOST_NAMED])
    there = say(" It shows [{}].", names) if names else say("")
    return Question(text=say("What does the page's script do?{}", there), way=BY_BROWSER)


def _basic(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("Which user name and password does the browser's dialog want?"),
        way=own("Give them with --username and --password."),
    )


def _new_password(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("Which password is the new one?"),
        line=line(url, skip=own("true")),
        way=own("That leaves the page out; or set the new password by hand, and give it."),
    )


def _security(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("What is the answer to {!r:.80}?", str(detail)),
        line=line(url, fields=_fields(_field(detail, page), own('{ env = "ANSWER" }'))),
    )


def _mail(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("What does the mail say?"),
        way=say("Give a test user that signs in with a password. {}", BY_HAND),
    )


def _device(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("Who confirms it?"),
        way=say("Give a test user that signs in with a password. {}", BY_HAND),
    )


def _again(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    unfilled = _unfilled(page)
    if unfilled is None:
        return Question(text=say("Are user name and password right, and is that all it wants?"))
    return Question(
        text=say("Are user name and password right? What else does the page want?"),
        line=line(url, fields=_fields(unfilled, A_VALUE)),
    )


def _unfilled(page: Page | None) -> Tag | None:
    """A field that may want more than was given."""
    if page is None:
        return None
    for form in page.forms:
        for control in page.controls(form):
            other = kind_of(control) in ("select", "radio")
            if other and not page.is_hidden(control) and control.get("name"):
                return control
    return None


def _rule(detail: str, page: Page | None, url: str, tried: Tried) -> Question:
    return Question(
        text=say("Which user name and password does the page take?"),
        way=own("Give them with --username and --password, as a user types them."),
    )


QUESTIONS: Mapping[Reason, Callable[[str, Page | None, str, Tried], Question | None]] = (
    MappingProxyType(
        {
            "which-consents": _which,
            "which-signs-in": _signs_in,
            "no-form": _on,
            "no-deny": _refuses,
            "needs-answer": _answer,
            "one-time-code": _code,
            "captcha": _captcha,
            "other-sign-in": _other,
            "needs-script": _script,
            "http-basic": _basic,
            "breaks-a-rule": _rule,
            "new-password": _new_password,
            "security-question": _security,
            "mail-link": _mail,
            "passkey": _device,
            "other-device": _device,
            "login-again": _again,
            "page-again": _again,
        }
    )
)
