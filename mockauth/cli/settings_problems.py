"""What is wrong in a settings file, by line: each table is read as the command reads it that uses it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from mockauth.cli.main import commands
from mockauth.cli.settings import defaults_of, levels_of
from mockauth.errors import UsageError
from mockauth.settings import plugins_of, tables_of

if TYPE_CHECKING:
    from mockauth.scenario.strict import Problem

Complaint = tuple[str, str]
"""The word in the file that it is about, and the sentence."""


def settings_problems(path: Path, text: bytes) -> Iterator[Problem]:
    """The problems of a settings file that has this text."""
    # Reading scenarios brings YAML with it, which --help must not.
    from mockauth.scenario.strict import Problem

    lines = text.decode("utf-8", errors="replace").split("\n")
    for table, key, sentence in _complaints(text, path):
        line = _line_of(lines, table, key)
        shown = sentence.removeprefix(f"{path}: ")
        yield Problem(file=str(path), line=line, column=1, message=shown)


def _complaints(text: bytes, path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        tables = tables_of(text, path)
    except UsageError as wrong:
        yield from (("", "", line) for line in wrong.lines)
        return
    for name, table in tables.items():
        yield from ((name, key, sentence) for key, sentence in _of_table(name, table, path))


def _of_table(name: str, table: Any, path: Path) -> Iterator[Complaint]:
    source = str(path)
    if name in ("check", "lint") and isinstance(table, dict):
        for key, value in table.items():
            yield from _said(key, lambda one: _of_option(name, one, source), {key: value})
    elif name in ("check", "lint"):
        yield from _said("", lambda one: _of_option(name, one, source), table)
    else:
        yield from _said("", READERS[name], table, source)


def _said(key: str, read: Callable[..., object], *given: Any) -> Iterator[Complaint]:
    try:
        read(*given)
    except UsageError as wrong:
        yield from ((key, line) for line in wrong.lines)
    except click.ClickException as wrong:
        yield key, f"{key}: {wrong.message}"


def _of_option(name: str, table: Any, source: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None  # noqa: S101 - both are commands
    context = click.Context(command, info_name=name)
    values = defaults_of(command, table, source)
    for option in command.params:
        if option.name in values:
            option.type_cast_value(context, values[option.name])


def _levels(table: Any, source: str) -> None:
    # The rules and the scenarios take half a second to read.
    from mockauth.engine.catalogue import catalogue
    from mockauth.engine.result.profile_options import read_levels

    read_levels(levels_of(table, source), [entry.rule for entry in catalogue()])


def _waivers(table: Any, source: str) -> None:
    from mockauth.engine.catalogue import catalogue
    from mockauth.engine.result.exemptions import check_ids, policy_at
    from mockauth.engine.result.waiver import read_waivers

    policy = policy_at(0.0, read_waivers(table, source), None)
    check_ids(policy, {entry.rule.id for entry in catalogue()})


def _login(table: Any, source: str) -> None:
    from mockauth.browser.override import read_overrides

    # Which variables the environment of a run has is not known here.
    anything: Mapping[str, str] = _Everything(str)
    read_overrides(table, source, anything)


class _Everything(defaultdict[str, str]):
    """An environment that has every variable."""

    def __contains__(self, name: object) -> bool:
        return True


def _serve(table: Any, source: str) -> None:
    if not isinstance(table, dict):
        raise UsageError(f"{source}: serve must be a table; write [serve]")
    plugins_of(table, source, {})


READERS: Mapping[str, Callable[[Any, str], None]] = MappingProxyType(
    {"levels": _levels, "waiver": _waivers, "login": _login, "serve": _serve}
)


def _line_of(lines: list[str], table: str, key: str) -> int:
    """Where a key stands, else the head of its table, else the first line; lines count from 1."""
    if not table:
        return 1
    head = re.compile(rf"\s*\[\[?\s*(tool\s*\.\s*mockauth\s*\.\s*)?{re.escape(table)}\b")
    start = next((n for n, line in enumerate(lines) if head.match(line)), 0)
    entry = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    found = (n for n, line in enumerate(lines[start:], start) if key and entry.match(line))
    return next(found, start) + 1
