"""Where the members of a JSON or YAML text stand: line, column, and those that stand twice.

One pass over the text, which `read_openapi` or `read_json` has bounded before.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MERGE = "<<"
LONGEST_POINTER = 20_000
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


@dataclass(frozen=True, kw_only=True)
class Doubled:
    """A member that stands a second time at the same place. Line and column count from 1."""

    pointer: str
    line: int
    column: int


@dataclass
class _Frame:
    """A mapping or list that is being read."""

    is_list: bool
    count: int = 0
    name: str = ""
    is_value: bool = False
    """The next event belongs to the member `name`."""
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class _Sign:
    """An event of the text: what opens, closes, or stands there."""

    kind: str
    line: int
    column: int
    text: str = ""


def doubled(text: bytes) -> Iterator[Doubled]:
    """The members that stand twice. Ends early in a text that cannot be read."""
    for path, sign, again in _members(text):
        if again:
            yield Doubled(pointer=_pointer(path), line=sign.line, column=sign.column)


def positions(text: bytes, pointers: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Line and column of each of these JSON Pointers; where the text does not have all of one, of
    the member that the rest of it is missing in."""
    paths = {p: _names(p) for p in pointers if p[:1] == "/"}
    wanted = {names[:depth] for names in paths.values() for depth in range(1, len(names) + 1)}
    depths = {len(names) for names in wanted}
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for path, sign, _ in _members(text):
        if len(path) in depths and (names := tuple(path)) in wanted:
            found.setdefault(names, (sign.line, sign.column))
    nearest = {p: _nearest(names, found) for p, names in paths.items()}
    return {pointer: names for pointer, names in nearest.items() if names is not None}


def _nearest(
    names: tuple[str, ...], found: Mapping[tuple[str, ...], tuple[int, int]]
) -> tuple[int, int] | None:
    ends = range(len(names), 0, -1)
    return next((found[names[:end]] for end in ends if names[:end] in found), None)


def _names(pointer: str) -> tuple[str, ...]:
    parts = pointer[:LONGEST_POINTER].split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _pointer(path: list[str]) -> str:
    return "".join("/" + name[:4000].replace("~", "~0").replace("/", "~1") for name in path)


def _members(text: bytes) -> Iterator[tuple[list[str], _Sign, bool]]:
    """Each member and item with its path, which is only good until the next one, where it stands,
    and whether its name stood before."""
    try:
        plain = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    frames: list[_Frame] = []
    path: list[str] = []
    for sign in _json_signs(plain) if _is_json(plain) else _yaml_signs(plain):
        if sign.kind == "close":
            if not frames:
                return
            frames.pop()
            continue
        frame = frames[-1] if frames else None
        if frame is not None:
            yield from _entered(frame, path, len(frames), sign)
        if sign.kind in ("map", "list"):
            if frame is not None and frame.is_value:
                return  # a name that is no text
            frames.append(_Frame(is_list=sign.kind == "list"))


def _entered(
    frame: _Frame, path: list[str], depth: int, sign: _Sign
) -> Iterator[tuple[list[str], _Sign, bool]]:
    """Take one event in: an item, a name, or the value of a name."""
    if frame.is_list:
        path[depth - 1 :] = [str(frame.count)]
        frame.count += 1
        yield path, sign, False
    elif frame.is_value:
        frame.is_value = False
    else:
        frame.name, frame.is_value = sign.text, True
        path[depth - 1 :] = [sign.text]
        again = sign.text in frame.names and sign.text != MERGE
        frame.names.add(sign.text)
        yield path, sign, again


def _is_json(plain: str) -> bool:
    if plain.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(plain)
    except (ValueError, RecursionError):
        return False
    return True


def _json_signs(plain: str) -> Iterator[_Sign]:
    starts = [0, *(found.end() for found in re.finditer("\n", plain))]
    for found in TOKEN.finditer(plain):
        token = found.group()
        if token in ",:":
            continue
        line = bisect_right(starts, found.start())
        column = found.start() - starts[line - 1] + 1
        kind = {"{": "map", "[": "list", "}": "close", "]": "close"}.get(token, "scalar")
        name = json.loads(token, strict=False) if token[0] == '"' else token
        yield _Sign(kind=kind, line=line, column=column, text=name)


def _yaml_signs(plain: str) -> Iterator[_Sign]:
    import yaml

    kinds: dict[Any, str] = {
        yaml.MappingStartEvent: "map", yaml.SequenceStartEvent: "list",
        yaml.MappingEndEvent: "close", yaml.SequenceEndEvent: "close",
        yaml.ScalarEvent: "scalar", yaml.AliasEvent: "scalar",
    }  # fmt: skip
    try:
        for event in yaml.parse(plain, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            kind = kinds.get(type(event))
            mark = event.start_mark
            if kind and mark is not None:
                text = str(getattr(event, "value", "") or "")
                yield _Sign(kind=kind, line=mark.line + 1, column=mark.column + 1, text=text)
    except (yaml.YAMLError, ValueError):
        return
