"""A digest of all that decides how a target is judged, so that a report tells whether it still is of
these settings. No value of a secret is part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from mockauth import __version__
from mockauth.cli.targets import OF_ONE, OF_THE_LIST, ListedTarget, Variable
from mockauth.errors import UsageError
from mockauth.settings import read_settings


def settings_digest(
    entry: ListedTarget,
    given: Mapping[str, Any],
    environment: Mapping[str, str],
    files: Iterable[str],
) -> str:
    """The digest for a target: its entry, the options that the command line gives for all and that
    `environment` does, the files that any of them names, and `files`."""
    options = {name: _plain(value) for name, value in {**entry.options, **given}.items()}
    told = {
        "version": __version__,
        "target": entry.target,
        "options": options,
        "environment": dict(environment),
        "files": dict(_contents([*files, entry.target, *texts(options.values())])),
    }
    text = json.dumps(told, sort_keys=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    return {"env": value.name} if isinstance(value, Variable) else value


def of_all(command: click.Command, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of options that hold for every target. What else begins with MOCKAUTH_ may be
    a secret that an entry names."""
    never = (*OF_ONE, *OF_THE_LIST)
    names = {str(one.envvar) for one in command.params if one.name not in never and one.envvar}
    return {name: value for name, value in environment.items() if name in names}


def texts(values: Iterable[Any]) -> Iterator[str]:
    """What may be names of files among the values of options."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from map(str, value)
        elif isinstance(value, str | Path):
            yield str(value)


def named_in(config: str) -> Iterator[str]:
    """What may be files among the options of a settings file; nothing where it cannot be read, which
    the run says."""
    with suppress(UsageError):
        table = read_settings(config)[0].get("check", {}) if config else {}
        yield from texts(table.values() if isinstance(table, dict) else ())


def _contents(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What stands in the files, and in the files of the folders, that have one of these names."""
    for path in map(Path, filter(None, names)):
        try:
            files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
            for file in files:
                if file.is_file():
                    yield str(file), hashlib.sha256(file.read_bytes()).hexdigest()
        except (OSError, ValueError):  # an address or a word, and no path
            continue
