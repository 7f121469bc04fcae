"""A program that is killed while it writes leaves a whole store behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_a_hundred_kills_leave_no_corrupt_store_and_no_half_installation(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "tests.store.killed", str(tmp_path), "1"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "configuration")},
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100, "most were killed while they wrote"
