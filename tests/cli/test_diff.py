"""`mockauth diff`: two saved runs compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockauth.cli.main import commands
from tests.report.saved import document

ONCE = "token.code-single-use"


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Any]]:
    """A run without a finding, one with, and one of a service that nobody reaches."""
    return {
        "faultless": document(select=("token",)),
        "broken": document("token.code-reusable", select=("token",)),
        "unread": document("manifest.behind-the-guard", select=("token",)),
    }


def diff(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> Result:
    """Compare two documents by the command."""
    for name, run in (("old", old), ("new", new)):
        (folder / name).write_text(json.dumps(run), "utf-8")
    return CliRunner().invoke(commands, ["diff", str(folder / "old"), str(folder / "new")])


def test_what_got_worse_is_told_first_and_is_exit_1(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    done = diff(tmp_path, runs["faultless"], runs["broken"])

    assert done.exit_code == 1
    assert done.stdout.splitlines()[1].startswith("✗ 2 worse, 0 better")
    worse = done.stdout.partition("\nworse:\n")[2].partition("\n\n")[0]
    assert f"  {ONCE}  pass → fail\n    accepted: 200" in worse


def test_what_got_better_is_told_and_is_exit_0(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    done = diff(tmp_path, runs["broken"], runs["faultless"])

    assert done.exit_code == 0
    assert "✓ 0 worse, 2 better" in done.stdout
    assert f"{ONCE}  fail → pass\n" in done.stdout


def test_the_same_twice_is_no_change(runs: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    done = diff(tmp_path, runs["broken"], runs["broken"])

    assert done.exit_code == 0
    assert "✓ 0 worse, 0 better, 2 still broken" in done.stdout


def test_a_run_that_judged_nothing_is_no_better_one(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    done = diff(tmp_path, runs["broken"], runs["unread"])

    assert done.exit_code == 3
    assert f"{ONCE}  fail → blocked\n" in done.stdout
    assert "note: the new run: Nothing could be judged" in done.stdout


def test_what_differs_between_the_runs_is_told_and_acts_on_no_terminal(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    other = {**runs["broken"], "target": "http://a\x1b[2J\n::error::b", "tool": {"version": "9"}}

    done = diff(tmp_path, runs["broken"], other)

    assert "note: another target: http://localhost:5000 → http://a\\u001b[2J" in done.stdout
    assert "note: another release of mockauth, with other checks: " in done.stdout
    assert "\x1b" not in done.stdout
    assert "\n::error" not in done.stdout


def test_runs_of_different_profiles_are_not_compared(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    done = diff(tmp_path, runs["faultless"], {**runs["faultless"], "profile": "mcp"})

    assert done.exit_code == 3
    assert "✗ not compared: check --profile plugin, then check --profile mcp" in done.stdout
    assert "worse" not in done.stdout
