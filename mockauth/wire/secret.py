"""Secrets: a value that does not print itself, and the registry that keeps all of them out of
what mockauth writes."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

SHORTEST_ANYWHERE = 8
"""A secret shorter than this is replaced only where it stands as a word of its own: replacing
"demo" inside "demonstrate" would hide nothing and spoil the text."""


@dataclass(frozen=True)
class Secret:
    """A secret string. `reveal` is the only way to the value; `repr` and `str` show the label."""

    _value: str
    label: str = "secret"

    def reveal(self) -> str:
        """The value, for sending it where it belongs."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"‹{self.label}›"

    __str__ = __repr__


@dataclass
class Secrets:
    """Every secret of a run, each with a stable placeholder that keeps equality and length.

    The reader of a report can see "the same code twice" without seeing the code.
    """

    _placeholders: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None
    _replacements: dict[str, str] = field(default_factory=dict)

    def add(self, value: str, label: str) -> str:
        """Register `value` and return its placeholder; an empty value is none."""
        if not value:
            return value
        if value not in self._placeholders:
            number = self._counts[label] = self._counts.get(label, 0) + 1
            self._placeholders[value] = f"‹{label} {number} · {len(value)} chars›"
            self._pattern = None
        return self._placeholders[value]

    def add_basic(self, user: str, password: str, label: str) -> None:
        """Register what `Authorization: Basic` makes of a pair (RFC 7617)."""
        for pair in (f"{user}:{password}", f"{_plus(user)}:{_plus(password)}"):
            self.add(base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode(), label)

    def placeholder(self, value: str) -> str | None:
        """The placeholder of a registered value, or None."""
        return self._placeholders.get(value)

    def scrub(self, text: str) -> str:
        """`text` with every registered secret replaced, in each spelling it may travel in."""
        if not text or not self._placeholders:
            return text
        if self._pattern is None:
            self._compile()
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._replacements[match.group(0)], text)

    def leaks(self, text: str) -> list[str]:
        """The placeholders of registered secrets that still stand in `text` as words of their
        own. Short ones are left out: our own sentences may hold "password" or "other-secret"."""
        if self._pattern is None:
            self._compile()
        words = re.compile(r"[A-Za-z0-9._~+/%=-]{12,}")
        found = {word.strip("=.") for word in words.findall(text)} | set(words.findall(text))
        return sorted({self._replacements[word] for word in found if word in self._replacements})

    def _compile(self) -> None:
        spellings: dict[str, str] = {}
        for value, placeholder in self._placeholders.items():
            for spelling in _spellings(value):
                spellings.setdefault(spelling, placeholder)
        self._replacements = spellings
        # Longest first, so that a token is not cut by a shorter one inside it.
        ordered = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_bounded, ordered))) if ordered else None


def _spellings(value: str) -> set[str]:
    # An option or an answer may hold half a surrogate pair, which has no UTF-8 of its own.
    quoted = quote(value, safe="", errors="surrogatepass")
    spellings = {
        value,
        quoted,
        re.sub(r"%[0-9A-F]{2}", lambda escape: escape.group().lower(), quoted),
        json.dumps(value)[1:-1].replace("/", "\\/"),
        _plus(value),
        quote(value, errors="surrogatepass"),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
    }
    return {spelling for spelling in spellings if len(spelling) > 2}


def _plus(value: str) -> str:
    return quote_plus(value, errors="surrogatepass")


def _bounded(spelling: str) -> str:
    escaped = re.escape(spelling)
    if len(spelling) >= SHORTEST_ANYWHERE:
        return escaped
    return rf"(?<![A-Za-z0-9_-]){escaped}(?![A-Za-z0-9_-])"
