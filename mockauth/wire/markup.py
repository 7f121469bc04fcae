"""HTML of others, parsed once per content and within bounds."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from mockauth.wire.message import Response
from mockauth.wire.words import say

if TYPE_CHECKING:
    from collections.abc import Container

    from bs4 import BeautifulSoup, Tag

MOST_CHARACTERS = 1_000_000
"""Of a page that are parsed; what stands behind them is not looked at."""
MOST_TAGS = 20_000
"""Tags of a page; one with more is not parsed at all. This many take 0.3 s and 25 MB."""
DEEPEST_PAGE = 1_000
"""Tags within each other; forms ask for what lies around each of their controls."""
MOST_KEPT = 2 * MOST_TAGS
"""Tags of all pages that are kept parsed at a time."""
SMALL = 100
"""Tags that any page counts as at least."""
MOST_OPEN_COMMENTS = 100
BOGUS_COMMENT = re.compile(r"<![^>]*>")
"""`<![if …]>` and its like, which browsers skip and the parser may reject."""


class PageTooLarge(Exception):
    """A page that is not parsed; `words` say why, for the report."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, kw_only=True)
class _Parsed:
    soup: BeautifulSoup | None = None
    tags: int
    problem: str = ""


@dataclass
class Pages:
    """The parsed pages of one run, the latest ones kept."""

    _kept: dict[bytes, _Parsed] = field(default_factory=dict)
    _tags: int = 0

    def soup(self, answer: Response) -> BeautifulSoup | None:
        """The elements of a page; None when the parser rejects it.

        Raises:
            PageTooLarge: it has more tags than are looked at.
        """
        charset = (answer.header("Content-Type") or "").encode("utf-8", "replace")
        digest = hashlib.sha256(charset + b"\n" + answer.body).digest()
        if digest not in self._kept:
            self._keep(digest, _parse(answer.text[:MOST_CHARACTERS]))
        parsed = self._kept[digest] = self._kept.pop(digest)  # the latest is the last
        if parsed.problem:
            raise PageTooLarge(parsed.problem)
        return parsed.soup

    def _keep(self, digest: bytes, parsed: _Parsed) -> None:
        while self._kept and self._tags + parsed.tags > MOST_KEPT:
            self._tags -= self._kept.pop(next(iter(self._kept))).tags
        self._kept[digest] = parsed
        self._tags += parsed.tags


def named(around: Tag, *names: str, most: int = MOST_TAGS) -> list[Tag]:
    """The first elements of these names within a tag, in document order; bs4's own search with a
    limit takes some times as long."""
    from bs4 import Tag

    inner = (one for one in around.descendants if isinstance(one, Tag))
    return list(islice((one for one in inner if one.name in names), most))


def is_inside(tag: Tag, names: Container[str]) -> bool:
    """Whether an element of these names is around a tag."""
    return any(around.name in names for around in tag.parents)


def _parse(text: str) -> _Parsed:
    # A row of tags that never end takes the parser quadratic time; none of them is an element.
    whole, end, rest = text.rpartition(">")
    ended = _without_open_comments(whole + end + rest.partition("<")[0])
    tags = ended.count("<")
    if tags > MOST_TAGS:
        return _Parsed(tags=SMALL, problem=say("the page has more than {} tags", MOST_TAGS))
    soup = _soup(ended)
    if soup is not None and _is_deep(soup):
        return _Parsed(tags=SMALL, problem=say("the page nests more than {} tags", DEEPEST_PAGE))
    return _Parsed(soup=soup, tags=tags + SMALL)


def _is_deep(soup: BeautifulSoup) -> bool:
    from bs4 import Tag

    row: list[Tag] = [soup]
    for _ in range(DEEPEST_PAGE):
        row = [inner for tag in row for inner in tag.contents if isinstance(inner, Tag)]
        if not row:
            return False
    return True


def _without_open_comments(text: str) -> str:
    """The text up to a row of comments that never end, each of which is searched to the end."""
    start = text.find("<!--", text.rfind("-->") + 1)
    many = start >= 0 and text.count("<!--", start) > MOST_OPEN_COMMENTS
    return text[:start] if many else text


def _soup(text: str) -> BeautifulSoup | None:
    # 137 ms to import, and only pages need it.
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    for markup in (text, BOGUS_COMMENT.sub("", text)):
        try:
            return BeautifulSoup(markup, "html.parser")
        except (ParserRejectedMarkup, RecursionError):
            continue
    return None
