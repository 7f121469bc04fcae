"""What the pages show of what was sent, at servers made by hand."""

from __future__ import annotations

import pytest

from mockauth.engine.target.markup import markup
from mockauth.wire import Response
from mockauth.wire.markup import Pages


def elements(page: str) -> list[str]:
    answer = Response(status=200, headers=(("Content-Type", "text/html"),), body=page.encode())
    soup = Pages().soup(answer)
    assert soup is not None
    return [tag.name for tag in soup.find_all(lambda tag: tag.name.startswith("mockauth-"))]


@pytest.mark.parametrize(
    "page",
    [
        "<p>{}</p>",
        '<input value="{}">',
        "<input value='{}'>",
        "<input value={}>",
        "<script>let state = '{}'</script>",
        "<title>{}</title>",
        "<textarea>{}</textarea>",
    ],
)
def test_text_that_is_not_escaped_becomes_an_element_wherever_it_stands(page: str) -> None:
    assert elements(page.format(markup("state"))) == ["mockauth-state"]


@pytest.mark.parametrize("page", ["<p>{}</p>", '<input value="{}">', "<title>{}</title>"])
def test_text_that_is_escaped_stays_text(page: str) -> None:
    from html import escape

    assert elements(page.format(escape(markup("state")))) == []


def test_an_attribute_whose_quotes_are_escaped_holds_the_text() -> None:
    text = markup("state").replace('"', "&quot;")

    assert elements(f'<input value="{text}">') == []
