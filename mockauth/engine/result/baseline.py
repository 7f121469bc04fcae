"""The baseline: what an existing project knows to be broken, so that only new failures count."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mockauth.engine.result.result import Run, State
from mockauth.errors import UsageError

SCHEMA = "mockauth-baseline/1"
KNOWN: tuple[State, ...] = ("fail", "warn")
HEAD = "# What mockauth found broken when this was written. Delete a line once it is fixed.\n"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Ids that may be in the state they were in, or a milder one. `file` is where it was read."""

    file: str = ""
    states: Mapping[str, State] = field(default_factory=lambda: MappingProxyType({}))


def read_baseline(path: Path) -> Baseline:
    """Read a file that `render` wrote, JSON when its name ends in .json, else TOML.

    Raises:
        UsageError: naming the file and what is wrong in it.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as wrong:
        raise UsageError(
            f"{path}: no such file (--baseline); --write-baseline {path} writes one"
        ) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageError(f"{path}: cannot be read as text (--baseline): {wrong}") from wrong
    kind = "JSON" if path.suffix == ".json" else "TOML"
    try:
        data = json.loads(text) if kind == "JSON" else tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise UsageError(f"{path}: no {kind} (--baseline): {wrong}") from wrong
    return Baseline(file=str(path), states=_states(data, str(path)))


def written(run: Run, before: Baseline) -> Baseline:
    """The baseline that fits `run`: what is broken and not waived, and what `before` lists and this
    run could not judge."""
    judged = {result.rule.id for result in run.results if result.counts}
    kept = {check: state for check, state in before.states.items() if check not in judged}
    broken: dict[str, State] = {
        result.rule.id: result.raw_state
        for result in run.results
        if result.raw_state in KNOWN and not (result.waiver and result.waiver.kind == "waiver")
    }
    return Baseline(states=MappingProxyType(dict(sorted({**kept, **broken}.items()))))


def render(baseline: Baseline, path: Path) -> str:
    """The text of a baseline file of that name."""
    if path.suffix == ".json":
        return json.dumps({"schema": SCHEMA, "checks": dict(baseline.states)}, indent=1) + "\n"
    # Ids are lower-case words with dots and dashes, so that quotes are all the escaping there is.
    lines = [f'"{check}" = "{state}"\n' for check, state in baseline.states.items()]
    return f'{HEAD}schema = "{SCHEMA}"\n\n[checks]\n{"".join(lines)}'


def _states(data: Any, file: str) -> Mapping[str, State]:
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(
            f'{file}: no baseline: schema must be "{SCHEMA}"; --write-baseline writes such a file'
        )
    checks = data.get("checks", {})
    if not isinstance(checks, dict):
        raise UsageError(f'{file}: checks must be a table of "id" = "fail" or "warn"')
    for key in data.keys() - {"schema", "checks"}:
        raise UsageError(f"{file}: unknown key {key!r}; there are schema and checks")
    for check, state in checks.items():
        if state not in KNOWN:
            raise UsageError(f'{file}: {check} must be "fail" or "warn", not {state!r}')
    return MappingProxyType(dict(checks))
