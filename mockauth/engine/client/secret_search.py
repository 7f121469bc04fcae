"""Where a client keeps its secrets: searched for what it was given, in clear or as good as that."""

from __future__ import annotations

import base64
import bz2
import io
import json
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote_to_bytes

from mockauth.checks.client.visit import Store

LARGEST_FILE = 16 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of one file's content that are made of it and searched."""
MOST_FILES = 10_000
SHORTEST = 8
WHITE = bytes(range(33))
"""What may stand between the lines of base64."""


def search(path: Path, secrets: Mapping[str, str], since: float) -> Store:
    """Search a file, or every file of a folder, for `secrets`, each with its kind in words.

    `since` is a moment in seconds since the epoch: a file written after it belongs to the run.
    """
    spellings = _spelled(secrets)
    hits, unread, changed, count = [], [], False, 0
    for file in _files(path):
        try:
            known = file.stat()
            changed = changed or known.st_mtime >= since
            if known.st_size > LARGEST_FILE or count >= MOST_FILES:
                unread.append(str(file))
                continue
            content = file.read_bytes()
        except OSError:
            unread.append(str(file))
            continue
        count += 1
        found: set[str] = set()
        left = MOST_UNPACKED
        for text in chain((os.fsencode(file.name),), _readings(content)):
            found |= {kind for spelling, kind in spellings.items() if spelling in text}
            left -= len(text)
            if left < 0:
                unread.append(str(file))
                break
        hits += [(str(file), kind) for kind in sorted(found)]
    return Store(
        path=str(path), files=count, changed=changed, hits=tuple(hits), unread=tuple(unread)
    )


def kinds_in(text: str, secrets: Mapping[str, str]) -> frozenset[str]:
    """The kinds of those of `secrets` that stand in a text, in clear or as good as that."""
    content = text.encode("utf-8", "surrogateescape")
    return frozenset(kind for spelling, kind in _spelled(secrets).items() if spelling in content)


def _spelled(secrets: Mapping[str, str]) -> dict[bytes, str]:
    return {
        spelling: kind
        for value, kind in secrets.items()
        if len(value) >= SHORTEST
        for spelling in _spellings(value)
    }


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    # A link to a folder leads to what the client keeps, too; one to itself ends with MOST_FILES.
    walked = os.walk(path, followlinks=True)
    found: list[Path] = []
    for folder, _, names in walked:
        found += [Path(folder, name) for name in names if Path(folder, name).is_file()]
        if len(found) > MOST_FILES:
            break
    return sorted(found)


def _readings(content: bytes) -> Iterator[bytes]:
    """What anybody can make of a file: as it is, unpacked, without line breaks, decoded."""
    with suppress(ValueError):
        content = base64.b64decode(content.translate(None, WHITE), validate=True) + b"\n" + content
    for plain in (content, *_unpacked(content)):
        yield plain
        yield plain.lower()  # hexadecimal digits may be of either case
        yield plain.translate(None, WHITE)
        if b"%" in plain:
            yield unquote_to_bytes(plain)


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What was compressed, which hides nothing; no more of it than of a file."""
    for unpack in (_gzip, _zlib, _bz2, _xz):
        try:
            yield unpack(content)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            continue
    yield from _archived(content)


def _archived(content: bytes) -> Iterator[bytes]:
    file = io.BytesIO(content)
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    with archive.open(name) as entry:
                        yield entry.read(LARGEST_FILE)
        elif tarfile.is_tarfile(file):
            file.seek(0)
            with tarfile.open(fileobj=file) as archive:
                for member in archive:
                    inner = archive.extractfile(member)
                    if inner is not None:
                        yield inner.read(LARGEST_FILE)
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        zlib.error,
        tarfile.TarError,
        zipfile.BadZipFile,
    ):
        return


def _gzip(content: bytes) -> bytes:
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, LARGEST_FILE)


def _zlib(content: bytes) -> bytes:
    return zlib.decompressobj().decompress(content, LARGEST_FILE)


def _bz2(content: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(content, LARGEST_FILE)


def _xz(content: bytes) -> bytes:
    return lzma.LZMADecompressor().decompress(content, LARGEST_FILE)


def _spellings(value: str) -> set[bytes]:
    """A secret in clear, and as good as in clear."""
    texts = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
    found = {text.encode() for text in texts}
    found |= {text.encode("utf-16-le") for text in texts}
    found.add(value.encode().hex().encode())
    for coded in (base64.b64encode, base64.urlsafe_b64encode):
        found |= set(_inside(value.encode(), coded))
    return found


def _inside(value: bytes, coded: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """A secret in base64, wherever it stands in what was encoded: behind an id and a colon, say.
    Three ways of falling into groups of three bytes; what the neighbours change is cut off."""
    for before in range(3):
        text = coded(b"\0" * before + value).rstrip(b"=")
        start = (before * 8 + 5) // 6
        end = (before + len(value)) * 8 // 6
        yield text[start:end]
