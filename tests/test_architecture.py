"""The map of the house: imports point down only, and nothing imports in a circle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.imports import FILES, GRAPH, PACKAGE, circle, imported

RANKS = {
    "cli": 9, "web": 8, "report": 7, "engine": 6, "scenario": 5,
    "checks": 4, "chatgpt": 4, "plugin": 4, "browser": 4,
    "profiles": 3, "manifest": 2, "store": 2, "wire": 1, "clock": 0, "errors": 0,
}  # fmt: skip
SIBLINGS = {"checks", "chatgpt", "plugin", "browser"}
DOORS = {
    "api", "chatgpt_user", "marks", "options", "pytest_items", "pytest_plugin", "testing", "settings",
    "user_browser", "__main__",
}  # fmt: skip
"""Modules of their own above the packages: of the packages only `cli` may import them."""
FAMILIES = {
    "browser": ["chromium"],
    "engine": ["http", "result", "target", "flow", "installation", "probe", "client"],
    "plugin": ["faults", "server", "oauth", "api", "control"],
}
"""The sub-packages of a package, from the lowest to the highest. A file beside them has no rank: it
may be what all of them stand on (`engine.events`) or what brings them together (`engine.check`)."""
EDGES = [(module, name) for module, names in GRAPH.items() for name in names]


@pytest.mark.parametrize("module", [name for name in FILES if name.partition(".")[0] in RANKS])
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    layer = module.partition(".")[0]
    for name in GRAPH[module]:
        target = name.partition(".")[0]
        if target in DOORS:
            assert layer == "cli", f"{module} imports {name}, which lies above it"
            continue
        assert RANKS[target] <= RANKS[layer], f"{module} imports {name}, which lies above it"
        if layer in SIBLINGS and target in SIBLINGS:
            assert layer == target, f"{module} imports its sibling {name}"


def test_only_the_command_line_imports_the_command_line() -> None:
    above = {module for module, name in EDGES if name.partition(".")[0] == "cli"}

    # The Python API reads its options as the command line does: by the same declarations.
    assert {m for m in above if m.partition(".")[0] != "cli"} == {
        "__main__", "api", "pytest_items",
    }  # fmt: skip


def test_authlib_is_known_to_the_oauth_endpoints_only() -> None:
    users = {name for name, path in FILES.items() if any_of("authlib", imported(path))}

    assert {name for name in users if not name.startswith("plugin.oauth.")} == set()


def test_a_sub_package_imports_only_what_lies_below_it() -> None:
    upward = {edge for edge in EDGES if points_up(*edge)}

    assert upward == set()


def test_every_sub_package_has_a_rank() -> None:
    for package, families in FAMILIES.items():
        folders = {path.parent.name for path in (PACKAGE / package).glob("*/__init__.py")}
        assert folders == set(families)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(GRAPH) == []


def points_up(module: str, name: str) -> bool:
    """Whether an import goes from a sub-package to a higher one of the same package."""
    package, _, rest = module.partition(".")
    target_package, _, target_rest = name.partition(".")
    families = FAMILIES.get(package, [])
    family, target = rest.partition(".")[0], target_rest.partition(".")[0]
    if package != target_package or family not in families or target not in families:
        return False
    return families.index(target) > families.index(family)


def any_of(package: str, names: Iterable[str]) -> bool:
    """Whether one of the names lies in a package."""
    return any(name.partition(".")[0] == package for name in names)


def test_the_command_line_starts_without_anything_heavy() -> None:
    heavy = (
        "flask",
        "requests",
        "authlib",
        "rich",
        "pydantic",
        "bs4",
        "yaml",
        "publicsuffixlist",
        "sqlalchemy",
        "alembic",
    )
    script = (
        f"import sys, mockauth.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own interpreter

    assert done.stdout.decode().strip() == "[]"
