"""The scenario files of the user, which stand beside the built-in ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.errors import UsageError
from mockauth.scenario.kinds import (
    Kind,
    kind_of_file,
    read_client_probe,
    read_faults,
    read_probe,
)
from mockauth.scenario.strict import Document, Problem, read_strict

if TYPE_CHECKING:
    from mockauth.plugin.faults.fault import Fault
    from mockauth.scenario.client_model import ClientProbe
    from mockauth.scenario.model import Probe

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is written. Lines count from 1; 0 is the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


BuiltIn = Callable[[Kind], Mapping[str, Place]]
"""The names that the built-in files of a kind have taken, with their places."""


@dataclass(frozen=True)
class OwnFiles:
    """What the files of the user hold."""

    probes: tuple[Probe, ...] = ()
    clients: tuple[ClientProbe, ...] = ()
    faults: tuple[Fault, ...] = ()
    names: Mapping[Kind, Mapping[str, Place]] = field(default_factory=dict)
    """Their ids and names, with their places; built-in ones may be among them."""


def read_own_files(folders: Sequence[Path], builtin: BuiltIn) -> OwnFiles:
    """Read every scenario file below `folders`; one of them may be a file itself.

    Raises:
        UsageError: naming every problem of every file at once.
    """
    shelf = _Shelf(builtin)
    for folder in folders:
        if not folder.exists():
            raise UsageError(f"{folder}: no such folder (--scenarios needs a folder of YAML files)")
        for document in _documents(folder):
            shelf.add(document)
    if shelf.problems:
        raise UsageError(*map(str, sorted(shelf.problems)))
    return OwnFiles(tuple(shelf.probes), tuple(shelf.clients), tuple(shelf.faults), shelf.taken)


def _documents(folder: Path) -> Iterator[Document]:
    if folder.is_file():
        yield read_strict(folder, folder.name)
    for path in sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file()):
        yield read_strict(path, str(path.relative_to(folder.parent)))


@dataclass
class _Shelf:
    """What has been read so far. No name appears twice, so that no file of the user silently
    replaces a built-in one."""

    builtin: BuiltIn
    probes: list[Probe] = field(default_factory=list)
    clients: list[ClientProbe] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: dict[Kind, dict[str, Place]] = field(default_factory=dict)
    """The place of each name, for the kinds that the user has files of."""

    def add(self, document: Document) -> None:
        kind = kind_of_file(document)
        if kind == "client":
            self._add_client(document)
        elif kind == "faults":
            self._add_faults(document)
        else:
            self._add_probe(document)
        self.problems += document.problems

    def _add_probe(self, document: Document) -> None:
        probe = read_probe(document)
        if probe is not None:
            self._claim("probe", probe.rule.id, document, ("id",))
            self.probes.append(probe)

    def _add_client(self, document: Document) -> None:
        client = read_client_probe(document)
        if client is not None:
            self._claim("client", client.rule.id, document, ("id",))
            self.clients.append(client)

    def _add_faults(self, document: Document) -> None:
        for i, fault in enumerate(read_faults(document)):
            self._claim("faults", fault.name, document, ("faults", str(i), "name"))
            self.faults.append(fault)

    def _claim(self, kind: Kind, name: str, document: Document, path: tuple[str, ...]) -> None:
        """Take a name, or note that it is taken."""
        if kind not in self.taken:
            self.taken[kind] = dict(self.builtin(kind))
        here = Place(file=document.file, line=document.places[path][0])
        known = self.taken[kind].setdefault(name, here)
        if known != here:
            document.complain(path, f"{name} is taken by {known.file}")
