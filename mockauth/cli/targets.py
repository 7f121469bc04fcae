"""The list of `--targets`: many services, each with options of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mockauth.cli.settings import SECRETS
from mockauth.engine.installation.address import target_of
from mockauth.errors import UsageError
from mockauth.settings import hint
from mockauth.wire.url import split

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What the report of a target may be called, in any file system."""
OF_ONE = (
    *SECRETS, "client_id", "username", "verification_token", "plugin_id", "other_client_id",
    "other_redirect_uri", "other_username", "resource_client_id",
)  # fmt: skip
"""Options that belong to one service: another one must never be sent them."""
OF_THE_LIST = (
    "targets", "jobs", "folder", "again", "reports", "write_baseline", "verbose", "quiet", "help",
)  # fmt: skip
"""Options of the command that are none of a target."""


@dataclass(frozen=True)
class Variable:
    """A value that a variable of the environment has."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ListedTarget:
    """One service of the list; `options` are named as in the settings file, a value may be a
    `Variable`. It can be pickled: whoever checks it has the environment."""

    name: str
    target: str
    options: Mapping[str, Any]

    @property
    def place(self) -> str:
        """The server that is asked: two runs against it at once would disturb each other."""
        parts = split(target_of(self.target))
        return (parts.netloc if parts else "") or self.target

    def keywords(self, environment: Mapping[str, str]) -> dict[str, Any]:
        """The options with their values. Those of `OF_ONE` are always among them, so that none is
        taken from somewhere else.

        Raises:
            UsageError: the environment lacks a variable.
        """
        told = {name: one.name for name, one in self.options.items() if isinstance(one, Variable)}
        for name, variable in told.items():
            if not environment.get(variable):
                raise UsageError(f"{name}: {variable} is not set in the environment")
        known = {name: environment[variable] for name, variable in told.items()}
        return {**dict.fromkeys(OF_ONE, ""), **self.options, **known}


def read_targets(path: Path, command: click.Command) -> tuple[ListedTarget, ...]:
    """The targets of a file; `command` says which options there are.

    Raises:
        UsageError: it cannot be read, or an entry is not complete; each problem in a line.
    """
    entries = _entries(path)
    options = {str(one.name) for one in command.params if isinstance(one, click.Option)}
    known = options - {*OF_THE_LIST}
    problems = [f"{path}: {one}" for one in _problems(entries, known)]
    if problems:
        raise UsageError(*problems)
    return tuple(_entry(entry) for entry in entries)


def _entries(path: Path) -> list[Any]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as wrong:
        raise UsageError(f"{path}: {wrong.strerror or type(wrong).__name__} (--targets)") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise UsageError(f"{path}: not TOML: {wrong}") from wrong
    entries = data.get("target")
    if not entries or not isinstance(entries, list) or data.keys() != {"target"}:
        raise UsageError(f"{path}: the list has one [[target]] for each service, and nothing else")
    return entries


def _problems(entries: list[Any], known: set[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        place = f"target {number}"
        if not isinstance(entry, dict):
            yield f"{place} must be a table; write [[target]]"
            continue
        name = entry.get("name")
        if isinstance(name, str) and NAME.fullmatch(name):
            place += f" ({name})"
            # Some file systems do not tell capitals from small letters.
            if name.lower() in seen:
                yield f"{place}: another one has this name, and their reports would be one file"
            seen.add(name.lower())
        else:
            yield (
                f"{place}: name must be letters, digits, '.', '_' or '-', a letter or digit first; its "
                "report is called so"
            )
        yield from (f"{place}: {problem}" for problem in _problems_of(entry, known))


def _problems_of(entry: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    target = entry.get("target")
    if not isinstance(target, str) or not target:
        yield "target must be the address of the service, or the path of its manifest"
    for key, value in entry.items():
        name = key.replace("-", "_")
        if key in ("name", "target"):
            continue
        if name not in known:
            yield f"there is no key {key!r}{hint(name, known)}"
        elif isinstance(value, dict) and _variable(value) is None:
            yield f'{key} must be a value, or the name of a variable: {{ env = "NAME" }}'
        elif name in SECRETS and not isinstance(value, dict):
            yield f'{key} is a secret; name a variable that holds it: {key} = {{ env = "NAME" }}'


def _variable(value: Mapping[str, Any]) -> Variable | None:
    named = value.get("env")
    return Variable(named) if value.keys() == {"env"} and isinstance(named, str) else None


def _entry(entry: Mapping[str, Any]) -> ListedTarget:
    options = {
        key.replace("-", "_"): _variable(value) if isinstance(value, dict) else value
        for key, value in entry.items()
        if key not in ("name", "target")
    }
    return ListedTarget(name=entry["name"], target=entry["target"], options=options)
