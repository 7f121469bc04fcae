"""Which bracket of a broken JSON text is the lost one, as far as its indentation tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CLOSING = {"{": "}", "[": "]"}
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[\[{]|[\]}]')


@dataclass
class Frame:
    """An object or list that is open: its bracket, the line of it (from 1), how far that line is
    indented, and how far its first member is; -1 where none begins a line."""

    sign: str
    line: int
    indent: int
    members: int = -1


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A bracket is missing before the character `at`: the one that closes `frame`."""

    at: int
    frame: Frame


def lost_bracket(text: str, end: int) -> Slip | None:
    """The first place before `end`, or at it, where the indentation goes back to that of an outer
    object although an inner one is still open. None in a text that is not indented, or fits."""
    frames: list[Frame] = []
    for at, sign, line, indent in _tokens(text):
        if at > end:
            return None
        if sign in CLOSING.values():
            if not frames:
                return None
            if CLOSING[frames[-1].sign] != sign or -1 < indent < frames[-1].indent:
                return Slip(at=at, frame=frames[-1])
            frames.pop()
            continue
        if frames and -1 < frames[-1].members > indent > -1 and indent <= frames[-1].indent:
            return Slip(at=at, frame=frames[-1])
        _member(frames, indent)
        if sign in CLOSING:
            frames.append(Frame(sign, line, _indent(text, at)))
    return Slip(at=len(text), frame=frames[-1]) if frames and end >= len(text) else None


def _member(frames: list[Frame], indent: int) -> None:
    if frames and frames[-1].members < 0:
        frames[-1].members = indent


def _tokens(text: str) -> Iterator[tuple[int, str, int, int]]:
    """Place, sign and line of each bracket and string, and its column where it begins a line; -1
    elsewhere."""
    line, seen = 1, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        start = text.rfind("\n", 0, seen) + 1
        begins = not text[start:seen].strip()
        yield seen, found.group(), line, seen - start if begins else -1


def _indent(text: str, at: int) -> int:
    start = text.rfind("\n", 0, at) + 1
    return len(text[start : at + 1]) - len(text[start : at + 1].lstrip())
