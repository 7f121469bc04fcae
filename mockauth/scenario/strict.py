"""YAML read strictly: no guessed types, no duplicate keys, no tags or aliases, and every problem
with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any

import yaml

LARGEST_FILE = 256 * 1024
"""Bytes of a file."""
DEEPEST_NESTING = 20
"""Levels of nesting."""
MOST_PROBLEMS = 50
"""Problems that are named in one file; a file with more is not a scenario file at all."""
LONGEST_SHOWN = 60
"""Characters of a wrong value that are shown."""

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The C parser is several times faster and gives the same marks; not every platform has it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str, ...]
Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong in a file. Line and column count from 1."""

    file: str
    line: int
    column: int
    path: str = ""
    message: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {where}{self.message}"


@dataclass
class Document:
    """A parsed file: its value, the place of each path in it, and what is wrong so far."""

    file: str
    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    """Where the value of a path begins."""
    keys: dict[Path, Place] = field(default_factory=dict)
    """Where the key of a path begins."""
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: Path, message: str, *, at: Place | None = None) -> None:
        """Note a problem at `path`, or at its nearest parent that has a place."""
        if len(self.problems) >= MOST_PROBLEMS:
            return
        known = path
        while known and known not in self.places:
            known = known[:-1]
        line, column = at or self.places.get(known, (1, 1))
        problem = Problem(
            file=self.file,
            line=line,
            column=column,
            path=".".join(map(shown, path)),
            message=message,
        )
        if problem not in self.problems:
            self.problems.append(problem)

    def unknown_key(self, path: Path, names: Iterable[str]) -> None:
        """Note that the last part of `path` is not one of `names`."""
        self.complain(path, f"unknown key{self._hint(path[-1], names)}", at=self.keys.get(path))

    def unknown(self, path: Path, given: Any, names: Iterable[str]) -> None:
        """Note that the value at `path` is not one of `names`."""
        word = str(given) if type(given) in (str, int, float) else kind_of(given)
        quoted = repr(shown(word)) if isinstance(given, str) else word
        self.complain(path, f"{quoted} is unknown here{self._hint(word, names)}")

    def _hint(self, given: str, names: Iterable[str]) -> str:
        if len(self.problems) >= MOST_PROBLEMS:
            return ""
        known = sorted(names)
        near = get_close_matches(given[:LONGEST_SHOWN], known, n=1)
        return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


def shown(text: str) -> str:
    """`text` cut to what fits in a message."""
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def kind_of(value: Any) -> str:
    """What a value is, in the words of a scenario file's author."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string"}
    names |= {list: "a list", dict: "a mapping", type(None): "nothing"}
    return names[type(value)]


def read_strict(path: FilePath, file: str = "") -> Document:
    """Read one YAML file. Problems are collected in the document, never raised.

    Args:
        path: where it is read from.
        file: what the problems call it; `path` when left out.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as wrong:
        document = Document(file or str(path))
        document.complain((), f"cannot be read: {wrong.strerror}")
        return document
    return parse_strict(data, file or str(path))


def parse_strict(data: bytes, file: str) -> Document:
    """Parse the bytes of a YAML file. Problems are collected in the document, never raised."""
    document = Document(file)
    text = _text(document, data)
    if text is not None:
        try:
            _Builder(document, yaml.parse(text, Loader=LOADER)).build()
        except yaml.MarkedYAMLError as wrong:
            _not_yaml(document, text, wrong)
        except _Stop:
            document.value = None
    return document


def _text(document: Document, data: bytes) -> str | None:
    if len(data) > LARGEST_FILE:
        document.complain((), f"too large; a scenario file has at most {LARGEST_FILE // 1024} kB")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        before = data[: wrong.start].decode("utf-8", errors="replace")
        document.complain((), "not UTF-8", at=_place_after(before))
        return None
    odd = UNPRINTABLE.search(text)
    if odd:
        at = _place_after(text[: odd.start()])
        document.complain((), f"the character U+{ord(odd.group()):04X} is not allowed here", at=at)
        return None
    return text


def _place_after(before: str) -> Place:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _not_yaml(document: Document, text: str, wrong: yaml.MarkedYAMLError) -> None:
    """Note what the parser stumbled over, and where that began."""
    document.value = None
    mark, start = wrong.problem_mark, wrong.context_mark
    at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    if at[0] <= len(lines) and lines[at[0] - 1][at[1] - 1 : at[1]] == "\t":
        document.complain((), "a tab; indent with spaces", at=at)
        return
    said = wrong.problem or "cannot be understood"
    if "nesting depth" in said:  # libyaml has a limit of its own, further down than ours
        document.complain((), f"nested deeper than {DEEPEST_NESTING} levels", at=at)
        return
    if wrong.context and start:
        said += f", {wrong.context} that begins at line {start.line + 1}"
    document.complain((), f"not YAML: {said}", at=at)


class _Stop(Exception):
    """The rest of the file is not worth reading; the problem has been noted."""


@dataclass
class _Builder:
    """Builds values from the parser's events: they still tell tags, aliases and quotes apart, and
    nothing is ever expanded."""

    document: Document
    events: Iterator[yaml.Event]

    def build(self) -> None:
        document = self.document
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if document.value is not None or () in document.places:
                    document.complain(
                        (), "a second document; one file is one document", at=_at(event)
                    )
                    raise _Stop
                if event.version or event.tags:
                    document.complain((), "directives are not allowed", at=_at(event))
                document.value = self._value(next(self.events), ())

    def _value(self, event: yaml.Event, path: Path) -> Any:
        document = self.document
        document.places[path] = _at(event)
        if len(path) > DEEPEST_NESTING:
            document.complain(
                path[:DEEPEST_NESTING], f"nested deeper than {DEEPEST_NESTING} levels"
            )
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            document.complain(path, "aliases are not allowed; write the value out")
            return None
        node: Any = event  # the parser's grammar: a node starts here
        if node.anchor is not None:
            document.complain(path, "anchors are not allowed; nothing can refer to them")
        if node.tag is not None:
            document.complain(path, "tags are not allowed; quote a number to make it a string")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return _scalar(node)

    def _sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            result.append(self._value(event, (*path, str(len(result)))))
        return result

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, path)
            inner = (*path, key)
            if key in result:
                self.document.complain(inner, "this key appears twice", at=_at(event))
            self.document.keys[inner] = _at(event)
            result[key] = self._value(next(self.events), inner)
        return result

    def _key(self, event: yaml.Event, path: Path) -> str:
        document = self.document
        if (
            isinstance(event, yaml.ScalarEvent)
            and event.value
            and event.tag is event.anchor is None
        ):
            if event.value == "<<" and not event.style:
                document.complain((*path, "<<"), "merge keys are not allowed", at=_at(event))
            return str(event.value)
        document.complain(path, "a key must be a plain word", at=_at(event))
        if isinstance(event, yaml.CollectionStartEvent):
            self._value(event, (*path, "?"))
        return "?"


def _at(event: yaml.Event) -> Place:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Quoted and block text stays text; so does a plain word that only some tools would type."""
    text = str(event.value)
    if event.style:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text
