"""Linting one scenario file: everything that is wrong in it, without running anything."""

from __future__ import annotations

from pathlib import Path

from mockauth.scenario.kinds import look_over
from mockauth.scenario.strict import Problem, read_strict


def lint_scenario(path: Path) -> list[Problem]:
    """The problems of one file of a probe or of faults, by line and column."""
    document = read_strict(path)
    look_over(document)
    return sorted(document.problems)
