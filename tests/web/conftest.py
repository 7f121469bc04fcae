"""The pages, a person in front of them, and a clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockauth.clock import MovableClock
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings
from tests.web.visitor import Visitor

Arrive = Callable[[], Visitor]


@pytest.fixture
def clock() -> MovableClock:
    """The time of the pages."""
    return MovableClock()


@pytest.fixture
def arrive(clock: MovableClock) -> Arrive:
    """Another person at the same pages, each with a browser of their own."""
    app = create_pages(PageSettings(clock=clock))
    return lambda: Visitor(app)


@pytest.fixture
def visitor(arrive: Arrive) -> Visitor:
    """The first person."""
    return arrive()
