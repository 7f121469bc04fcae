"""Where a client keeps its secrets: searched for what it was given, in clear."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from mockauth.checks.client.visit import Store

LARGEST = 64 * 1024 * 1024
MOST_FILES = 10_000
SHORTEST = 8


def search(path: Path, secrets: Mapping[str, str], since: float) -> Store:
    """Search a file, or every file of a folder, for `secrets`, each with its kind in words.

    `since` is a moment in seconds since the epoch: a file written after it belongs to the run.
    """
    spellings = {
        spelling: kind
        for value, kind in secrets.items()
        if len(value) >= SHORTEST
        for spelling in _spellings(value)
    }
    hits, unread, changed, count = [], [], False, 0
    for file in _files(path):
        try:
            known = file.stat()
            changed = changed or known.st_mtime >= since
            if known.st_size > LARGEST or count >= MOST_FILES:
                unread.append(str(file))
                continue
            content = file.read_bytes()
        except OSError:
            unread.append(str(file))
            continue
        count += 1
        found = {kind for spelling, kind in spellings.items() if spelling in content}
        hits += [(str(file), kind) for kind in sorted(found)]
    return Store(
        path=str(path), files=count, changed=changed, hits=tuple(hits), unread=tuple(unread)
    )


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return sorted(found for found in path.rglob("*") if found.is_file())


def _spellings(value: str) -> set[bytes]:
    """A secret in clear, and as good as in clear."""
    texts = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
    found = {text.encode() for text in texts}
    found |= {text.encode("utf-16-le") for text in texts}
    return found | {base64.b64encode(value.encode()).rstrip(b"="), value.encode().hex().encode()}
