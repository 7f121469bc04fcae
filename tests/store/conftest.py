"""Stores to test, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockauth.clock import MovableClock
from mockauth.store.store import Store, open_store


@pytest.fixture
def clock() -> MovableClock:
    """The store's time."""
    return MovableClock()


@pytest.fixture
def store(clock: MovableClock) -> Iterator[Store]:
    """A store in memory."""
    with open_store("memory", clock=clock) as opened:
        yield opened
