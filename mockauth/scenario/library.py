"""The library of scenario files: the built-in folder, and the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockauth.errors import UsageError
from mockauth.plugin.fault import Fault
from mockauth.scenario.faults import read_faults
from mockauth.scenario.model import Probe
from mockauth.scenario.read import read_probe
from mockauth.scenario.strict import Document, Problem, read_strict


@dataclass(frozen=True)
class Library:
    """Every probe and fault there is."""

    probes: tuple[Probe, ...]
    faults: tuple[Fault, ...]


def builtin_folder() -> Path:
    """`scenarios/` of a checkout, or the copy that the wheel carries."""
    package = Path(__file__).resolve().parent.parent
    carried = package / "_scenarios"
    return carried if carried.is_dir() else package.parent / "scenarios"


def load_library(folders: Sequence[Path] = ()) -> Library:
    """Load the built-in files and those of `folders`.

    Raises:
        UsageError: naming every problem of every file at once.
    """
    probes: dict[str, Probe] = {}
    faults: list[Fault] = []
    problems: list[Problem] = []
    for folder in (builtin_folder(), *folders):
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder (--scenarios wants a folder of YAML files)")
        for document in _documents(folder):
            if isinstance(document.value, dict) and "faults" in document.value:
                faults += read_faults(document)
            else:
                probe = read_probe(document)
                if probe is not None and probe.rule.id in probes:
                    other = probes[probe.rule.id].file
                    document.complain(("id",), f"{probe.rule.id} is taken by {other}")
                elif probe is not None:
                    probes[probe.rule.id] = probe
            problems += document.problems
    if problems:
        raise UsageError("\n".join(str(problem) for problem in sorted(problems)))
    return Library(tuple(probes.values()), tuple(faults))


def _documents(folder: Path) -> Iterator[Document]:
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        yield read_strict(path, str(path.relative_to(folder.parent)))
