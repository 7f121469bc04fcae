"""Real Chromium and mockauth's driver land alike, and where `shapes/chromium.json` says.

A sample of the shapes by default, all of them with MOCKAUTH_CHROMIUM=all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mockauth.browser.chromium.installed import missing
from tests.browser.driver_table import UNLIKE, compare, drive, landed
from tests.browser.referee import Decision, Referee, kept
from tests.browser.shapes.catalogue import BY_NAME, SHAPES

LANDINGS = kept()["landings"]
EVERY = 4
"""Of the shapes that are in no language for its own sake, one in so many is in the sample."""


def all_walks() -> list[tuple[str, Decision]]:
    """Each shape with each decision that it has a landing for."""
    return [(name, decision) for name in LANDINGS for decision in LANDINGS[name]]


def sampled_walks() -> list[tuple[str, Decision]]:
    """One shape of each language, allowing and refusing by turns, and every fourth other one."""
    by_language = {s.lang: s.name for s in SHAPES if s.kind == "language"}
    spoken = [
        (name, sorted(LANDINGS[name])[-(n % 2)]) for n, name in enumerate(by_language.values())
    ]
    others = [s.name for s in SHAPES if s.kind != "language"][::EVERY]
    return spoken + [(name, decision) for name in others for decision in LANDINGS[name]]


WALKS = all_walks() if os.environ.get("MOCKAUTH_CHROMIUM") == "all" else sampled_walks()
MISSING = missing()
needs_chromium = pytest.mark.skipif(bool(MISSING), reason=f"no browser: {MISSING}")


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with Referee.ready() as ready:
        yield ready


def test_every_shape_has_a_landing_of_chromium() -> None:
    assert set(LANDINGS) == {shape.name for shape in SHAPES}
    assert all(("deny" in LANDINGS[shape.name]) == bool(shape.deny) for shape in SHAPES)


def test_the_sample_has_every_kind_and_thirty_languages() -> None:
    names = {name for name, _ in sampled_walks()}
    shapes = [BY_NAME[name] for name in names]

    assert len(shapes) >= 128
    assert {shape.kind for shape in shapes} == {shape.kind for shape in SHAPES}
    assert len({shape.lang for shape in shapes if shape.kind == "language"}) >= 30


@needs_chromium
@pytest.mark.parametrize(("name", "decision"), WALKS)
def test_chromium_lands_as_the_driver_does(referee: Referee, name: str, decision: Decision) -> None:
    shape, expected = BY_NAME[name], LANDINGS[name][decision]["landing"]

    chromium = referee.walk(shape, decision, expected)["landing"]

    assert chromium == expected
    driver = landed(drive(shape, decision))
    assert name in UNLIKE or compare(shape, chromium, driver) in ("alike", "asks")
