"""What a page holds: its elements and the text that a person sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mockauth.wire import Exchange

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

LARGEST = 500_000
"""Characters of a page that are parsed."""
UNSEEN = ("script", "style", "head", "title", "noscript", "template")


def elements(page: Exchange, *names: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of these names in order, with their attributes; comments hold none."""
    soup = _parsed(page)
    for tag in soup.find_all(names) if soup is not None else ():
        yield (
            tag.name,
            {
                name.lower(): " ".join(value) if isinstance(value, list) else str(value)
                for name, value in tag.attrs.items()
            },
        )


def visible_text(page: Exchange) -> str:
    """The text of a page without scripts, styles and comments, white space folded."""
    soup = _parsed(page)
    if soup is None:
        return ""
    # A doctype or a comment is text to the parser, but of a type of its own.
    shown = [
        str(text)
        for text in soup.find_all(string=True)
        if type(text).__name__ == "NavigableString"
        and not any(parent.name in UNSEEN for parent in text.parents)
    ]
    return " ".join(" ".join(shown).split())


def _parsed(page: Exchange) -> BeautifulSoup | None:
    # 137 ms to import, and only pages need it.
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    text = page.answer.text[:LARGEST]
    # A row of tags that never end takes the parser quadratic time; none of them is an element.
    whole, end, rest = text.rpartition(">")
    ended = whole + end + rest.partition("<")[0]
    try:
        return BeautifulSoup(ended, "html.parser")
    except (ParserRejectedMarkup, RecursionError):
        return None
