"""Writing: a file whole or not at all, a text as the terminal can show it."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

import click


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, so that no half of it ever stands there: beside it first,
    then in its place. A pipe or a device is written to as it is.

    Raises:
        OSError: it cannot be written; what stood there before still does.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_text(text, "utf-8")
        return
    beside = real.with_name(f".{secrets.token_hex(4)}.tmp")
    try:
        # "x" gives the rights that a new file has here; a temporary file would be ours alone.
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, real)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def take_away(path: Path) -> str:
    """Delete a file, if there is one; why it could not be deleted, "" where nothing is left there."""
    try:
        path.unlink(missing_ok=True)
    except OSError as wrong:
        return f"{path.name} cannot be replaced: {wrong.strerror or type(wrong).__name__}"
    return ""


def say_plainly(text: str) -> None:
    """Print `text` in what the terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding))
