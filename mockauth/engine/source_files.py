"""The files of a folder that are its own: without what `.gitignore` leaves out, and without what
tools have put there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from mockauth.errors import UsageError

OF_TOOLS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})
"""Folders that nobody writes in. Others that are hidden (`.well-known`, `.github`) are looked into."""
Ignores = tuple[tuple[Path, GitIgnoreSpec], ...]
"""What the `.gitignore` of each folder says, from the top of the repository down."""


def source_files(folder: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """The files below `folder` whose name is wanted, in the order of their paths.

    Raises:
        UsageError: for a folder that cannot be read.
    """
    whole = folder.resolve()
    above = _above(whole)
    # Who names an ignored folder wants to know what is in it.
    named = _is_ignored(whole.parent, f"{whole.name}/", above)
    yield from _below(folder, () if named else above, wanted)


def _below(folder: Path, above: Ignores, wanted: Callable[[str], bool]) -> Iterator[Path]:
    ignores = above + _said_in(folder.resolve())
    for entry in _entries(folder):
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if not _of_a_tool(path) and not _is_ignored(folder, f"{entry.name}/", ignores):
                yield from _below(path, ignores, wanted)
        elif (
            wanted(entry.name) and entry.is_file() and not _is_ignored(folder, entry.name, ignores)
        ):
            yield path


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as wrong:
        raise UsageError(f"{folder}: cannot be read: {wrong.strerror}") from wrong


def _of_a_tool(folder: Path) -> bool:
    """Whether it belongs to a tool; a virtual environment may have any name."""
    return folder.name in OF_TOOLS or (folder / "pyvenv.cfg").is_file()


def _is_ignored(folder: Path, name: str, ignores: Ignores) -> bool:
    """Whether git would leave it out: the nearest `.gitignore` that names it decides."""
    path = f"{folder.resolve().as_posix()}/{name}"
    for root, spec in reversed(ignores):
        said = spec.check_file(path.removeprefix(f"{root.as_posix().rstrip('/')}/")).include
        if said is not None:
            return said
    return False


def _above(folder: Path) -> Ignores:
    """What the folders above say, up to the top of the repository; nothing outside of one."""
    parents = list(folder.parents)
    top = next((n for n, one in enumerate(parents) if (one / ".git").exists()), -1)
    if (folder / ".git").exists():
        return ()
    return tuple(said for one in reversed(parents[: top + 1]) for said in _said_in(one))


def _said_in(folder: Path) -> Ignores:
    try:
        text = (folder / ".gitignore").read_text("utf-8", errors="surrogateescape")
    except OSError:
        return ()
    return ((folder, GitIgnoreSpec.from_lines(filter(_says_something, text.splitlines()))),)


def _says_something(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False  # git reads on after a lone "!" and the like
    return True
