"""What a page holds: its elements and the text that a person sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mockauth.checks.finding import Blocked
from mockauth.wire import Exchange
from mockauth.wire.markup import Pages, PageTooLarge

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

UNSEEN = ("script", "style", "head", "title", "noscript", "template")


def elements(pages: Pages, page: Exchange, *names: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of these names in order, with their attributes; comments hold none.

    Raises:
        Blocked: the page has more tags than are looked at.
    """
    soup = _soup(pages, page)
    for tag in soup.find_all(names) if soup is not None else ():
        yield (
            tag.name,
            {
                name.lower(): " ".join(value) if isinstance(value, list) else str(value)
                for name, value in tag.attrs.items()
            },
        )


def visible_text(pages: Pages, page: Exchange) -> str:
    """The text of a page without scripts, styles and comments, white space folded."""
    soup = _soup(pages, page)
    if soup is None:
        return ""
    return " ".join(" ".join(_texts(soup)).split())


def _texts(soup: BeautifulSoup) -> Iterator[str]:
    """From above, in one pass: asking every text for all its parents is quadratic in a deep page."""
    from bs4 import Tag

    waiting: list[object] = [soup]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            waiting += reversed(node.contents) if node.name not in UNSEEN else ()
        # A doctype or a comment is text to the parser, but of a type of its own.
        elif type(node).__name__ == "NavigableString":
            yield str(node)


def _soup(pages: Pages, page: Exchange) -> BeautifulSoup | None:
    try:
        return pages.soup(page.answer)
    except PageTooLarge as reason:
        raise Blocked(reason.words) from reason
