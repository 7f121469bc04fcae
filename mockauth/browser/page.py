"""An HTML page as a browser sees it: its forms, its links, and where it goes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from mockauth.wire import Exchange
from mockauth.wire.markup import Pages
from mockauth.wire.url import join

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MOST_WALKED = 5_000
"""Forms and controls of a page that are looked at."""
MOST_FORMS, MOST_CONTROLS = 100, 500
"""Forms of a page, and controls of one form, that are looked at."""
CONTROLS = ("input", "select", "textarea", "button")
SCRIPT_GOES = re.compile(
    r"""(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*(["'])(.+?)\1"""
    r"""|location\.(?:replace|assign)\(\s*(["'])(.+?)\3"""
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A parsed page; `base` is what its relative addresses are resolved against."""

    url: str
    base: str
    soup: BeautifulSoup
    exchange: Exchange

    @property
    def title(self) -> str:
        """The title, or else the first heading."""
        for name in ("title", "h1", "h2"):
            found = self.soup.find(name)
            if found is not None and found.get_text(strip=True):
                return " ".join(found.get_text(" ", strip=True).split())[:120]
        return ""

    @property
    def snippet(self) -> str:
        """The first 300 characters of visible text."""
        hidden = ("script", "style", "title", "head", "noscript")
        # A doctype or a comment is text to the parser, but of a type of its own.
        shown = [
            str(text)
            for text in self.soup.find_all(string=True)
            if type(text).__name__ == "NavigableString"
            and (text.parent is None or text.parent.name not in hidden)
        ]
        return " ".join(" ".join(shown).split())[:300]

    @property
    def forms(self) -> list[Tag]:
        """The forms, in order; those in a template are not there yet."""
        return [tag for tag, _, _ in self._walk if tag.name == "form"][:MOST_FORMS]

    def controls(self, form: Tag) -> list[Tag]:
        """The controls of a form that are not disabled, in document order, those that name it in
        `form=` included."""
        return self._controls.get(id(form), [])

    @cached_property
    def _controls(self) -> dict[int, list[Tag]]:
        found: dict[int, list[Tag]] = {}
        named: dict[str, Tag] = {}
        for form in self.forms:
            named.setdefault(str(form.get("id", "")), form)
        for tag, around, disabled in self._walk:
            other = tag.get("form")
            owner = around if other is None else named.get(str(other) or "\0")
            if tag.name == "form" or owner is None or disabled or tag.has_attr("disabled"):
                continue
            own = found.setdefault(id(owner), [])
            if len(own) < MOST_CONTROLS:
                own.append(tag)
        return found

    @cached_property
    def _walk(self) -> list[tuple[Tag, Tag | None, bool]]:
        return list(islice(_forms_and_controls(self.soup), MOST_WALKED))

    @cached_property
    def captions(self) -> dict[str, Tag]:
        """The first label of each control that is named by its id."""
        found: dict[str, Tag] = {}
        for caption in self.soup.find_all("label", attrs={"for": True}):
            found.setdefault(str(caption["for"]), caption)
        return found

    def goes_to(self) -> str | None:
        """Where the page goes by itself: a meta refresh, else a plain script assignment."""
        for meta in self.soup.find_all("meta"):
            if str(meta.get("http-equiv", "")).lower() == "refresh":
                target = re.search(r"url\s*=\s*[\"']?([^\"']+)", str(meta.get("content", "")), re.I)
                if target:
                    return str(join(self.base, target.group(1).strip()))
        if self.forms:
            return None
        for script in self.soup.find_all("script"):
            found = SCRIPT_GOES.search(script.get_text())
            if found:
                onward = (found.group(2) or found.group(4)).replace("\\/", "/")
                return str(join(self.base, onward))
        return None


def read_page(exchange: Exchange, url: str, pages: Pages) -> Page | None:
    """The answer as a page, or None when it is no HTML.

    Raises:
        PageTooLarge: it has more tags than are looked at.
    """
    answer = exchange.answer
    head = answer.body[:200].lstrip().lower()
    if "html" not in answer.media_type and not head.startswith((b"<!doctype html", b"<html")):
        return None
    soup = pages.soup(answer)
    if soup is None:
        return None
    base = soup.find("base", href=True)
    return Page(
        url=url,
        base=join(url, str(base["href"])) if base is not None else url,
        soup=soup,
        exchange=exchange,
    )


def _forms_and_controls(soup: BeautifulSoup) -> Iterator[tuple[Tag, Tag | None, bool]]:
    """Each form and control in document order, with the form around it, and whether a fieldset
    around it is disabled. In one pass, so that a page of any depth takes linear time."""
    from bs4 import Tag

    waiting: list[tuple[Tag, Tag | None, bool]] = [(soup, None, False)]
    while waiting:
        tag, form, disabled = waiting.pop()
        if tag.name == "form" or tag.name in CONTROLS:
            yield tag, form, disabled
        inside = tag if tag.name == "form" else form
        off = disabled or (tag.name == "fieldset" and tag.has_attr("disabled"))
        inner = [c for c in tag.contents if isinstance(c, Tag) and c.name != "template"]
        waiting += [(child, inside, off) for child in reversed(inner)]
