"""Who imports whom in mockauth, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import mockauth

PACKAGE = Path(mockauth.__file__).parent
Graph = Mapping[str, frozenset[str]]
"""What each module imports, anywhere in it: in a function and for its types, too. Who reads a
module has to know all of them."""


def module_name(path: Path) -> str:
    """The dotted name of a file below the package, without `mockauth.`: `wire.url`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix("__init__").rstrip(".")


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """The full names that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> frozenset[str]:
    """The modules of mockauth that a module of mockauth imports."""
    names = [name.partition("mockauth.")[2] for name in imported(FILES[module])]
    known = [name if name in FILES else name.rpartition(".")[0] for name in names]
    return frozenset(name for name in known if name and name in FILES and name != module)


GRAPH: Graph = {module: own_imports(module) for module in FILES}


def circle(graph: Graph) -> list[str]:
    """Modules that import each other in turn, the first one again at the end; [] for none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []
