"""Sets the outputs of the step; what was found, check itself has told GitHub.

python tell.py REPORT.json EXIT_CODE, with GITHUB_OUTPUT and GITHUB_STEP_SUMMARY in the environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    """Write everything."""
    path, code = Path(sys.argv[1]), sys.argv[2]
    report = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    append("GITHUB_OUTPUT", outputs(report, path, code))
    if not report:
        told = f"### mockauth\n\nNo report was written (exit code {code}); the log says why.\n"
        append("GITHUB_STEP_SUMMARY", told)


def append(variable: str, text: str) -> None:
    """Add text to the file that a variable names; without one it goes nowhere."""
    if os.environ.get(variable):
        with open(os.environ[variable], "a", encoding="utf-8") as file:
            file.write(text)


def outputs(report: Mapping[str, Any], path: Path, code: str) -> str:
    """The outputs of the step. Paths are ours and numbers: nothing of the service's."""
    counts = report.get("summary", {})
    values = {
        "exit-code": code,
        "passed": counts.get("pass", 0),
        "failed": counts.get("fail", 0),
        "report": path if report else "",
        "folder": path.parent,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    main()
