"""An override on a page: the fields, buttons and options that its words find there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of, name_of, names_of, text_of
from mockauth.browser.choose import (
    Candidate,
    about_button,
    about_link,
    buttons_of,
    option_key,
    scripted,
)
from mockauth.browser.fields import NONE_TOLD, is_submit, value_of
from mockauth.browser.override import PASSWORD, Override, Value
from mockauth.browser.vocabulary import folded
from mockauth.wire.url import join
from mockauth.wire.words import Words, own, say

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

MOST_NAMED = 12
"""Fields and buttons of a page that an error names."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an override means on one page. Controls are told by their identity."""

    override: Override
    form: Tag | None = None
    """The form of its fields; None where it names none."""
    values: Mapping[int, Value] = field(default_factory=lambda: NONE_TOLD)
    chosen: frozenset[int] = frozenset()
    """The radio buttons and options that its fields choose."""
    submit: Candidate | None = None
    deny: Candidate | None = None


def told_of(override: Override, page: Page) -> Told | Words:
    """What the override means on the page, or what of it is not there."""
    values: dict[int, Value] = {}
    chosen: set[int] = set()
    form: Tag | None = None
    for key, value in override.fields:
        found = _controls(key, page)
        if not found:
            return _missing(override, "fields", key, page)
        form = form or _form_of(found[0], page)
        option = _option(found, value, page)
        if isinstance(option, int):
            chosen.add(option)
        elif option is not None:
            return say("{}: {} {}", override.place, key, option)
        elif kind_of(found[0]) == "password" and _is_written(value):
            return say(
                "{}: {} is a field for a password; write {} or a value of the environment",
                override.place, key, own(PASSWORD),
            )  # fmt: skip
        else:
            values |= _values(found, value, page)
    spots = list(pressables(page))
    pressed: dict[str, Candidate | None] = {}
    for key, wanted in (("submit", override.submit), ("deny", override.deny)):
        pressed[key] = spot_named(wanted, spots, page, form) if wanted else None
        if wanted and pressed[key] is None:
            return _missing(override, key, wanted, page)
    return Told(
        override=override,
        form=form,
        values=values,
        chosen=frozenset(chosen),
        submit=pressed["submit"],
        deny=pressed["deny"],
    )


def _values(found: list[Tag], value: Value, page: Page) -> dict[int, Value]:
    """The value by the control that it is for; of several boxes the one that is called so."""
    if kind_of(found[0]) == "checkbox" and isinstance(value, bool):
        return dict.fromkeys(map(id, found), value)
    if kind_of(found[0]) == "checkbox" and isinstance(value, str) and len(found) > 1:
        named = [c for c in found if value in (c.get("value"), *names_of(c, page))]
        return {id(c): True for c in named}
    return {id(found[0]): value}


def _is_written(value: Value) -> bool:
    return isinstance(value, str | bool) and value != PASSWORD


def _controls(key: str, page: Page) -> list[Tag]:
    """The controls that a key names: by name, id, label, else by CSS selector."""
    live = [c for form in page.forms for c in page.controls(form) if not is_submit(c)]
    tests: tuple[Callable[[Tag], bool], ...] = (
        lambda c: c.get("name") == key,
        lambda c: c.get("id") == key,
        lambda c: folded(key) != "" and folded(key) in map(folded, names_of(c, page)),
    )
    for test in tests:
        if found := [c for c in live if test(c)]:
            return found
    selected = {id(tag) for tag in page.select(key, most=100)}
    return [c for c in live if id(c) in selected]


def _option(found: list[Tag], value: Value, page: Page) -> int | Words | None:
    """The identity of the option that a value chooses, or what is wrong; None for a field without
    options."""
    kind = kind_of(found[0])
    if kind == "radio":
        options = [(c, (str(c.get("value", "on")), *names_of(c, page))) for c in found]
    elif found[0].name == "select":
        tags = found[0].find_all("option", limit=500)
        options = [(o, (value_of(o), text_of(o))) for o in tags]
    else:
        return None
    if not isinstance(value, bool):
        wanted = value if isinstance(value, str) else value.reveal()
        for same in (wanted.__eq__, lambda said: folded(said) == folded(wanted)):
            for option, said in options:
                if any(same(one) for one in said):
                    return id(option)
    return say("has no such option; it has [{}]", own(" · ").join(said[-1] for _, said in options))


def _form_of(control: Tag, page: Page) -> Tag | None:
    return next(
        (form for form in page.forms if any(c is control for c in page.controls(form))), None
    )


def pressables(page: Page) -> Iterator[Candidate]:
    """Every button, option and link of a page."""
    for form in page.forms:
        hidden = [c for c in (*page.controls(form), *page.disabled(form)) if is_submit(c)]
        for button in (*buttons_of(form, page), *hidden):
            yield about_button(form, button, page)
        default = next(iter(buttons_of(form, page)), None)
        for control in page.controls(form):
            if kind_of(control) == "radio":
                yield _choice(form, default, control, name_of(control, page))
            elif control.name == "select":
                for option in control.find_all("option", limit=50):
                    yield _choice(form, default, option, text_of(option))
    yield from scripted(page)
    for link in page.links:
        target = join(page.base, str(link.get("href") or "").strip())
        if target.startswith(("http://", "https://")):
            yield about_link(link, target, page)


def _choice(form: Tag, button: Tag | None, option: Tag, name: str) -> Candidate:
    return Candidate(
        name=name, key=option_key(form, name), form=form, button=button,
        chosen=frozenset({id(option)}), tag=option,
    )  # fmt: skip


def spot_named(
    wanted: str, spots: list[Candidate], page: Page, form: Tag | None
) -> Candidate | None:
    """What the words, the name, the value, the id or the selector finds; in the form of the fields
    first."""
    selected = {id(tag) for tag in page.select(wanted, most=100)}
    tests: tuple[Callable[[Candidate], bool], ...] = (
        lambda one: folded(wanted) != "" and folded(one.name) == folded(wanted),
        lambda one: one.tag is not None and one.tag.get("name") == wanted,
        lambda one: one.tag is not None and one.tag.get("value") == wanted,
        lambda one: one.tag is not None and one.tag.get("id") == wanted,
        lambda one: id(one.tag) in selected,
    )
    for test in tests:
        found = [one for one in spots if test(one)]
        inside = [one for one in found if form is not None and one.form is form]
        if found:
            return (inside or found)[0]
    return None


def _missing(override: Override, key: str, wanted: str, page: Page) -> Words:
    """That nothing is called so, and what the page has."""
    fields = [
        str(c.get("name") or c.get("id") or name_of(c, page))
        for form in page.forms
        for c in page.controls(form)
        if not is_submit(c) and kind_of(c) not in ("hidden", "button", "reset")
    ]
    there = dict.fromkeys(filter(None, fields))
    if key != "fields":
        there = dict.fromkeys(one.name for one in pressables(page) if one.name)
    shown = own(" · ").join(list(there)[:MOST_NAMED])
    what = own("fields" if key == "fields" else "buttons, options and links")
    return say(
        "{}.{}: {} is not on the page, which has the {} [{}]", override.place, own(key), wanted, what, shown
    )  # fmt: skip
