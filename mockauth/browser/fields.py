"""What each control of a form is filled in with, by its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mockauth.browser.accessible_name import (
    caption_of,
    kind_of,
    name_of,
    names_of,
    text_before,
    text_of,
    weak_names_of,
)
from mockauth.browser.override import PASSWORD, USERNAME, Value
from mockauth.browser.vocabulary import Meaning, folded, meanings
from mockauth.wire import Pairs, Secret

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

Decision = Literal["allow", "deny"]
Asks = Literal["", "user", "password", "new_password", "code", "captcha", "unknown"]
"""What a field asks for: "" is nothing that a person would fill in."""
UNTYPED = frozenset({
    "hidden", "checkbox", "radio", "file", "range", "color", "submit", "image", "button", "reset",
    "select", "textarea", "date", "time", "month", "week", "datetime-local",
})  # fmt: skip
UNWRITTEN = frozenset({"date", "time", "month", "week", "datetime-local"})
"""What a person chooses from a calendar or a clock."""
USERS: tuple[Meaning, ...] = ("user_name", "email", "phone")
KNOWN: Mapping[Meaning, Asks] = MappingProxyType(
    {
        "one_time_code": "code",
        "new_password": "new_password",
        "password": "password",
        "user_name": "user",
        "email": "user",
        "phone": "user",
    }
)
AUTOCOMPLETE: Mapping[str, Asks] = MappingProxyType(
    {
        "one-time-code": "code",
        "new-password": "new_password",
        "current-password": "password",
        "username": "user",
        "email": "user",
        "tel": "user",
        "webauthn": "user",
    }
)
CAPTCHA_FIELD = re.compile(r"captcha", re.IGNORECASE)
AGREES = re.compile(r"consent|confirm|agree|terms|scope|grant|allow|approve|accept", re.IGNORECASE)
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
REVOKES = re.compile(
    r"^(?:do.?not|don.?t|hide)\b|revoke|withdraw|\bclear\b|opt.?out", re.IGNORECASE
)
"""What no box of consent says."""
SWITCHES = re.compile(r"disabled", re.IGNORECASE)
"""What the handler of a box says that a button waits for."""
SLOW_PATTERN = re.compile(r"\)[*+{]|\\[1-9kpPuUxcAZb]|\(\?[^=!:]|\[\[|--|&&|\|\||~~|\[\^?\]")
"""What may take long in a pattern, or mean another thing in Python."""
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
SURE = 0.4
NONE_TOLD: Mapping[int, Value] = MappingProxyType({})
LONGEST_CODE = 8


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the field of one control asks for, and how sure that is, from 0 to 1."""

    control: Tag
    asks: Asks
    sure: float


def is_submit(control: Tag) -> bool:
    """Whether it submits its form; a `<button>` without a known type does."""
    if control.name == "button":
        return str(control.get("type") or "submit").lower() not in ("button", "reset")
    return control.name == "input" and kind_of(control) in ("submit", "image")


def is_typed(control: Tag) -> bool:
    """Whether a person types into it."""
    if control.name == "textarea":
        return True
    return control.name == "input" and kind_of(control) not in UNTYPED


def fields_of(
    form: Tag, page: Page, told: Mapping[int, Value] = NONE_TOLD, username: str = ""
) -> list[Known]:
    """What the fields ask for that a person sees and would type into; but for those that an
    override tells. Of two that ask for the user, `username` chooses the one it fits."""
    typed = [c for c in page.controls(form) if is_typed(c) and id(c) not in told]
    seen = [c for c in typed if not page.is_hidden(c) and not c.has_attr("readonly")]
    if page.has_script and not any(kind_of(c) == "password" for c in seen):
        # The second step of a login on one page, which script shows.
        seen += [c for c in typed if kind_of(c) == "password" and page.is_hidden(c)][:1]
    known = [_known(control, page, page.lang) for control in seen]
    known = _one_user(_new_passwords(_or_password(known, page)), username)
    return known if _is_question(form, page, known) else _beside_password(known)


def _is_question(form: Tag, page: Page, known: list[Known]) -> bool:
    """Whether a form wants an answer to yes or no, so that its one field is for a remark."""
    if len(known) != 1 or known[0].asks != "unknown" or known[0].control.has_attr("required"):
        return False
    buttons = [c for c in page.controls(form) if is_submit(c)]
    meant = [meanings(name_of(button, page), page.lang) for button in buttons]
    return any(m.get("allow", 0) >= SURE for m in meant) and any(
        m.get("deny", 0) >= SURE for m in meant
    )


def _known(control: Tag, page: Page, lang: str) -> Known:
    for word in str(control.get("autocomplete") or "").lower().split():
        if asks := AUTOCOMPLETE.get(word):
            return Known(control=control, asks=asks, sure=1.0)
    kind = kind_of(control)
    weak = " ".join(weak_names_of(control)[-2:])
    if CAPTCHA_FIELD.search(weak + " ".join(names_of(control, page))):
        return Known(control=control, asks="captcha", sure=1.0)
    if kind == "password":
        return Known(control=control, asks=_password_kind(control, page, lang), sure=1.0)
    said = _said(control, page, lang)
    if said.sure >= SURE and not (said.asks == "user" and control.get("value")):
        return said
    if kind in ("email", "tel") and not control.get("value"):
        return Known(control=control, asks="user", sure=0.8)
    return Known(control=control, asks="" if control.get("value") else "unknown", sure=0.0)


def _password_kind(control: Tag, page: Page, lang: str) -> Asks:
    asks: Asks = "password"
    for name in names_of(control, page):
        meant = meanings(name, lang)
        if meant.get("new_password", 0) > meant.get("password", 0):
            asks = "new_password"
        if meant.get("one_time_code", 0) > meant.get("password", 0):
            asks = "code"
    return asks


def _said(control: Tag, page: Page, lang: str) -> Known:
    """What its names say; what only programs read says less."""
    best = Known(control=control, asks="", sure=0.0)
    strong = [(name, 1.0) for name in names_of(control, page)]
    weak = [(name, 0.85) for name in weak_names_of(control)[-2:]]
    near = [] if caption_of(control, page) else [(text_before(control), 0.7)]
    for name, weight in (*strong, *weak, *near):
        for meaning, sure in meanings(name, lang).items():
            if meaning in KNOWN and sure * weight > best.sure:
                best = Known(control=control, asks=KNOWN[meaning], sure=sure * weight)
    if best.asks == "password" and kind_of(control) != "password" and best.sure < 0.8:
        return Known(control=control, asks="", sure=0.0)
    return best


def _new_passwords(known: list[Known]) -> list[Known]:
    """Two fields for a password, typed without being read, set a new one."""
    passwords = [one for one in known if one.asks == "password"]
    if len(passwords) < 2:
        return known
    return [
        Known(control=one.control, asks="new_password", sure=one.sure)
        if one.asks == "password"
        else one
        for one in known
    ]


def _or_password(known: list[Known], page: Page) -> list[Known]:
    """The only secret field beside a field of text takes the password, where it may be one as well
    as a code."""
    secrets = [one for one in known if kind_of(one.control) == "password"]
    if len(secrets) != 1 or secrets[0].asks != "code" or known.index(secrets[0]) == 0:
        return known
    secret = secrets[0]
    names = (*names_of(secret.control, page), *weak_names_of(secret.control))
    if not any(meanings(name, page.lang).get("password", 0) >= SURE for name in names):
        return known
    return [replace(one, asks="password") if one is secret else one for one in known]


def _one_user(known: list[Known], username: str) -> list[Known]:
    """Of several fields for a user the surest that takes the name, and all that must be filled
    in."""
    users = [one for one in known if one.asks == "user"]
    if len(users) < 2:
        return known
    best = max(users, key=lambda one: (not broken_rule(one.control, username), one.sure))
    return [
        one
        if one.asks != "user" or one is best or one.control.has_attr("required")
        else Known(control=one.control, asks="", sure=0.0)
        for one in known
    ]


def _beside_password(known: list[Known]) -> list[Known]:
    """The only unknown field before a password is for the user; without a password, the only one
    of its form is."""
    if any(one.asks == "user" for one in known):
        return known
    at = next((n for n, one in enumerate(known) if one.asks == "password"), None)
    unknown = [one for one in known[:at] if one.asks == "unknown"]
    named = [one for one in unknown if one.control.get("name")]
    candidates = named if at is not None else unknown
    if not candidates or (at is None and len(known) > 1):
        return known
    user = candidates[-1]
    return [
        Known(control=one.control, asks="user", sure=0.3) if one is user else one for one in known
    ]


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What the controls of one form are filled in with."""

    page: Page
    username: str
    password: Secret
    decision: Decision
    asked: Mapping[int, Known]
    """What the fields ask for, by the identity of the control."""
    button: Tag | None
    chosen: frozenset[int]
    """The radio buttons and options that are chosen, by identity."""
    told: Mapping[int, Value] = field(default_factory=lambda: NONE_TOLD)
    """What the settings say of a control, by its identity."""
    eager: bool = False
    """The page came back: boxes that say nothing are ticked, too."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What one control adds to a submission."""

    fields: Pairs = ()
    by_us: bool = False
    """The value is ours, not the page's."""
    hidden: bool = False
    missing: str = ""
    """The option that would have given the value."""
    question: str = ""
    """What the page asks, that nobody told us."""
    asks: Asks = ""
    """What kind of question that is."""
    invalid: str = ""
    """The rule of the field that a browser enforces, and the value breaks."""


def filled(control: Tag, work: Filling) -> Filled:
    """What a control sends."""
    if control is work.button:
        return _pressed(control)
    by_kind = _told if id(control) in work.told else CONTROLS.get(kind_of(control), _text)
    sent = by_kind(control, work)
    direction = str(control.get("dirname") or "")
    if direction and is_typed(control):
        around = control if control.has_attr("dir") else control.find_parent(dir=True)
        said = str(around.get("dir") or "") if around is not None else ""
        written = "rtl" if said.lower() == "rtl" else "ltr"
        return replace(sent, fields=(*sent.fields, (direction, written)))
    return sent


def _named(control: Tag, value: str) -> Pairs:
    return ((str(control["name"]), value),) if control.get("name") else ()


def _pressed(button: Tag) -> Filled:
    """A button sends its value, a picture the place that was clicked."""
    name = str(button.get("name") or "")
    if kind_of(button) == "image":
        dot = f"{name}." if name else ""
        return Filled(fields=((f"{dot}x", "1"), (f"{dot}y", "1")))
    # Chromium sends the words that it shows.
    own = "Submit" if button.name == "input" else ""
    return Filled(fields=_named(button, str(button.get("value", own))))


def _told(control: Tag, work: Filling) -> Filled:
    """What the settings say of it."""
    value = work.told[id(control)]
    if kind_of(control) == "checkbox":
        ticked = value if isinstance(value, bool) else value != "false"
        return _tick(control) if ticked else Filled(by_us=True)
    texts = {USERNAME: work.username, PASSWORD: work.password.reveal()}
    text = str(value) if isinstance(value, str | bool) else value.reveal()
    text = texts.get(text, text)
    return Filled(fields=_named(control, text), by_us=True, invalid=broken_rule(control, text))


def _nothing(control: Tag, work: Filling) -> Filled:
    return Filled()


def _hidden(control: Tag, work: Filling) -> Filled:
    return Filled(fields=_named(control, str(control.get("value", ""))), hidden=True)


def _radio(control: Tag, work: Filling) -> Filled:
    return _tick(control) if id(control) in work.chosen else Filled()


def _checkbox(control: Tag, work: Filling) -> Filled:
    if _is_out_of_reach(control, work.page):
        return Filled(invalid="required, out of sight")
    return _tick(control) if _ticked(control, work) else Filled()


def _is_out_of_reach(control: Tag, page: Page) -> bool:
    """Whether a field must be filled in that nobody sees, so that the form is never sent."""
    if not control.has_attr("required") or page.has_script or not page.is_hidden(control):
        return False
    if kind_of(control) == "checkbox":
        return not control.has_attr("checked") and not caption_of(control, page)
    return not control.get("value")


def _tick(control: Tag) -> Filled:
    return Filled(fields=_named(control, str(control.get("value", "on"))), by_us=True)


def _ticked(control: Tag, work: Filling) -> bool:
    if control.has_attr("required"):
        return True
    wanted = agrees(control, work.page) or is_idle(control, work)
    if work.page.is_hidden(control) or not wanted:
        return control.has_attr("checked")
    return work.decision == "allow"


def is_idle(control: Tag, work: Filling) -> bool:
    """Whether a box without known words is ticked, as the page came back without it."""
    return work.eager and kind_of(control) == "checkbox" and not _is_other(control, work.page)


def _is_other(control: Tag, page: Page) -> bool:
    """Whether a box is one for news, for staying signed in, or takes something back."""
    names = names_of(control, page)
    meant = [meanings(name, page.lang) for name in names]
    if any(m.get(w, 0) >= SURE for m in meant for w in ("stay_signed_in", "newsletter", "deny")):
        return True
    return any(REVOKES.search(name) for name in (*names, *weak_names_of(control)))


def agrees(control: Tag, page: Page) -> bool:
    """Whether a box is one of consent."""
    if _is_other(control, page):
        return False
    if SWITCHES.search(f"{control.get('onchange', '')} {control.get('onclick', '')}"):
        return True
    meant = [meanings(name, page.lang) for name in names_of(control, page)]
    said = any(m.get("allow", 0) >= SURE for m in meant)
    words = " ".join((*names_of(control, page), *weak_names_of(control)))
    return said or bool(AGREES.search(words))


def _select(control: Tag, work: Filling) -> Filled:
    options = control.find_all("option")
    wanted = [o for o in options if id(o) in work.chosen]
    user = [o for o in options if work.username and work.username in (value_of(o), text_of(o))]
    if not wanted and len(user) == 1:
        return Filled(fields=_named(control, value_of(user[0])), by_us=True)
    marked = [o for o in options if o.has_attr("selected") and not o.has_attr("disabled")]
    wanted = wanted or (marked if control.has_attr("multiple") else marked[-1:])
    if not control.has_attr("multiple"):
        live = [o for o in options if not o.has_attr("disabled")]
        wanted = wanted or live[:1]
        full = [o for o in live if value_of(o)]
        must = control.has_attr("required") or work.eager or not work.asked
        wanted = full[:1] if must and full and not any(map(value_of, wanted)) else wanted
    elif not wanted and (control.has_attr("required") or agrees(control, work.page)):
        wanted = options if work.decision == "allow" else []
    return Filled(fields=tuple(pair for o in wanted for pair in _named(control, value_of(o))))


def value_of(option: Tag) -> str:
    """The value of an option, its text where it has none."""
    value = option.get("value")
    return " ".join(option.get_text().split()) if value is None else str(value)


def _text(control: Tag, work: Filling) -> Filled:
    known = work.asked.get(id(control))
    asks = known.asks if known is not None else ""
    if asks == "user":
        missing = "" if work.username else "--username (MOCKAUTH_USERNAME)"
        value = work.username
        if kind_of(control) == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            value = ""
        return Filled(
            fields=_named(control, value),
            by_us=True,
            missing=missing,
            invalid=broken_rule(control, value),
        )
    if asks == "password":
        missing = "" if work.password else "--password (MOCKAUTH_PASSWORD)"
        value = work.password.reveal()
        return Filled(
            fields=_named(control, value),
            by_us=True,
            missing=missing,
            invalid=broken_rule(control, value),
        )
    question = ""
    is_empty = not asks and kind_of(control) in UNWRITTEN and not control.get("value")
    if asks in ("code", "new_password", "captcha") or (
        (asks == "unknown" or is_empty) and control.has_attr("required")
    ):
        question = name_of(control, work.page) or str(control.get("name") or "")
        question = question or text_before(control) or "a value"
    unseen = "required, out of sight" if _is_out_of_reach(control, work.page) else ""
    fields = _named(control, _written(control))
    return Filled(fields=fields, question=question, asks=asks, invalid=unseen)


def broken_rule(control: Tag, value: str) -> str:
    """The rule that keeps a browser from sending what a person types (HTML, constraint validation;
    `maxlength` cuts it as it is typed); "" where it is sent."""
    if not value:
        return ""
    shortest, longest = (str(control.get(n) or "") for n in ("minlength", "maxlength"))
    if shortest.isdigit() and len(value) < int(shortest):
        return f"minlength={shortest}"
    if longest.isdigit() and 0 < int(longest) < len(value):
        return f"maxlength={longest}"
    if kind_of(control) == "email" and not EMAIL.fullmatch(value):
        return "type=email"
    if kind_of(control) == "url" and not URL.match(value):
        return "type=url"
    pattern = str(control.get("pattern") or "")
    return f"pattern={pattern}" if pattern and _is_unlike(pattern, value) else ""


def _is_unlike(pattern: str, value: str) -> bool:
    """Whether a value surely does not fit a pattern. Only patterns that take little time are tried,
    and none that Python reads in another way than ECMAScript."""
    if len(value) > 40 or len(pattern) > 200 or SLOW_PATTERN.search(pattern):
        return False
    if len(re.findall(r"[*+{]", pattern)) > 4:
        return False
    with suppress(re.error):
        return re.fullmatch(pattern, value, re.ASCII) is None
    return False


def _written(control: Tag) -> str:
    """What the page has written into a field."""
    if control.name != "textarea":
        return str(control.get("value", ""))
    text = control.decode_contents() if control.find() else control.get_text()
    return re.sub(r"^\r?\n", "", text)


CONTROLS: Mapping[str, Callable[[Tag, Filling], Filled]] = MappingProxyType(
    {
        **dict.fromkeys(("button", "reset", "file", "image", "submit"), _nothing),
        "hidden": _hidden,
        "checkbox": _checkbox,
        "radio": _radio,
        "select": _select,
    }
)
"""How each kind of control is filled in; any other is text."""


def is_code(form: Tag, page: Page) -> bool:
    """Whether the page around a form asks for a one-time code, or its only field looks so."""
    heads = page.soup.find_all(["h1", "h2", "h3", "legend"], limit=5)
    texts = [text_of(head) for head in heads]
    if any(meanings(text, page.lang).get("one_time_code", 0) >= SURE for text in texts):
        return True
    typed = [c for c in page.controls(form) if is_typed(c) and not page.is_hidden(c)]
    if len(typed) != 1:
        return False
    longest = str(typed[0].get("maxlength") or "")
    short = longest.isdigit() and int(longest) <= LONGEST_CODE
    return short or str(typed[0].get("inputmode") or "") == "numeric"


def says_user(text: str, username: str) -> bool:
    """Whether a text names the user, as a button of an account chooser does."""
    return bool(username) and folded(username) in folded(text).split()
