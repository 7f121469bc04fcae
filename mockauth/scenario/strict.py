"""YAML read strictly: no guessed types, no duplicate keys, no tags or aliases, and every problem
with its line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

LARGEST = 256 * 1024
DEEPEST = 20
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong in a file. Line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass
class Document:
    """A parsed file: its value, the place of each path in it, and what is wrong so far."""

    file: str
    value: Any = None
    places: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: tuple[str, ...], message: str) -> None:
        """Note a problem at `path`, or at its nearest parent that has a place."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        where = ".".join(path)
        text = f"{where}: {message}" if where else message
        self.problems.append(Problem(file=self.file, line=line, column=column, message=text))

    def unknown(self, path: tuple[str, ...], name: str, names: list[str]) -> None:
        """Note a name that is not one of `names`, with the nearest that is."""
        near = get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(names))}"
        self.complain(path, f"{name!r} is unknown here{hint}")


def read_strict(path: Path, file: str = "") -> Document:
    """Read one YAML file. Problems are collected in the document, never raised."""
    document = Document(file or str(path))
    try:
        text = path.read_bytes()
    except OSError as wrong:
        document.complain((), f"cannot be read: {wrong.strerror}")
        return document
    if len(text) > LARGEST:
        document.complain((), f"{len(text)} bytes; a scenario file has at most {LARGEST}")
        return document
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text.decode("utf-8"), Loader=loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.places[()] = at
        document.complain((), f"no YAML here: {wrong.problem or wrong.context}")
        return document
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as wrong:
        document.complain((), f"cannot be read as YAML: {type(wrong).__name__}")
        return document
    if node is not None:
        document.value = _value(document, node, (), set())
    return document


def _value(document: Document, node: yaml.Node, path: tuple[str, ...], seen: set[int]) -> Any:
    document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if id(node) in seen:
        document.complain(path, "aliases are not allowed; write the value out")
        return None
    seen.add(id(node))
    if len(path) > DEEPEST:
        document.complain(path, f"nested deeper than {DEEPEST} levels")
        return None
    if not node.tag.startswith("tag:yaml.org,2002:") or _explicit(node):
        document.complain(path, "tags are not allowed")
        return None
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, path, seen)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(document, child, (*path, str(i)), seen) for i, child in enumerate(node.value)
        ]
    return _scalar(node)


def _explicit(node: yaml.Node) -> bool:
    """Whether the author wrote a tag such as `!!int`: then the text would resolve otherwise."""
    usual = {"str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value"}
    return node.tag.rpartition(":")[2] not in usual


def _mapping(
    document: Document, node: yaml.MappingNode, path: tuple[str, ...], seen: set[int]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            document.places[(*path, "?")] = place
            document.complain((*path, "?"), "a key must be a word")
            continue
        key = key_node.value
        inner = (*path, key)
        document.places[inner] = place
        if key in result:
            document.complain(inner, "this key stands twice")
        result[key] = _value(document, value_node, inner, seen)
    return result


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) in ("'", '"', "|", ">"):
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text
