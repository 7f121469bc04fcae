"""Where a rule, its faults and its tests are written, as paths of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

from mockauth.checks.client.read import CHECKS
from mockauth.checks.registry import all_checks
from mockauth.scenario.library import Library, load_library
from mockauth.scenario.own_files import Place


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where one rule is written. `tests` is empty where mockauth is installed without them."""

    rule: Place
    faults: Mapping[str, Place]
    """The faults that this rule must catch, by name."""
    tests: tuple[Place, ...]
    """Every test file that names the rule, at the first line that does."""


def places_of(rule_id: str, folders: Sequence[Path] = ()) -> Places:
    """Where a rule of the catalogue is written.

    Raises:
        KeyError: there is no such rule.
        UsageError: a scenario file in `folders` cannot be used.
    """
    library = load_library(folders)
    named = library.names("faults")
    catching = [fault.name for fault in library.every_fault if rule_id in fault.caught_by]
    return Places(
        rule=rule_places(library)[rule_id],
        faults={name: named[name] for name in catching},
        tests=tuple(_tests(rule_id, library)),
    )


def rule_places(library: Library) -> Mapping[str, Place]:
    """The place of every rule: its scenario file, or the line of its check."""
    judges: list[tuple[str, Callable[..., object]]] = [
        *((check.rule.id, check.judge) for check in all_checks()),
        *((check.rule.id, check.judge) for check in CHECKS),
    ]
    checks = {rule_id: _place_of(judge) for rule_id, judge in judges}
    return {**library.names("probe"), **library.names("client"), **checks}


def _place_of(judge: Callable[..., object]) -> Place:
    line = judge.__code__.co_firstlineno if isinstance(judge, FunctionType) else 0
    return Place(file=f"{judge.__module__.replace('.', '/')}.py", line=line)


def _tests(rule_id: str, library: Library) -> Iterator[Place]:
    root = library.builtin.parent
    if not (root / "tests" / "circle").is_dir():
        return
    whole = re.compile(rf"(?<![\w.-]){re.escape(rule_id)}(?![\w-])")
    for path in sorted((root / "tests").rglob("*.py")):
        found = whole.search(text := path.read_text("utf-8"))
        if found:
            line = text.count("\n", 0, found.start()) + 1
            yield Place(file=path.relative_to(root).as_posix(), line=line)
