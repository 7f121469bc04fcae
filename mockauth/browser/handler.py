"""What the handler of a button or a link does, where it says so plainly: it writes values, sends a
form, or goes to an address. Anything else needs a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of
from mockauth.browser.override import Value
from mockauth.wire.url import join

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

LONGEST = 500
STATEMENT = re.compile(r"""(?:[^;'"\n]|'[^'\n]*'|"[^"\n]*")+""")
TEXT = r"""(?:'([^'\\]*)'|"([^"\\]*)")"""
IGNORED = re.compile(
    r"return\s+(?:false|true)|return|(?:event|e)\.(?:preventDefault|stopPropagation)\(\)|void\s*\(?0\)?"
    r"|this\.disabled\s*=\s*true"
)
BY_ID = re.compile(
    rf"""(?:document\.getElementById\(\s*{TEXT}\s*\)|\$\(\s*['"]#([\w-]+)['"]\s*\))"""
)
BY_SELECTOR = re.compile(rf"(?:document\.querySelector|\$)\(\s*{TEXT}\s*\)")
OF_FORMS = re.compile(rf"document\.forms(?:\.([A-Za-z_$][\w$]*)|\[\s*(?:(\d+)|{TEXT})\s*\])")
NAMED = re.compile(r"(?:document\.|window\.)?([A-Za-z_$][\w$]*)")
OWN_FORM = re.compile(r"""this\.form|this\.closest\(\s*['"]form['"]\s*\)""")
MEMBER = re.compile(rf"(.+?)(?:\.elements)?(?:\[\s*{TEXT}\s*\]|\.([A-Za-z_$][\w$]*))")
SENDS = re.compile(r"(.+?)\.(?:submit|requestSubmit)\(\s*\)")
WRITES = re.compile(rf"(.+?)\.value\s*=\s*{TEXT}|(.+?)\.val\(\s*{TEXT}\s*\)", re.DOTALL)
GOES = re.compile(
    rf"(?:(?:window|document|self|top)\.)?location(?:\.href\s*=|\s*=|\.assign\(|\.replace\()\s*{TEXT}\s*\)?"
)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What pressing it comes to: `form` is sent with `values`, or the browser goes to `target`."""

    form: Tag | None = None
    values: Mapping[int, Value] = field(default_factory=dict)
    target: str = ""


def handlers(page: Page) -> Iterator[tuple[Tag, Deed]]:
    """The buttons and links that are pressed by script, as far as it can be read."""
    for tag in page.scripted:
        code = str(tag.get("onclick") or "")
        href = str(tag.get("href") or "").strip()
        if href[:11].lower() == "javascript:":
            code = f"{code};{href[11:]}"
        deed = deed_of(code, tag, page) if len(code) <= LONGEST else None
        if deed is not None:
            yield tag, deed


def deed_of(code: str, tag: Tag, page: Page) -> Deed | None:
    """What the code does; None where a part of it is not plain, or where it does nothing."""
    values: dict[int, Value] = {}
    for part in STATEMENT.findall(code):
        said = part.strip()
        if not said or IGNORED.fullmatch(said):
            continue
        if sent := SENDS.fullmatch(said):
            form = _form(sent[1], tag, page)
            return None if form is None else Deed(form=form, values=values)
        if gone := GOES.fullmatch(said):
            target = join(page.base, gone[1] or gone[2] or "")
            return Deed(target=target) if target.startswith(("http://", "https://")) else None
        written = WRITES.fullmatch(said)
        control = _control(written[1] or written[4], tag, page) if written else None
        if written is None or control is None:
            return None
        values[id(control)] = next((v for v in written.group(2, 3, 5, 6) if v is not None), "")
    return None


def _form(code: str, tag: Tag, page: Page) -> Tag | None:
    found = _found(code, tag, page)
    return found if any(form is found for form in page.forms) else None


def _control(code: str, tag: Tag, page: Page) -> Tag | None:
    found = _found(code, tag, page)
    if found is None and (member := MEMBER.fullmatch(code)):
        form = _found(member[1], tag, page)
        name = member[2] or member[3] or member[4]
        if form is not None:
            inside = page.controls(form)
            found = next((c for c in inside if name in (c.get("name"), c.get("id"))), None)
    typed = found is not None and found.name in ("input", "textarea")
    return (
        found
        if typed and found is not None and kind_of(found) not in ("radio", "checkbox")
        else None
    )


def _found(code: str, tag: Tag, page: Page) -> Tag | None:
    """The element that an expression names."""
    code = code.strip()
    if OWN_FORM.fullmatch(code):
        return _owner(tag, page)
    if by_id := BY_ID.fullmatch(code):
        return page.by_id(by_id[1] or by_id[2] or by_id[3])
    if of_forms := OF_FORMS.fullmatch(code):
        name, number = of_forms[1] or of_forms[3] or of_forms[4], of_forms[2]
        if number is not None:
            return page.forms[int(number)] if int(number) < len(page.forms) else None
        return _named(name, page)
    if selected := BY_SELECTOR.fullmatch(code):
        return _select(selected[1] or selected[2] or "", page)
    named = NAMED.fullmatch(code)
    return _named(named[1], page) if named else None


def _owner(tag: Tag, page: Page) -> Tag | None:
    """The form of a control, the one around a link."""
    for form in page.forms:
        if any(control is tag for control in page.controls(form)):
            return form
    return tag.find_parent("form")


def _named(name: str, page: Page) -> Tag | None:
    forms = (form for form in page.forms if name in (form.get("name"), form.get("id")))
    return next(forms, None) or page.by_id(name)


def _select(selector: str, page: Page) -> Tag | None:
    from soupsieve import SelectorSyntaxError

    try:
        return page.soup.select_one(selector)
    except (SelectorSyntaxError, NotImplementedError, ValueError):
        return None
