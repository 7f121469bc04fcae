"""A JSON document as published: its value, and every place where it is not strict JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class JsonProblem:
    """Where and why a text is not exactly one JSON value. Line and column count from 1."""

    line: int
    column: int
    reason: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class JsonDocument:
    """What a text says. `data` is the value, repaired as far as that is safe; None when hopeless.

    `source` is the URL or path it came from.
    """

    source: str
    text: bytes
    data: Any
    problems: tuple[JsonProblem, ...] = ()


def read_json(text: bytes, source: str) -> JsonDocument:
    """Read `text` strictly, and say in plain words where it is not one JSON value (RFC 8259)."""
    raise NotImplementedError
