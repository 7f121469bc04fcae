"""Secrets: a value that does not print itself, and the registry that keeps all of them out of
what mockauth writes."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from mockauth.wire.secret_names import LONGEST_NAME, secret_name
from mockauth.wire.secret_views import folded, plain, views

FRAGMENT = 12
"""Bytes of a secret that may not be seen in a row, however it is written."""
GRAM = 8
"""Bytes that are looked up at once. Every fragment of 12 holds one that starts at a fifth place, so
that four of five places of a text need not be looked at."""
STRIDE = FRAGMENT - GRAM + 1
SHORTEST = 3
SHORTEST_CODED = 6
"""A shorter secret is not looked for in what base64 decodes to, which is mostly noise."""
SHORTEST_ANYWHERE = 8
"""A secret shorter than this is hidden only where it is a word of its own: hiding "demo" in
"demonstrate" would hide nothing and spoil the text."""
WORD = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")

LONGEST_LEARNT = 4096
LONGEST_USED = 512
"""Characters of one for which there is room no more, but which mockauth has used."""
MOST_LEARNT = 10_000
MOST_SHORT = 1_000
MOST_BYTES = 512 * 1024
"""Of what a peer calls a secret. The rest is hidden where it stands under the name of a secret."""
REST = re.compile(rb"[^\s\"'<>&;,]+")
"""What may follow the start of a long secret, up to whatever ends a word."""
WIDEST = 6
"""Characters that one of a secret may take: `\\u0061`, `&#x61;`."""
LONGEST_REMEMBERED, MOST_REMEMBERED = 500, 2_000
"""Characters of a text that is remembered as it was shown, and how many texts are."""
NO_VALUE = frozenset({"", "null", "undefined", "none", "nil"})
"""What programs write where a value is missing. Hiding it would spoil every page and document."""
CODE = 16
"""A member `code` of JSON with fewer characters is an error word such as invalid_client."""

MEMBER = re.compile(rf"[\"']([\w .-]{{2,{LONGEST_NAME}}})[\"']\s*:\s*\"([^\"\\]*(?:\\.[^\"\\]*)*)")
PARAMETER = re.compile(rf"(?:^|[?&;#\s\"'])([\w.-]{{2,{LONGEST_NAME}}})=([^&;\s\"'<>]+)")


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


@dataclass(frozen=True)
class _Known:
    """A registered value: how it is shown, and whether the user gave it."""

    label: str
    size: int
    kept: int
    """Characters of it that are looked for."""
    given: bool

    @property
    def shown(self) -> str:
        return f"‹{self.label} · {self.size} chars›"

    @property
    def part(self) -> str:
        return f"‹part of {self.label}›"


Span = tuple[int, int, str]
"""Where in a text something is hidden, and what is shown there."""


@dataclass
class Secrets:
    """Every secret of a run, each with a stable placeholder that keeps equality and length.

    The reader of a report can see "the same code twice" without seeing the code.
    """

    _values: dict[str, _Known] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _whole: dict[bytes, _Known] = field(default_factory=dict)
    _grams: dict[bytes, _Known] = field(default_factory=dict)
    """Every run of GRAM bytes of a secret, with the first that has it: the user's come first."""
    _short: dict[int, dict[bytes, _Known]] = field(default_factory=dict)
    """Those too short for a fragment, by length."""
    _public: list[bytes] = field(default_factory=list)
    _passed_over: set[str] = field(default_factory=set)
    _longest: int = 0
    _scrubbed: dict[tuple[str, int | None, int], str] = field(default_factory=dict)
    """Short texts without secrets, by how many changes were made before: the headers of a service are
    the same in most of its answers."""
    _changes: int = 0
    _learnt: int = 0
    _learnt_bytes: int = 0

    def add(self, value: str, label: str) -> str:
        """Register a secret of the user and return its placeholder; an empty value is none."""
        if not value:
            return value
        if value not in self._values or not self._values[value].given:
            self._register(value, value, label, given=True)
        return self._values[value].shown

    def learn(self, value: str, label: str, *, used: bool = False) -> None:
        """Register what a peer sent as a secret, as far as there is room: the start of a long one,
        and no more than so many. One that mockauth itself has `used` always has room for its start:
        a peer cannot crowd it out, and a run sends no more than a few thousand requests."""
        if value in self._values or value in self._passed_over:
            return
        if value.strip().lower() in NO_VALUE:
            return
        if not self._full(value):
            self._learnt += 1
            self._learnt_bytes += min(len(value), LONGEST_LEARNT)
            self._register(value, value[:LONGEST_LEARNT], label, given=False)
        elif used:
            self._register(value, value[:LONGEST_USED], label, given=False)

    def add_basic(self, user: str, password: str, label: str) -> None:
        """Register what `Authorization: Basic` makes of a pair (RFC 7617)."""
        for pair in (f"{user}:{password}", f"{_plus(user)}:{_plus(password)}"):
            self.add(base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode(), label)

    def publish(self, *values: str) -> None:
        """Say what everybody knows, such as the target's address: a token that a peer made of it
        does not hide it, nor does a secret that shares a part with it. What the user gave as a secret
        stays one."""
        self._public += (plain(value) for value in values if value)
        self._changes += 1

    def pass_over(self, value: str) -> None:
        """Say that what a peer will call a secret is what mockauth sent it in the open."""
        if len(self._passed_over) < MOST_LEARNT:
            self._passed_over.add(value)

    def placeholder(self, value: str) -> str | None:
        """The placeholder of a registered value, or None."""
        known = self._values.get(value)
        return known.shown if known else None

    def scrub(self, text: str, limit: int | None = None, *, also: Iterable[Span] = ()) -> str:
        """`text`, or its first `limit` characters, without secrets: those that are registered, in
        each spelling they may travel in, whole or in fragments of 12 and more, and what stands under
        the name of a secret. A secret that the limit cuts is hidden whole; `also` names more."""
        if also or len(text) > LONGEST_REMEMBERED:
            return self._scrub(text, limit, also)
        key = (text, limit, self._changes)
        shown = self._scrubbed.get(key)
        if shown is None:
            shown = self._scrub(text, limit, ())
            if len(self._scrubbed) >= MOST_REMEMBERED:
                self._scrubbed.clear()
            self._scrubbed[key] = shown
        return shown

    def _scrub(self, text: str, limit: int | None, also: Iterable[Span]) -> str:
        window = text
        if limit is not None:
            window = text[: limit + WIDEST * max(self._longest, FRAGMENT)]
        end = len(window) if limit is None else min(limit, len(window))
        parts: list[str] = []
        at = 0
        for start, stop, shown in self._spans(window, also):
            if start >= end:
                break
            parts += (window[at:start], shown)
            at = stop
        parts.append(window[at:end] if at < end else "")
        return "".join(parts)

    def left_in(self, text: str) -> str:
        """The placeholder of a secret of the user that stands in a finished report; "" where none does.

        The last look, by plain search. A value that is a word or a number is passed over: the report's
        own words and counts may have it.
        """
        for value, known in self._values.items():
            if known.given and _is_no_word(value) and any(one in text for one in _spelled(value)):
                return known.shown
        return ""

    def _full(self, value: str) -> bool:
        size = min(len(value), LONGEST_LEARNT)
        if self._learnt >= MOST_LEARNT or self._learnt_bytes + size > MOST_BYTES:
            return True
        return size < FRAGMENT and sum(map(len, self._short.values())) >= MOST_SHORT

    def _register(self, value: str, kept: str, label: str, *, given: bool) -> None:
        number = self._counts[label] = self._counts.get(label, 0) + 1
        known = self._values[value] = _Known(f"{label} {number}", len(value), len(kept), given)
        self._longest = max(self._longest, len(kept))
        for spelling in _spellings(kept):
            data = plain(spelling)
            self._whole.setdefault(data, known)
            if len(data) >= FRAGMENT:
                self._index(data, known)
            elif len(data) >= SHORTEST:
                self._short.setdefault(len(data), {}).setdefault(data, known)
        self._changes += 1

    def _index(self, data: bytes, known: _Known) -> None:
        for n in range(len(data) - GRAM + 1):
            gram = data[n : n + GRAM]
            if known.given:
                self._grams[gram] = known
            else:
                self._grams.setdefault(gram, known)

    def _spans(self, text: str, also: Iterable[Span]) -> Iterator[Span]:
        """What is hidden in `text`, in order and apart from one another."""
        if not text:
            return
        spans = (*self._by_value(text), *_by_name(text), *also)
        found = sorted(spans, key=lambda one: (one[0], -one[1]))
        if not found:
            return
        start, stop, shown = found[0]
        for begin, end, other in found[1:]:
            if begin >= stop:
                yield start, stop, shown
                start, stop, shown = begin, end, other
            elif end > stop:
                # Two that overlap: the longer says what it is.
                shown = other if end - begin > stop - start else shown
                stop = end
        yield start, stop, shown

    def _by_value(self, text: str) -> Iterator[Span]:
        if not self._values:
            return
        for view in views(text):
            data = folded(view.data)
            found = (*self._fragments(data, view.coded), *self._shorts(data, view.coded))
            for a, b, known in found:
                whole = self._whole.get(data[a:b])
                if known.size > known.kept and b - a >= known.kept - GRAM:
                    # The rest of one that is known by its start only.
                    rest = REST.match(data, b)
                    b = rest.end() if rest else b
                yield *view.place(a, b), whole.shown if whole else known.part

    def _fragments(self, data: bytes, coded: bool) -> Iterator[tuple[int, int, _Known]]:
        grams = self._grams
        # In base64 a fragment of 12 characters holds 8 or 9 bytes, and noise never holds them.
        stride, least = (1, GRAM) if coded else (STRIDE, FRAGMENT)
        hits = [n for n in range(0, len(data) - GRAM + 1, stride) if data[n : n + GRAM] in grams]
        end = 0
        for n in hits:
            if n < end - GRAM + 1:
                continue
            start, stop = n, n + 1
            while start and data[start - 1 : start + GRAM - 1] in grams:
                start -= 1
            while data[stop : stop + GRAM] in grams:
                stop += 1
            end = stop + GRAM - 1
            if end - start >= least and not self._is_public(data, start, end):
                yield start, end, grams[data[start : start + GRAM]]

    def _is_public(self, data: bytes, start: int, end: int) -> bool:
        """Whether a fragment belongs to what everybody knows: to any part of it where only a peer
        calls it a secret, to the whole of it where the user's secret has the same words."""
        part = data[start:end]
        around = [value for value in self._public if part in value]
        if not any(self._grams[part[n : n + GRAM]].given for n in range(len(part) - GRAM + 1)):
            return bool(around)
        return part not in self._whole and any(_stands(data, v, start, end) for v in around)

    def _shorts(self, data: bytes, coded: bool) -> Iterator[tuple[int, int, _Known]]:
        for size, values in self._short.items():
            if coded and size < SHORTEST_CODED:
                continue
            for start in _places(data, size, values):
                known = values[data[start : start + size]]
                if known.given or data[start : start + size] not in self._public:
                    yield start, start + size, known


def _places(data: bytes, size: int, values: dict[bytes, _Known]) -> Iterable[int]:
    """Where one of `values`, all of `size` bytes, stands; a shorter one as a word of its own."""
    if len(values) <= STRIDE:
        found: Iterable[int] = (n for value in values for n in _occurrences(data, value))
    else:
        found = (n for n in range(len(data) - size + 1) if data[n : n + size] in values)
    if size >= SHORTEST_ANYWHERE:
        return found
    return (n for n in found if _stands_alone(data, n, n + size))


def _occurrences(data: bytes, value: bytes) -> Iterator[int]:
    at = data.find(value)
    while at >= 0:
        yield at
        at = data.find(value, at + 1)


def _stands(data: bytes, value: bytes, start: int, end: int) -> bool:
    """Whether all of `value` stands in `data`, around that part of it."""
    near = data[max(0, end - len(value)) : start + len(value)]
    return value in near


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    before = start > 0 and data[start - 1] in WORD
    return not before and not (end < len(data) and data[end] in WORD)


def named_values(text: str) -> Iterator[tuple[str, str]]:
    """What stands under the name of a secret in `text`, and what it is called."""
    for start, end, shown in _by_name(text):
        yield text[start:end], shown.strip("‹").partition(" ·")[0]


def _by_name(text: str) -> Iterator[Span]:
    """What stands under the name of a secret, as a member of JSON or a parameter."""
    for pattern in (MEMBER, PARAMETER):
        for found in pattern.finditer(text):
            name, value = found.groups()
            kind = secret_name(name)
            short = pattern is MEMBER and kind == "code" and len(value) < CODE
            if kind and value and not short:
                yield *found.span(2), f"‹{kind} · {len(value)} chars›"


def _spellings(value: str) -> set[str]:
    """A secret, and what it is inside base64, where no escape is taken off."""
    json_text = json.dumps(value)[1:-1]
    return {
        value,
        quote(value, safe="", errors="surrogatepass"),
        _plus(value),
        json_text,
        html.escape(value),
    }


def _plus(value: str) -> str:
    return quote_plus(value, errors="surrogatepass")


def _is_no_word(value: str) -> bool:
    digits = sum(char.isdecimal() for char in value)
    return len(value) >= FRAGMENT and 0 < digits < len(value)


def _spelled(value: str) -> set[str]:
    """A secret as it is, and as JSON, HTML and a URL write it."""
    return {value, json.dumps(value)[1:-1], html.escape(value), quote(value, safe="")}
