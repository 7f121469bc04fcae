"""`mockauth check` against a plugin that wants to stop it: it ends in time, small, and in words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.cases import CONTENT, WIRE
from tests.hostile.measured import Measured, measured
from tests.hostile.plugin import STEPS, Case, Step, hostile

CASES = {**WIRE, **CONTENT}
SECONDS = 60.0
"""No run may take longer than this, whatever the machine is busy with."""
BUDGET = "4"
MEGABYTES = 200.0
PAGES: tuple[Step, ...] = ("login", "consent")
IN_PAGES = (
    "many-tags",
    "many-inputs",
    "many-links",
    "deep-tags",
    "no-end-tags",
    "utf-7",
    "charset-punycode",
    "charset-bz2",
    "charset-idna",
    "reflect",
    "binary",
    "empty",
)
WIRED: tuple[Step, ...] = ("manifest", "token", "api")
IN_OPENAPI = ("doubled-allof", "regex", "own-ref", "many-paths")
QUICK: tuple[tuple[Step, str], ...] = (
    ("manifest", "endless-headers"), ("openapi", "gzip-bomb"), ("login", "drip-headers"),
    ("token", "large"), ("api", "informational"),
)  # fmt: skip


def matrix() -> Iterator[tuple[Step, str]]:
    """Every case at the steps that it means something else for."""
    documents: tuple[Step, ...] = ("manifest", "openapi", "token", "api")
    for name in WIRE:
        yield from ((step, name) for step in WIRED)
    for name in CONTENT:
        if name not in IN_OPENAPI:
            yield from ((step, name) for step in documents)
    yield from ((step, name) for step in PAGES for name in IN_PAGES)
    yield from (("openapi", name) for name in IN_OPENAPI)
    rest = [step for step in STEPS if step not in documents]
    yield from ((step, name) for step in rest for name in ("drip", "reset", "gzip-bomb", "large"))


def chosen() -> list[tuple[Step, str]]:
    """The whole matrix with MOCKAUTH_HOSTILE=1; else each case at one of its steps, in turn."""
    pairs = [pair for pair in matrix() if pair not in QUICK]
    if os.environ.get("MOCKAUTH_HOSTILE"):
        return pairs
    steps: dict[str, list[Step]] = {}
    for step, name in pairs:
        steps.setdefault(name, []).append(step)
    return [(at[n % len(at)], name) for n, (name, at) in enumerate(steps.items())]


def check(step: Step, case: Case, folder: Path, *options: str, after: int = 0) -> Measured:
    """Check the plugin with one hostile step, and write a report."""
    report = folder / "report.json"
    with hostile(step, case, after=after) as plugin:
        return measured(
            "check",
            plugin.base,
            "--report",
            f"json={report}",
            *options,
            folder=folder,
            limit=SECONDS,
        )


def assert_sound(run: Measured, folder: Path) -> None:
    """It ended in time, within its memory, with a verdict and a whole report."""
    assert "Traceback" not in run.out + run.err
    assert run.code in (0, 1, 3), f"exit {run.code}: {run.err[-500:]}"
    assert run.megabytes < MEGABYTES
    assert "mockauth itself failed" not in run.out
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["gate"]["exit_code"] == run.code
    assert report["checks"]
    assert "error" not in {check["state"] for check in report["checks"]}


def test_the_plugin_of_these_tests_is_a_good_one_unless_it_is_told_otherwise(
    tmp_path: Path,
) -> None:
    with hostile() as plugin:
        run = measured("check", plugin.base, folder=tmp_path, limit=SECONDS)

    assert "ChatGPT can sign in" in run.out
    assert "FAIL" not in run.out
    assert run.code == 0


@pytest.mark.parametrize(("step", "name"), QUICK)
def test_a_hostile_step_is_survived(step: Step, name: str, tmp_path: Path) -> None:
    assert_sound(check(step, CASES[name], tmp_path, "--budget", BUDGET), tmp_path)


@pytest.mark.hostile
@pytest.mark.parametrize(("step", "name"), chosen())
def test_every_hostile_step_is_survived(step: Step, name: str, tmp_path: Path) -> None:
    assert_sound(check(step, CASES[name], tmp_path, "--budget", BUDGET), tmp_path)


def test_a_run_says_that_its_time_was_over_and_for_what(tmp_path: Path) -> None:
    with hostile("api", WIRE["silence"], after=20) as plugin:
        run = measured(
            "check",
            plugin.base,
            "--budget",
            "6",
            "--report",
            f"json={tmp_path / 'r.json'}",
            folder=tmp_path,
            limit=SECONDS,
        )
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))

    assert run.code == 1
    assert (report["budget_seconds"], report["budget_spent"], report["interrupted"]) == (
        6,
        True,
        False,
    )
    assert "note: the run used up its 6 s while " in run.out
    reasons = {check["actual"] for check in report["checks"] if check["state"] == "blocked"}
    assert any("the budget of 6 s is spent (--budget)" in reason for reason in reasons)
    assert report["coverage"]["judged"] > 20
