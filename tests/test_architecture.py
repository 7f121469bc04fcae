"""The map of the house: imports point down only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mockauth

PACKAGE = Path(mockauth.__file__).parent
RANKS = {
    "cli": 9, "report": 7, "engine": 6, "scenario": 5,
    "checks": 4, "chatgpt": 4, "plugin": 4, "browser": 4,
    "profiles": 3, "manifest": 2, "wire": 1, "clock": 0, "errors": 0,
}  # fmt: skip
SIBLINGS = {"checks", "chatgpt", "plugin", "browser"}
MODULES = sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", [m for m in MODULES if "/" in m])
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    layer = module.partition("/")[0]
    for name in imported(PACKAGE / module):
        parts = name.split(".")
        if parts[0] == "authlib":
            assert module.startswith("plugin/oauth/"), f"{module} imports {name}"
        if parts[0] != "mockauth" or len(parts) < 2 or parts[1] not in RANKS:
            continue
        target = parts[1]
        assert RANKS[target] <= RANKS[layer], f"{module} imports {name}, which lies above it"
        if layer in SIBLINGS and target in SIBLINGS:
            assert layer == target, f"{module} imports its sibling {name}"


def test_the_command_line_starts_without_anything_heavy() -> None:
    heavy = ("flask", "requests", "authlib", "rich", "pydantic", "bs4", "yaml", "publicsuffixlist")
    script = (
        f"import sys, mockauth.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own interpreter

    assert done.stdout.decode().strip() == "[]"
