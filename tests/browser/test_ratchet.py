"""The driver gets no worse beside Chromium: where it may end elsewhere is listed, with the reason."""

from __future__ import annotations

import pytest

from tests.browser.driver_table import UNLIKE, Row, rows

KINDS = {
    "product",
    "language",
    "form",
    "surroundings",
    "cookie",
    "policy",
    "script",
    "person",
    "transport",
}


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return list(rows())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_only_the_listed_walks_end_elsewhere_than_chromium(found: list[Row], kind: str) -> None:
    unlike = {row.shape.name for row in found if row.is_unlike and row.shape.kind == kind}

    assert unlike <= set(UNLIKE)


def test_the_list_names_no_walk_that_ends_as_in_chromium(found: list[Row]) -> None:
    assert {row.shape.name for row in found if row.is_unlike} == set(UNLIKE)


def test_every_kind_of_shape_is_counted(found: list[Row]) -> None:
    assert {row.shape.kind for row in found} == KINDS
