"""An HTML page as a browser sees it: its forms, its links, and where it goes by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockauth.wire import Exchange
from mockauth.wire.url import join

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

LARGEST = 1_000_000
"""Characters of a page that are parsed."""
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
        """The forms, in order."""
        return list(self.soup.find_all("form"))

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


def read_page(exchange: Exchange, url: str) -> Page | None:
    """The answer as a page, or None when it is no HTML."""
    answer = exchange.answer
    head = answer.body[:200].lstrip().lower()
    if "html" not in answer.media_type and not head.startswith((b"<!doctype html", b"<html")):
        return None
    # 137 ms to import, and only pages need it.
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(answer.text[:LARGEST], "html.parser")
    base = soup.find("base", href=True)
    return Page(
        url=url,
        base=join(url, str(base["href"])) if base is not None else url,
        soup=soup,
        exchange=exchange,
    )
