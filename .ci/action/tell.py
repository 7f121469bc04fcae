"""Tells GitHub what a run found: outputs, a summary of the job, annotations.

python tell.py REPORT.json EXIT_CODE, with GITHUB_OUTPUT and GITHUB_STEP_SUMMARY in the environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
KINDS = {"fail": "error", "error": "error", "warn": "warning"}


def main() -> None:
    """Write everything."""
    path, code = Path(sys.argv[1]), sys.argv[2]
    report = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    append("GITHUB_OUTPUT", outputs(report, path, code))
    append("GITHUB_STEP_SUMMARY", summary(report, code))
    for line in annotations(report):
        print(line)  # noqa: T201 - this is how GitHub is told


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


def summary(report: Mapping[str, Any], code: str) -> str:
    """The verdict and a table of what was found, in Markdown."""
    if not report:
        return f"### mockauth\n\nNo report was written (exit code {code}); the log says why.\n"
    rows = [row(check) for check in report["checks"] if check["state"] in KINDS]
    head = ["| | check | found | fix |", "|---|---|---|---|"] if rows else []
    counts = " · ".join(f"{n} {state}" for state, n in report["summary"].items() if n)
    told = f"### mockauth: {cell(report['verdict'])}\n\n{counts}\n"
    return told + "\n".join(["", *head, *rows, ""])


def row(check: Mapping[str, Any]) -> str:
    """One line of the table."""
    parts = (check["state"], f"`{check['id']}`", cell(check["actual"]), cell(check["fix"]))
    return f"| {' | '.join(parts)} |"


def cell(text: str) -> str:
    """Text of a service in Markdown: it makes no markup, ends no cell, and mentions nobody."""
    special = {char: f"&#{ord(char)};" for char in "<>&|`*_[]()!#~@\\"}
    return " ".join(text.translate(str.maketrans(special)).split())[:1000]


def annotations(report: Mapping[str, Any]) -> Iterator[str]:
    """A command for each finding, the first ones of each kind."""
    told = {"error": 0, "warning": 0}
    for check in report.get("checks", []):
        kind = KINDS.get(check["state"])
        if kind is None or told[kind] == MOST:
            continue
        told[kind] += 1
        text = f"expected {check['expected']}; found {check['actual']}"
        yield f"::{kind} title={check['id']}::{escaped(text)}"


def escaped(text: str) -> str:
    """Text as a command holds it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    main()
