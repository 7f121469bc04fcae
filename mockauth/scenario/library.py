"""The library of scenario files: the built-in folder, and the user's own.

A built-in file is read when somebody asks for what it holds, because reading all of them takes
longer than a run with one check. The user's files are read at once, so that no run starts with a
file that cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mockauth.errors import UsageError
from mockauth.scenario.kinds import Kind, read_client_probe, read_faults, read_probe
from mockauth.scenario.own_files import OwnFiles, Place, read_own_files
from mockauth.scenario.strict import Document, read_strict

if TYPE_CHECKING:
    from mockauth.plugin.faults.fault import Fault
    from mockauth.scenario.client_model import ClientProbe
    from mockauth.scenario.model import Probe

Read = TypeVar("Read")


@dataclass(frozen=True)
class Library:
    """Every probe and fault there is: the files below `builtin`, and the user's own.

    Reading raises `UsageError` for a built-in file with a problem; tests keep that from happening.
    """

    builtin: Path
    own: OwnFiles = field(default_factory=OwnFiles)

    @cached_property
    def probe_files(self) -> Mapping[str, Path]:
        """The built-in probe files by id: `token.code-single-use` lies in
        `probes/token/code-single-use.yaml`."""
        files = sorted((self.builtin / "probes").glob("*/*.yaml"))
        return {f"{path.parent.name}.{path.stem}": path for path in files}

    @cached_property
    def client_files(self) -> Mapping[str, Path]:
        """The same for the probes of a client under test, in `clients/`."""
        files = sorted((self.builtin / "clients").glob("*.yaml"))
        return {f"client.{path.stem}": path for path in files}

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """The probes of a service."""
        return self._probes(self.probe_files)

    def probes_named(self, names: Collection[str]) -> tuple[Probe, ...]:
        """The probes with these ids and of these areas, and those whose answers they judge. All of
        the user's own are among them."""
        wanted = {name for name in self.probe_files if {name, area_of(name)} & set(names)}
        read = self._probes(wanted)
        judged = {name for probe in read for name, _ in probe.answers_of}
        return read if judged <= wanted else self._probes(wanted | judged)

    @cached_property
    def clients(self) -> tuple[ClientProbe, ...]:
        """The probes of a client under test."""
        read = [self._read(path, read_client_probe)[1] for path in self.client_files.values()]
        return (*read, *self.own.clients)

    @cached_property
    def every_fault(self) -> tuple[Fault, ...]:
        """The faults of the built-in plugin, and the user's."""
        read = [fault for _, faults in self._fault_files for fault in faults]
        return (*read, *self.own.faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that a check must catch."""
        return tuple(fault for fault in self.every_fault if not fault.unchecked)

    @property
    def unchecked_faults(self) -> tuple[Fault, ...]:
        """The faults that no check can catch in process; they are for testing clients."""
        return tuple(fault for fault in self.every_fault if fault.unchecked)

    def names(self, kind: Kind) -> Mapping[str, Place]:
        """The ids of the probes, or the names of the faults, with their places."""
        if kind == "faults":
            builtin = {
                fault.name: Place(file=document.file, line=document.places["faults", str(i)][0])
                for document, faults in self._fault_files
                for i, fault in enumerate(faults)
            }
        else:
            files = self.client_files if kind == "client" else self.probe_files
            builtin = {name: Place(file=self._shown(path)) for name, path in files.items()}
        return {**builtin, **self.own.names.get(kind, {})}

    @cached_property
    def _fault_files(self) -> list[tuple[Document, list[Fault]]]:
        files = sorted((self.builtin / "faults").glob("*.yaml"))
        return [self._read(path, read_faults) for path in files]

    def _probes(self, wanted: Collection[str]) -> tuple[Probe, ...]:
        files = [path for name, path in self.probe_files.items() if name in wanted]
        return (*(self._read(path, read_probe)[1] for path in files), *self.own.probes)

    def _read(self, path: Path, read: Callable[[Document], Read | None]) -> tuple[Document, Read]:
        return read_builtin(path, self._shown(path), read, path.stat().st_mtime_ns)

    def _shown(self, path: Path) -> str:
        """A file by its place in the repository, whatever the folder is called in a wheel."""
        return f"scenarios/{path.relative_to(self.builtin).as_posix()}"


@cache
def read_builtin(
    path: Path, shown: str, read: Callable[[Document], Read | None], _written: int
) -> tuple[Document, Read]:
    """A built-in file, read once in a process until it is written again: a test session and the
    pages make many runs.

    Raises:
        UsageError: naming every problem of the file.
    """
    document = read_strict(path, shown)
    found = read(document)
    if found is None or document.problems:
        raise UsageError(*map(str, sorted(document.problems)))
    return document, found


def builtin_folder() -> Path:
    """`scenarios/` of a checkout, or the copy that the wheel carries."""
    package = Path(__file__).resolve().parent.parent
    carried = package / "_scenarios"
    return carried if carried.is_dir() else package.parent / "scenarios"


def load_library(folders: Sequence[Path] = ()) -> Library:
    """The built-in files, which are read on demand, and those of `folders`, which are read now.

    Raises:
        UsageError: naming every problem of every file of `folders` at once.
    """
    library = Library(builtin_folder())
    return replace(library, own=read_own_files(folders, library.names)) if folders else library


def area_of(name: str) -> str:
    """The area of a check: `token` of `token.code-single-use`."""
    return name.partition(".")[0]
