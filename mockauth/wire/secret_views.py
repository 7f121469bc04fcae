"""The same text read in every encoding that a secret may travel in.

A text is decoded rather than each secret encoded: that finds any mixture (`%73\\u0065c&#114;et`),
fragments, and any number of secrets at the cost of one reading.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.entities import html5

DEEPEST_ENCODING = 3
"""How often escapes are taken off: JSON in a URL in JSON."""
ESCAPE = re.compile(
    rb"%([0-9A-Fa-f]{2})"
    rb"|\\u([0-9A-Fa-f]{4})"
    rb"|\\x([0-9A-Fa-f]{2})"
    rb"|\\([\"\\/'])"
    rb"|&#([0-9]{1,7});?"
    rb"|&#[xX]([0-9A-Fa-f]{1,6});?"
    rb"|&([A-Za-z][A-Za-z0-9]{1,30});"
)
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
TO_STANDARD = bytes.maketrans(b"-_", b"+/")
HEX = re.compile(rb"[0-9A-Fa-f]{12,}")

Place = Callable[[int, int], tuple[int, int]]


@dataclass(frozen=True)
class View:
    """Bytes to search, and where a part of them stands in the text. `coded`: they were base64 or
    hexadecimal, so that most of them are noise and fewer of them are enough to tell a secret."""

    data: bytes
    place: Place
    coded: bool = False


def plain(text: str) -> bytes:
    """`text` as it is compared: UTF-8, a blank like the + that stands for it in a form, and any
    letter case, because a secret in capitals is as good as the secret."""
    return folded(text.encode("utf-8", "replace"))


def views(text: str) -> Iterator[View]:
    """Every reading of `text`, its own first."""
    raw = text.encode("utf-8", "replace")
    place: Place = (lambda a, b: (a, b)) if text.isascii() else _by_characters(raw)
    yield View(raw, place)
    yield from _as_bytes(text)
    yield from _decoded(raw, place)
    inner, before = raw, raw
    for _ in range(DEEPEST_ENCODING):
        inner, place = _unescaped(before, place)
        if inner == before:
            return
        yield View(inner, place)
        before = inner
    yield from _decoded(before, place)


def _as_bytes(text: str) -> Iterator[View]:
    """A header's text, whose characters are the bytes that were sent, as the UTF-8 they may be."""
    if not text.isascii():
        with suppress(UnicodeError):
            sent = text.encode("latin-1")
            sent.decode("utf-8")
            yield View(sent, lambda a, b: (a, b))


def folded(data: bytes) -> bytes:
    """Bytes as they are compared; the same number of them."""
    if not data.isascii():
        with suppress(UnicodeDecodeError):
            lower = data.decode().lower().encode()
            data = lower if len(lower) == len(data) else data
    return data.lower().replace(b" ", b"+")


def _by_characters(raw: bytes) -> Place:
    def characters(offset: int) -> int:
        return len(raw[:offset].decode("utf-8", "ignore"))

    return lambda a, b: (characters(a), characters(b))


def _unescaped(data: bytes, place: Place) -> tuple[bytes, Place]:
    """`data` with one layer of escapes taken off."""
    parts: list[bytes] = []
    ours, theirs = [0], [0]
    length = end = 0
    for found in ESCAPE.finditer(data):
        char = _character(found)
        if char is None:
            continue
        before = data[end : found.start()]
        parts += (before, char)
        # A character of the escape stands for all of it: the next place is behind both.
        ours += (length + len(before), length + len(before) + len(char))
        theirs += (found.start(), found.end())
        length, end = ours[-1], found.end()
    if not parts:
        return data, place
    parts.append(data[end:])

    def start(offset: int) -> int:
        n = bisect_right(ours, offset) - 1
        # Entries at even places begin plain text, those at odd ones an escape.
        return theirs[n] if n % 2 else theirs[n] + offset - ours[n]

    def stop(offset: int) -> int:
        n = bisect_right(ours, offset - 1) - 1
        return theirs[n + 1] if n % 2 else theirs[n] + offset - ours[n]

    return b"".join(parts), lambda a, b: place(start(a), stop(b))


def _character(found: re.Match[bytes]) -> bytes | None:
    """The character of an escape in UTF-8; None when it is none."""
    percent, four, two, literal, decimal, hexadecimal, name = found.groups()
    if percent or two:
        return bytes.fromhex((percent or two).decode())
    if literal:
        return bytes(literal)
    if name:
        text = html5.get(name.decode() + ";")
        return text.encode() if text else None
    number = int(decimal) if decimal else int(four or hexadecimal, 16)
    return chr(number).encode("utf-8", "replace") if number < 0x110000 else None


def _decoded(data: bytes, place: Place) -> Iterator[View]:
    """What was base64 or hexadecimal, wherever it starts and however it falls into groups."""
    runs = [(found.start(), found[0].translate(TO_STANDARD)) for found in BASE64.finditer(data)]
    for shift in range(4 if runs else 0):
        yield _joined(runs, shift, binascii.a2b_base64, 4, place)
    runs = [(found.start(), found[0]) for found in HEX.finditer(data)]
    for shift in range(2 if runs else 0):
        yield _joined(runs, shift, binascii.unhexlify, 2, place)


def _joined(
    runs: list[tuple[int, bytes]],
    shift: int,
    decode: Callable[[bytes], bytes],
    group: int,
    place: Place,
) -> View:
    """Every run decoded from its character `shift` on, as one view: one reading for all of them."""
    parts, ours, theirs = [], [], []
    length = 0
    for offset, run in runs:
        part = run[shift:]
        part = decode(part + b"A" * (-len(part) % group))
        ours.append(length)
        theirs.append((offset + shift, offset + len(run)))
        parts.append(part)
        length += len(part) + 1
    bits = 6 if group == 4 else 4

    def where(a: int, b: int) -> tuple[int, int]:
        n = bisect_right(ours, a) - 1
        start, end = theirs[n]
        first, last = (a - ours[n]) * 8 // bits, -(-(b - ours[n]) * 8 // bits)
        return place(start + first, min(start + last, end))

    return View(b"\0".join(parts), where, True)
