"""The generated documentation is what the code says today."""

from __future__ import annotations

from pathlib import Path

from mockauth.engine.catalogue import catalogue
from mockauth.report.reference import markdown

CHECKS = Path(__file__).parent.parent / "docs" / "checks.md"
AGAIN = "python -m mockauth checks --format markdown > docs/checks.md"


def test_the_reference_of_the_checks_is_current() -> None:
    written = CHECKS.read_text("utf-8").split("\n")

    # Compared line by line, so that the first difference is shown and not 200 kB of text.
    for n, (is_now, was) in enumerate(
        zip(markdown(catalogue()).split("\n"), written, strict=False)
    ):
        assert was == is_now, f"docs/checks.md is stale at line {n + 1}; write it again: {AGAIN}"
    assert len(markdown(catalogue()).split("\n")) == len(written), f"write it again: {AGAIN}"
