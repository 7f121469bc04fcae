"""Every rule mockauth judges, from Python checks and scenario files alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mockauth.checks.registry import all_checks
from mockauth.checks.rule import Rule
from mockauth.scenario.library import load_library


def all_rules(folders: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """Every rule, by area and id."""
    rules = [check.rule for check in all_checks()]
    rules += [probe.rule for probe in load_library(folders).probes]
    return tuple(sorted(rules, key=lambda rule: (rule.area, rule.id)))
