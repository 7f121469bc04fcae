"""A saved run of the command line: the file that `--report json=…` wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.errors import UsageError
from mockauth.report.formats.document import read_document

if TYPE_CHECKING:
    from mockauth.report.formats.document import Document

STDIN = Path("-")


def saved_run(path: Path) -> Document:
    """The run in a file, or in standard input (-).

    Raises:
        UsageError: it cannot be read, or is no whole run of this release's schema.
    """
    name = "standard input" if path == STDIN else str(path)
    try:
        data = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
        # Editors and shells of Windows put a mark before it.
        text = data.decode("utf-8-sig")
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        raise UsageError(f"{name} cannot be read: {why}") from wrong
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{name} is no report of mockauth: not UTF-8") from wrong
    return read_document(text, name)
