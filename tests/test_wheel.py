"""The wheel carries the scenario files and works without the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_carries_the_scenarios_and_runs_from_elsewhere(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, check=True, capture_output=True, cwd=ROOT)  # noqa: S603 - our own build
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")

    script = (
        "import mockauth; from mockauth.scenario.library import load_library; "
        "print(mockauth.__file__, len(load_library().probes), len(load_library().faults))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [
            sys.executable,
            "-P",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {script}",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    where, probes, faults = done.stdout.split()
    assert where.startswith(str(tmp_path))
    assert int(probes) > 50
    assert int(faults) > 60
