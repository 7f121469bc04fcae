"""Options given as keywords, read as if they stood on the command line: by the same declarations,
over the environment and the settings file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from mockauth.errors import UsageError
from mockauth.settings import hint


@contextmanager
def parsed(
    command: click.Command, arguments: Sequence[str], keywords: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The values of all options of a command. Within the block its context is the current one.

    Raises:
        UsageError: there is no such option, or a value cannot be used.
    """
    words = [*spelled(command, keywords), "--", *arguments]
    try:
        context = command.make_context(command.name, words)
    except click.ClickException as wrong:
        raise UsageError(wrong.format_message()) from wrong
    with context:
        yield dict(context.params)


def spelled(command: click.Command, keywords: Mapping[str, Any]) -> list[str]:
    """The keywords as words of a command line. None and False say nothing.

    Raises:
        UsageError: the command has no option of that name.
    """
    known = {p.name: p for p in command.params if p.name and isinstance(p, click.Option)}
    words: list[str] = []
    for name, value in keywords.items():
        if name not in known:
            raise UsageError(f"there is no option {name!r}{hint(name, known)}")
        words += _spelled(known[name], value)
    return words


def _spelled(option: click.Option, value: Any) -> list[str]:
    flag = max(option.opts, key=len)
    if value is None or value is False:
        return []
    if option.is_flag:
        return [flag]
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return [f"{flag}={one}" for one in (value if is_list else (value,))]
