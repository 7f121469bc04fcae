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
POSTS_BACK = re.compile(r"__doPostBack\(\s*'([^'\\]*)'\s*,\s*''\s*\)")
CALLS = re.compile(r"(?:return\s+)?([A-Za-z_$][\w$]*)\(((?:[^()'\"]|'[^']*'|\"[^\"]*\")*)\)")
MOST_SCRIPT = 200_000
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


def written_by(button: Tag, page: Page) -> Mapping[int, Value]:
    """What the handler of a submit button writes before its form is sent; nothing where a part of
    it is not plain."""
    code = str(button.get("onclick") or "")
    return _read(_inlined(code, page), button, page)[1] if 0 < len(code) <= LONGEST else {}


def deed_of(code: str, tag: Tag, page: Page) -> Deed | None:
    """What the code does; None where a part of it is not plain, or where it does nothing."""
    return _read(_inlined(code, page), tag, page)[0]


def _read(code: str, tag: Tag, page: Page) -> tuple[Deed | None, Mapping[int, Value]]:
    """What the code does, and what it writes where it does no more than that."""
    values: dict[int, Value] = {}
    for part in STATEMENT.findall(code):
        said = part.strip()
        if not said or IGNORED.fullmatch(said):
            continue
        if sent := SENDS.fullmatch(said):
            form = _form(sent[1], tag, page)
            return (None if form is None else Deed(form=form, values=values)), {}
        if gone := GOES.fullmatch(said):
            target = join(page.base, gone[1] or gone[2] or "")
            return (Deed(target=target) if target.startswith(("http://", "https://")) else None), {}
        written = WRITES.fullmatch(said)
        control = _control(written[1] or written[4], tag, page) if written else None
        if written is None or control is None:
            return None, {}
        values[id(control)] = next((v for v in written.group(2, 3, 5, 6) if v is not None), "")
    return None, values


def _inlined(code: str, page: Page) -> str:
    """The code with the one function that it calls in place of the call: `decide('yes')`."""
    if (posted := POSTS_BACK.search(code)) is not None:
        # ASP.NET Web Forms: the one form of the page, with the control that was pressed.
        writes = f"document.forms[0].__EVENTTARGET.value='{posted[1]}'"
        return code.replace(posted[0], f"{writes};document.forms[0].submit()")
    calls = [match for part in STATEMENT.findall(code) if (match := CALLS.fullmatch(part.strip()))]
    if len(calls) != 1:
        return code
    body = _body_of(calls[0][1], calls[0][2], page)
    return code if body is None else code.replace(calls[0][0], body)


def _body_of(name: str, given: str, page: Page) -> str | None:
    """The body of a function of the page's own scripts, its parameters replaced by plain values."""
    defined = re.compile(
        rf"(?:function\s+{re.escape(name)}\s*|(?<![\w.]){re.escape(name)}\s*=\s*(?:function\s*)?)"
        r"\(([\w$,\s]{0,100})\)\s*(?:=>\s*)?\{([^{}]{0,1000})\}"
    )
    for script in page.soup.find_all("script", src=False, limit=50):
        if found := defined.search(script.get_text()[:MOST_SCRIPT]):
            names = [one.strip() for one in found[1].split(",") if one.strip()]
            values = [one.strip() for one in given.split(",")] if given.strip() else []
            body = found[2]
            for parameter, value in zip(names, values, strict=False):
                whole = rf"(?<![\w$.'\"]){re.escape(parameter)}(?![\w$'\"])"
                body = re.sub(whole, lambda _, value=value: value, body)
            return re.sub(r"//[^\n]*", "", body)
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
        return next(iter(page.select(selected[1] or selected[2] or "", most=1)), None)
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
