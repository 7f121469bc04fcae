"""Linting one scenario file: everything that is wrong in it, without running anything."""

from __future__ import annotations

from pathlib import Path

from mockauth.scenario.kinds import look_over
from mockauth.scenario.strict import Problem, parse_strict, read_strict


def lint_scenario(path: Path, text: bytes | None = None) -> list[Problem]:
    """The problems of one file of a probe or of faults, by line and column; of `text` where an editor
    has not saved it yet."""
    document = read_strict(path) if text is None else parse_strict(text, str(path))
    look_over(document)
    return sorted(document.problems)
