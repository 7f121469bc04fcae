"""`mockauth check` against a plugin that wants to stop it: it ends in time, small, and in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile.cases import CONTENT, TIMED, WIRE
from tests.hostile.measured import Measured, measured
from tests.hostile.plugin import STEPS, Case, Step, hostile

CASES = {**WIRE, **CONTENT}
SECONDS = 60.0
"""No run may take longer than this, whatever the machine is busy with."""
MEGABYTES = 200.0
QUICK: tuple[tuple[Step, str], ...] = (
    ("manifest", "endless-headers"), ("openapi", "gzip-bomb"), ("token", "own-words"),
)  # fmt: skip


def check(step: Step, case: Case, folder: Path, *options: str, after: int = 0) -> Measured:
    """Check the plugin with one hostile step, and write a report."""
    report = folder / "report.json"
    with hostile(step, case, after=after) as plugin:
        return measured(
            "check", plugin.base, "--report", f"json={report}", *options,
            folder=folder, limit=SECONDS,
        )  # fmt: skip


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
    assert_sound(check(step, CASES[name], tmp_path), tmp_path)


@pytest.mark.hostile
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", [name for name in CASES if name not in TIMED])
def test_every_hostile_step_is_survived(step: Step, name: str, tmp_path: Path) -> None:
    assert_sound(check(step, CASES[name], tmp_path), tmp_path)
