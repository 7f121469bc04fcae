"""Marks what lies here: `pytest -m "not circle"` leaves the slow proofs out."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder carries the marker `circle`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.circle)
