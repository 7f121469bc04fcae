"""HTML of others, parsed once per content."""

from __future__ import annotations

import pytest

from mockauth.wire import Response
from mockauth.wire.markup import DEEPEST_PAGE, MOST_TAGS, Pages, PageTooLarge


def page(text: str, charset: str = "utf-8") -> Response:
    """A page with that text."""
    headers = (("Content-Type", f"text/html; charset={charset}"),)
    return Response(status=200, headers=headers, body=text.encode())


def test_the_same_content_is_parsed_once() -> None:
    pages = Pages()

    first = pages.soup(page("<p>a"))

    assert pages.soup(page("<p>a")) is first
    assert pages.soup(page("<p>b")) is not first
    assert pages.soup(page("<p>a", "latin-1")) is not first


def test_only_so_many_tags_are_kept_parsed() -> None:
    pages = Pages()
    large = [page("<b>x</b>" * (MOST_TAGS // 2 - 100) + str(i)) for i in range(3)]

    kept = [pages.soup(answer) for answer in large]

    assert pages.soup(large[2]) is kept[2]
    assert pages.soup(large[0]) is not kept[0]


@pytest.mark.parametrize(
    "text", ["<b>" * (MOST_TAGS + 1) + "x", "<div>" * (DEEPEST_PAGE + 1) + "x"]
)
def test_too_large_a_page_is_refused_each_time(text: str) -> None:
    pages = Pages()

    for _ in range(2):
        with pytest.raises(PageTooLarge, match=r"the page .* more than"):
            pages.soup(page(text))


def test_a_row_of_comments_that_never_end_hides_nothing_before_it() -> None:
    soup = Pages().soup(page("<form></form>" + "<!--" * 5_000 + "x" * 500_000 + ">"))

    assert soup is not None
    assert soup.find("form") is not None


def test_a_charset_that_takes_for_ever_is_not_used() -> None:
    body = "a" * 3_000 + "-" + "b9a" * 300_000

    assert page(body, "punycode").text == body
