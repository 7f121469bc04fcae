"""The built-in plugin with faults that are chosen by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import Fault
from mockauth.plugin.faults.parse import fault_named


class KnownFaults(Mapping[str, Fault]):
    """Every fault by its name: the built-in ones and those of `folders`. The files are read when
    somebody looks."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = folders

    @cached_property
    def _faults(self) -> dict[str, Fault]:
        # YAML comes with the files, and most servers have no fault.
        from mockauth.scenario.library import load_library

        return {fault.name: fault for fault in load_library(self._folders).every_fault}

    def __getitem__(self, name: str) -> Fault:
        """The fault of that name."""
        return self._faults[name]

    def __iter__(self) -> Iterator[str]:
        """Their names, in the order of the files."""
        return iter(self._faults)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._faults)


def with_faults(
    config: PluginConfig, names: Sequence[str], folders: Sequence[Path] = ()
) -> PluginConfig:
    """`config` with these faults; a name may say when, as `token.slow:once` does.

    Raises:
        UsageError: for a fault that does not exist, or that cannot show as asked.
    """
    known = KnownFaults(folders)
    return config.with_faults(*(fault_named(name, known) for name in names))
