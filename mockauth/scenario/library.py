"""The library of scenario files: the built-in folder, and the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockauth.errors import UsageError
from mockauth.plugin.faults.fault import Fault
from mockauth.scenario.client_model import ClientProbe
from mockauth.scenario.client_read import is_client_file, read_client_probe
from mockauth.scenario.faults import read_faults
from mockauth.scenario.model import Probe
from mockauth.scenario.read import read_probe
from mockauth.scenario.strict import Document, Problem, read_strict

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Library:
    """Every probe and fault there is; `clients` are the probes of a client under test."""

    probes: tuple[Probe, ...]
    faults: tuple[Fault, ...]
    clients: tuple[ClientProbe, ...] = ()
    unchecked_faults: tuple[Fault, ...] = ()
    """Those that no check can catch in process, for testing clients."""

    @property
    def every_fault(self) -> tuple[Fault, ...]:
        """Both kinds of faults."""
        return self.faults + self.unchecked_faults


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
    shelf = _Shelf({}, {}, {}, [])
    for folder in (builtin_folder(), *folders):
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder (--scenarios wants a folder of YAML files)")
        for document in _documents(folder):
            shelf.add(document)
    if shelf.problems:
        raise UsageError(*(str(problem) for problem in sorted(shelf.problems)))
    read = [fault for fault, _ in shelf.faults.values()]
    return Library(
        tuple(shelf.probes.values()),
        tuple(fault for fault in read if not fault.unchecked),
        tuple(shelf.clients.values()),
        tuple(fault for fault in read if fault.unchecked),
    )


def read_scenario(document: Document) -> tuple[Probe | None, list[Fault]]:
    """What a parsed file holds: a probe, or faults; neither for the probe of a client, which is
    only looked over. `document.problems` says what is wrong."""
    if is_client_file(document.value):
        read_client_probe(document)
        return None, []
    if isinstance(document.value, dict) and "faults" in document.value:
        return None, read_faults(document)
    return read_probe(document), []


def _documents(folder: Path) -> Iterator[Document]:
    for path in sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file()):
        yield read_strict(path, str(path.relative_to(folder.parent)))


@dataclass
class _Shelf:
    """What has been loaded so far. No id stands twice: a user file may not shadow a built-in."""

    probes: dict[str, Probe]
    clients: dict[str, ClientProbe]
    faults: dict[str, tuple[Fault, str]]
    problems: list[Problem]

    def add(self, document: Document) -> None:
        if is_client_file(document.value):
            self._add_client(document)
            return
        probe, faults = read_scenario(document)
        if probe is not None:
            known = self.probes.setdefault(probe.rule.id, probe)
            if known is not probe:
                document.complain(("id",), f"{probe.rule.id} is taken by {known.file}")
        for i, fault in enumerate(faults):
            other, file = self.faults.setdefault(fault.name, (fault, document.file))
            if other is not fault:
                document.complain(("faults", str(i), "name"), f"{fault.name} is taken by {file}")
        self.problems += document.problems

    def _add_client(self, document: Document) -> None:
        client = read_client_probe(document)
        if client is not None:
            known = self.clients.setdefault(client.rule.id, client)
            if known is not client:
                document.complain(("id",), f"{client.rule.id} is taken by {known.file}")
        self.problems += document.problems
