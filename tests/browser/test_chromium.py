"""Real Chromium still lands where `shapes/chromium.json` says, on every shape."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.browser.referee import Decision, Referee, chromium, kept
from tests.browser.shapes.catalogue import BY_NAME, SHAPES

LANDINGS = kept()["landings"]
WALKS = [(name, decision) for name in LANDINGS for decision in LANDINGS[name]]
MISSING = (
    f"{len(WALKS)} walks of minutes are made on demand: set MOCKAUTH_CHROMIUM=1"
    if not os.environ.get("MOCKAUTH_CHROMIUM")
    else "no chromium (apt-get install chromium, or MOCKAUTH_BROWSER)"
    if chromium() is None
    else "no playwright package (pip install -e '.[dev]')"
    if find_spec("playwright") is None
    else ""
)


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with Referee.ready() as ready:
        yield ready


def test_every_shape_has_a_landing_of_chromium() -> None:
    assert set(LANDINGS) == {shape.name for shape in SHAPES}
    assert all(("deny" in LANDINGS[shape.name]) == bool(shape.deny) for shape in SHAPES)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize(("name", "decision"), WALKS)
def test_chromium_lands_as_kept(referee: Referee, name: str, decision: Decision) -> None:
    expected = LANDINGS[name][decision]["landing"]

    assert referee.walk(BY_NAME[name], decision, expected)["landing"] == expected
