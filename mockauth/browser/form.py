"""Filling in an HTML form by the meaning of its fields, and pressing the right button."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote_plus, urlencode

from mockauth.browser.page import Page
from mockauth.browser.words import ALLOW, CONSENT, DENY, OTHER_PURPOSE, SIGN_IN, USER
from mockauth.wire import Pairs, Request, Secret
from mockauth.wire.message import FORM
from mockauth.wire.url import join, origin

if TYPE_CHECKING:
    from bs4 import Tag

Decision = Literal["allow", "deny"]


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
    filled: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Options that would have been needed to fill it in."""
    drop_cookies: bool = False

    def request(self, page_url: str) -> Request:
        """The request a browser makes of it, Origin and Referer included."""
        headers: Pairs = (("Referer", page_url.partition("#")[0]),)
        if self.method == "GET":
            return Request(
                method="GET", url=self.url.partition("?")[0], query=self.fields, headers=headers
            )
        headers = (*headers, ("Origin", origin(page_url)))
        request = Request(method="POST", url=self.url, headers=headers)
        if self.enctype == "multipart/form-data":
            return _multipart(request, self.fields)
        if self.enctype == "text/plain":
            text = "".join(f"{name}={value}\r\n" for name, value in self.fields)
            body = text.encode("utf-8", "surrogatepass")
            return replace(request, raw=body, headers=(*headers, ("Content-Type", "text/plain")))
        body = urlencode(self.fields, quote_via=quote_plus, errors="surrogatepass").encode()
        return replace(request, raw=body, headers=(*headers, ("Content-Type", FORM)))


def _multipart(request: Request, fields: Pairs) -> Request:
    from urllib3.filepost import encode_multipart_formdata

    body, content_type = encode_multipart_formdata(
        [(name, value.encode("utf-8", "surrogatepass")) for name, value in fields]
    )
    return replace(request, raw=body, headers=(*request.headers, ("Content-Type", content_type)))


def best_form(page: Page, decision: Decision = "allow") -> Tag | None:
    """The form that signs in or decides: the highest score, the first on a tie. To allow, a form
    that can only refuse is none."""
    forms = [form for form in page.forms if not (decision == "allow" and _only_refuses(form, page))]
    scored = [(score(form, page), -i, form) for i, form in enumerate(forms)]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best is not None and best[0] > 0 else None


def _only_refuses(form: Tag, page: Page) -> bool:
    """Whether every button says no, as in a second form beside the one that allows."""
    labels = [label(button) for button in buttons_of(form, page)]
    refusals = [DENY.search(text) and not ALLOW.search(text) for text in labels]
    return bool(refusals) and all(refusals)


def score(form: Tag, page: Page) -> int:
    """Password field 2, button of approval 1, own origin 1; 0 for a form of another purpose."""
    has_password = asks_password(form, page)
    about = " ".join(
        str(form.get(name, "")) for name in ("id", "name", "role", "class", "action", "aria-label")
    )
    buttons = " ".join(label(button) for button in buttons_of(form, page))
    named = OTHER_PURPOSE.search(buttons) or (OTHER_PURPOSE.search(about) and not has_password)
    if named and not (ALLOW.search(buttons) and has_password):
        return 0
    points = 2 if has_password else 0
    points += 1 if ALLOW.search(buttons) or DENY.search(buttons) or not buttons else 0
    action = join(page.base, str(form.get("action") or page.url))
    points += 1 if origin(action) == origin(page.url) else 0
    if points and not has_password and not buttons_of(form, page) and not form.find("input"):
        return 0
    return points


def asks_password(form: Tag, page: Page) -> bool:
    """Whether the form has a field for a password."""
    return any(_kind(control) == "password" for control in page.controls(form))


def signs_in(form: Tag, page: Page) -> bool:
    """Whether the form asks who the user is, or leads to where that is asked: there is nothing to
    refuse yet."""
    if asks_password(form, page):
        return True
    fields = [c for c in page.controls(form) if not _is_submit(c) and c.name == "input"]
    if any(_means_user(control, page) for control in fields):
        return True
    return any(SIGN_IN.search(label(button)) for button in buttons_of(form, page))


def _kind(control: Tag) -> str:
    """The type of an input in lower case, or the name of another control."""
    return str(control.get("type", "text")).lower() if control.name == "input" else control.name


def buttons_of(form: Tag, page: Page) -> list[Tag]:
    """The submit buttons; a `<button>` without type submits."""
    return [c for c in page.controls(form) if _is_submit(c)]


def _is_submit(control: Tag) -> bool:
    kind = str(control.get("type", "submit" if control.name == "button" else "text")).lower()
    return kind == "submit" or (control.name == "input" and kind == "image")


def label(control: Tag) -> str:
    """What a person reads on a button, with its value and name."""
    parts = [control.get_text(" ", strip=True)]
    parts += [str(control.get(n, "")) for n in ("value", "name", "aria-label", "title", "id")]
    return " ".join(part for part in parts if part)


def press(form: Tag, page: Page, decision: Decision) -> Tag | None:
    """The button for that decision; None when no button says it."""
    buttons = buttons_of(form, page)
    wanted, other = (ALLOW, DENY) if decision == "allow" else (DENY, ALLOW)
    for button in buttons:  # what a person reads decides before names and values
        visible = button.get_text(" ", strip=True) or str(button.get("value", ""))
        if wanted.search(visible) and not other.search(visible):
            return button
    for button in buttons:
        if wanted.search(label(button)) and not other.search(label(button)):
            return button
    if decision == "allow":
        return next((b for b in buttons if not DENY.search(label(b))), None)
    return None


@dataclass(frozen=True, kw_only=True)
class _Filling:
    """What the controls of one form are filled in with."""

    form: Tag
    page: Page
    credentials: Credentials
    decision: Decision
    button: Tag | None
    radios: frozenset[int]
    """The chosen one of each group, by identity."""


@dataclass(frozen=True, kw_only=True)
class _Filled:
    """What one control adds to a submission."""

    fields: Pairs = ()
    by_us: bool = False
    """The value is ours, not the page's."""
    hidden: bool = False
    missing: str = ""
    """The option that would have given the value."""


def fill(
    form: Tag, page: Page, credentials: Credentials, decision: Decision, button: Tag | None
) -> Submission:
    """The form filled in by meaning, and sent by `button`."""
    radios = frozenset(map(id, _chosen_radios(form, page, decision)))
    work = _Filling(
        form=form,
        page=page,
        credentials=credentials,
        decision=decision,
        button=button,
        radios=radios,
    )
    done = [
        (str(control["name"]), _control(control, work))
        for control in page.controls(form)
        if control.get("name") and (control is button or not _is_submit(control))
    ]
    pressed = button if button is not None else form
    action = str(pressed.get("formaction") or form.get("action") or "").strip()
    method = str(pressed.get("formmethod") or form.get("method") or "get").upper()
    enctype = str(pressed.get("formenctype") or form.get("enctype") or FORM).lower()
    return Submission(
        method="POST" if method == "POST" else "GET",
        url=join(page.base, action) if action not in ("", "#") else page.url.partition("#")[0],
        enctype=enctype,
        fields=tuple(pair for _, one in done for pair in one.fields),
        hidden=tuple(name for name, one in done if one.hidden),
        has_password=asks_password(form, page),
        filled=tuple(name for name, one in done if one.by_us),
        missing=tuple(one.missing for _, one in done if one.missing),
    )


def _control(control: Tag, work: _Filling) -> _Filled:
    if control is work.button:
        return _pressed(control)
    return CONTROLS.get(_kind(control), _text)(control, work)


def _named(control: Tag, value: str) -> Pairs:
    return ((str(control["name"]), value),)


def _pressed(button: Tag) -> _Filled:
    """A button sends its value, a picture the place that was clicked."""
    name = str(button["name"])
    if _kind(button) == "image":
        return _Filled(fields=((f"{name}.x", "1"), (f"{name}.y", "1")))
    return _Filled(fields=_named(button, str(button.get("value", ""))))


def _nothing(control: Tag, work: _Filling) -> _Filled:
    return _Filled()


def _password(control: Tag, work: _Filling) -> _Filled:
    password = work.credentials.password
    missing = "" if password else "--password (MOCKAUTH_PASSWORD)"
    return _Filled(fields=_named(control, password.reveal()), by_us=True, missing=missing)


def _hidden(control: Tag, work: _Filling) -> _Filled:
    return _Filled(fields=_named(control, str(control.get("value", ""))), hidden=True)


def _radio(control: Tag, work: _Filling) -> _Filled:
    return _tick(control) if id(control) in work.radios else _Filled()


def _checkbox(control: Tag, work: _Filling) -> _Filled:
    return _tick(control) if _ticked(control, work.decision) else _Filled()


def _tick(control: Tag) -> _Filled:
    return _Filled(fields=_named(control, str(control.get("value", "on"))), by_us=True)


def _select(control: Tag, work: _Filling) -> _Filled:
    return _Filled(fields=tuple(_named(control, value)[0] for value in _selected(control)))


def _text(control: Tag, work: _Filling) -> _Filled:
    if not _means_user(control, work.page):
        written = control.get_text() if _kind(control) == "textarea" else control.get("value", "")
        return _Filled(fields=_named(control, str(written)))
    name = work.credentials.username
    missing = "" if name else "--username (MOCKAUTH_USERNAME)"
    return _Filled(fields=_named(control, name), by_us=True, missing=missing)


CONTROLS: Mapping[str, Callable[[Tag, _Filling], _Filled]] = MappingProxyType(
    {
        **dict.fromkeys(("button", "reset", "file", "image"), _nothing),
        "password": _password,
        "hidden": _hidden,
        "checkbox": _checkbox,
        "radio": _radio,
        "select": _select,
    }
)
"""How each kind of control is filled in; any other is text."""


def _means_user(control: Tag, page: Page) -> bool:
    """Whether a text field is for the user's name: by type, autocomplete, name, or its label."""
    kind = str(control.get("type", "text")).lower()
    if kind in ("email", "tel") or "username" in str(control.get("autocomplete", "")):
        return True
    if kind not in ("text", "") or control.get("value"):
        return False
    names = " ".join(
        str(control.get(n, "")) for n in ("name", "id", "placeholder", "aria-label")
    ).replace("_", " ")
    own = control.get("id")
    caption = page.captions.get(str(own)) if own else control.find_parent("label")
    if caption is not None:
        names += " " + caption.get_text(" ", strip=True)
    return bool(USER.search(names)) or control.has_attr("required")


def _chosen_radios(form: Tag, page: Page, decision: Decision) -> list[Tag]:
    """Of each group the one that says the decision, else the one that is checked, else the first."""
    groups: dict[str, list[Tag]] = {}
    for control in page.controls(form):
        if _kind(control) == "radio":
            groups.setdefault(str(control.get("name")), []).append(control)
    wanted = ALLOW if decision == "allow" else DENY
    chosen = []
    for group in groups.values():
        named = next((c for c in group if wanted.search(_with_caption(c))), None)
        checked = next((c for c in group if c.has_attr("checked")), None)
        chosen.append(named or checked or group[0])
    return chosen


def _ticked(control: Tag, decision: Decision) -> bool:
    about = label(control).replace("_", " ")
    caption = control.find_parent("label")
    if caption is not None:
        about += " " + caption.get_text(" ", strip=True)
    if CONSENT.search(about):
        return decision == "allow"
    return control.has_attr("checked") or control.has_attr("required")


def _with_caption(control: Tag) -> str:
    caption = control.find_parent("label")
    return label(control) + (" " + caption.get_text(" ", strip=True) if caption else "")


def _selected(control: Tag) -> Iterator[str]:
    options = control.find_all("option")
    chosen = [o for o in options if o.has_attr("selected")]
    if not chosen and not control.has_attr("multiple"):
        chosen = [o for o in options if o.get("value", o.get_text(strip=True))][:1]
    for option in chosen:
        yield str(option.get("value", option.get_text(strip=True)))


def unticking_refuses(form: Tag, page: Page) -> bool:
    """Whether the only way to refuse is to leave the consent box unticked."""
    return any(
        _kind(c) == "checkbox" and CONSENT.search(_with_caption(c)) for c in page.controls(form)
    )


def outline(form: Tag, page: Page) -> str:
    """The form in one line, without values: `POST /login: username, password [Log in]`."""
    names = [
        str(c.get("name"))
        for c in page.controls(form)
        if c.get("name") and not _is_submit(c) and _kind(c) != "hidden"
    ]
    buttons = [
        b.get_text(" ", strip=True) or str(b.get("value", "")) for b in buttons_of(form, page)
    ]
    method = str(form.get("method") or "get").upper()
    action = str(form.get("action") or "").partition("?")[0] or "(same page)"
    return f"{method} {action}: {', '.join(names) or 'no fields'} [{' | '.join(buttons)}]"
