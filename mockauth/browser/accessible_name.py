"""What a control is called: what a person reads on it, beside it, or hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

LONGEST = 200
"""Characters of a name that are looked at."""
MOST_PARTS = 400
"""Tags and texts inside one control that are looked at."""
TURN = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.\[\]:/]+")
CONTROLS = ("select", "textarea", "script", "style", "template", "noscript")


def kind_of(control: Tag) -> str:
    """The type of an input in lower case, or the name of another control."""
    return str(control.get("type", "text")).lower() if control.name == "input" else control.name


def text_of(tag: Tag) -> str:
    """The text inside a tag with the words that stand for its pictures."""
    texts = [tag.get_text()] if tag.name == "option" else _texts(tag)
    return " ".join(" ".join(texts).split())[:LONGEST]


def _texts(tag: Tag) -> Iterator[str]:
    from bs4 import Tag as AnyTag

    for number, part in enumerate(tag.descendants):
        if number > MOST_PARTS:
            return
        if isinstance(part, AnyTag):
            if part.name in ("img", "svg"):
                yield str(part.get("alt") or part.get("aria-label") or part.get("title") or "")
        elif type(part).__name__ == "NavigableString":
            around = part.parent
            if around is None or around.name not in (*CONTROLS, "option"):
                yield str(part)


def names_of(control: Tag, page: Page) -> list[str]:
    """What a person reads, the strongest first (the order of the accessible name computation)."""
    labelled = [page.by_id(one) for one in str(control.get("aria-labelledby") or "").split()[:5]]
    names = [" ".join(text_of(tag) for tag in labelled if tag is not None)]
    names.append(str(control.get("aria-label") or ""))
    if control.name in ("button", "a"):
        names.append(text_of(control))
    elif kind_of(control) in ("submit", "image", "button", "reset"):
        names += [str(control.get("value") or ""), str(control.get("alt") or "")]
    else:
        names.append(caption_of(control, page))
        names.append(str(control.get("placeholder") or ""))
    names.append(str(control.get("title") or ""))
    return [name[:LONGEST] for name in names if name.strip()]


def caption_of(control: Tag, page: Page) -> str:
    """The text of the label of a control, that names it or that is around it."""
    own = control.get("id")
    caption = page.captions.get(str(own)) if own else None
    if caption is None:
        caption = control.find_parent("label")
    return text_of(caption) if caption is not None else ""


def text_before(control: Tag) -> str:
    """The text that stands before a control without a label, as in a table of two columns."""
    before = control.find_previous(string=re.compile(r"\w"))
    if before is None or before.parent is None or before.parent.name in (
        *CONTROLS, "option", "button", "a", "label", "title",
    ):  # fmt: skip
        return ""
    return " ".join(str(before).split())[:LONGEST]


def name_of(control: Tag, page: Page) -> str:
    """The name of a control, or ""."""
    return next(iter(names_of(control, page)), "")


def weak_names_of(control: Tag) -> list[str]:
    """What only programs read: the value of a button, names and ids, as words."""
    given = [control.get(name) for name in ("value", "name", "id")]
    return [" ".join(TURN.sub(" ", str(one)).split())[:LONGEST] for one in given if one]
