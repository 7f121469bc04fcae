"""The driver gets no worse beside Chromium: what each kind of shape may still get wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.browser.driver_table import Row, rows

ALLOWED = {
    "language": (0, 0), "form": (0, 0), "surroundings": (0, 0), "cookie": (0, 0), "policy": (0, 3),
    "script": (0, 0), "person": (0, 0), "transport": (0, 1),
}  # fmt: skip
"""By kind: walks that stop where Chromium goes on, and walks that land where no browser does."""


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return list(rows())


@pytest.mark.parametrize("kind", ALLOWED)
def test_no_more_walks_than_allowed_end_elsewhere_than_chromium(
    found: list[Row], kind: str
) -> None:
    counts = Counter(row.judgement for row in found if row.shape.kind == kind)

    assert counts["false"] <= ALLOWED[kind][0]
    assert counts["miss"] <= ALLOWED[kind][1]


def test_every_kind_of_shape_is_counted(found: list[Row]) -> None:
    assert {row.shape.kind for row in found} == set(ALLOWED)
