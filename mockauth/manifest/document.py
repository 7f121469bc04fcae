"""A JSON document as published: its value, and every place where it is not strict JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

LARGEST = 1024 * 1024
"""Bytes; ChatGPT's own limit is not known, the largest of 1,318 published manifests has 12,112."""
MOST_VALUES = 50_000
DEEPEST = 64
MOST_REPAIRS = 50
CONTROLS = {
    "\n": ("a line break inside a string", "Write it as \\n."),
    "\r": ("a line break inside a string", "Write it as \\n."),
    "\t": ("a tab inside a string", "Write it as \\t, or as a blank."),
}
TURNED_QUOTES = "'\u2018\u2019\u201c\u201d"
"""Quotes that an editor or a copy from a page puts in place of the straight one."""


@dataclass(frozen=True, kw_only=True)
class JsonProblem:
    """Where and why a text is not exactly one JSON value. Line and column count from 1."""

    line: int
    column: int
    reason: str
    fix: str

    @property
    def place(self) -> str:
        """`line 3, column 5`."""
        return f"line {self.line}, column {self.column}"


@dataclass(frozen=True, kw_only=True)
class JsonDocument:
    """What a text says. `data` is the value, repaired as far as that is safe; None when hopeless.

    `source` is the URL or path it came from.
    """

    source: str
    text: bytes
    data: Any
    problems: tuple[JsonProblem, ...] = ()


@dataclass
class _Repair:
    """A text under repair: characters are only ever blanked or replaced one for one, so that a
    position in it is a position in the original."""

    text: str
    problems: list[JsonProblem]

    def note(self, at: int, reason: str, fix: str) -> None:
        before = self.text[:at]
        line = before.count("\n") + 1
        column = at - (before.rfind("\n") + 1) + 1
        self.problems.append(JsonProblem(line=line, column=column, reason=reason, fix=fix))

    def blank(self, start: int, end: int) -> None:
        kept = "".join(c if c == "\n" else " " for c in self.text[start:end])
        self.text = self.text[:start] + kept + self.text[end:]

    def put(self, at: int, character: str) -> None:
        self.text = self.text[:at] + character + self.text[at + 1 :]


def read_json(text: bytes, source: str) -> JsonDocument:
    """Read `text` strictly, and say in plain words where it is not one JSON value (RFC 8259).

    Comments, trailing commas, a byte order mark and text behind the value are blanked and the
    reading goes on, so that one pass names them all. Never raises.
    """
    work = _Repair("", [])
    if len(text) > LARGEST:
        work.note(0, f"{len(text)} bytes of text", "Serve the manifest, not a large file.")
        return JsonDocument(source=source, text=text, data=None, problems=tuple(work.problems))
    work.text = _decode(text, work)
    data = _value(work)
    return JsonDocument(source=source, text=text, data=data, problems=tuple(work.problems))


def _decode(text: bytes, work: _Repair) -> str:
    if text.startswith(b"\xef\xbb\xbf"):
        work.note(0, "a byte order mark (BOM) before the JSON", "Save it as UTF-8 without BOM.")
        text = text[3:]
    elif text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        work.note(0, "UTF-16 instead of UTF-8", "Save the file as UTF-8.")
        return text.decode("utf-16", errors="replace")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as wrong:
        work.text = text[: wrong.start].decode("utf-8")
        work.note(len(work.text), "a byte that is not UTF-8", "Save the file as UTF-8.")
        return text.decode("latin-1")


def _value(work: _Repair) -> Any:
    """Parse, mending one problem at a time; each round either ends or has noted a problem."""
    if not work.text.strip():
        work.note(0, "the file is empty", "Serve the manifest as one JSON object.")
        return None
    if work.text.lstrip()[:1] == "<":
        work.note(0, "HTML or XML instead of JSON", "Serve the JSON document at this address.")
        return None
    _comments(work)
    if _depth(work.text) > DEEPEST:
        work.note(0, f"nested deeper than {DEEPEST} levels", "A manifest needs four levels.")
        return None
    if sum(map(work.text.count, ",[{")) > MOST_VALUES:
        work.note(0, f"more than {MOST_VALUES} values", "A manifest needs about thirty.")
        return None
    decoder = json.JSONDecoder(parse_constant=lambda _: None, parse_int=_whole)
    for _ in range(MOST_REPAIRS):
        start = len(work.text) - len(work.text.lstrip())
        try:
            data, end = decoder.raw_decode(work.text, start)
        except json.JSONDecodeError as wrong:
            if not _mend(work, wrong):
                return None
            continue
        if not isinstance(data, dict):
            work.note(
                start, f"a JSON {_kind(data)}, not an object", "Serve one JSON object: { … }."
            )
        _members(work, end)
        closed_early = work.text[end:].lstrip()[:1] in (",", '"', ":")
        _rest(work, end)
        # Members behind the end belong into it, so that nothing can be said of those that lack.
        return None if closed_early else data
    return None


# Possessive: a long string takes no memory, and a broken one no second look.
PARTS = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))(\s*+:)?|[\[{]|[\]}]|-?Infinity|NaN')


def _members(work: _Repair, end: int) -> None:
    """Name what the parser lets pass before `end`: members that stand twice, NaN and Infinity."""
    names: list[set[str]] = []
    for found in PARTS.finditer(work.text, 0, end):
        sign = found.group()
        if len(work.problems) > MOST_REPAIRS:
            return
        if sign in ("{", "["):
            names.append(set())
        elif sign in ("}", "]"):
            names.pop()
        elif not sign.startswith('"'):
            work.note(found.start(), f"{sign} is no JSON value", "Write a number or null.")
        elif found.group(2):
            name = json.loads(found.group(1))
            if name in names[-1]:
                reason = f"the member {name!r} stands twice"
                work.note(found.start(), reason, "Keep one of the two.")
            names[-1].add(name)


def _whole(digits: str) -> int | float:
    """A whole number; one longer than Python's limit is read as JSON's usual double."""
    return int(digits) if len(digits) < 1000 else float(digits)


def _rest(work: _Repair, end: int) -> None:
    behind = work.text[end:]
    extra = len(behind) - len(behind.lstrip())
    if not behind.strip():
        return
    if behind.lstrip()[:1] in "{[":
        reason, fix = "a second value after the first (two objects)", "Keep one JSON object."
    elif behind.lstrip()[:1] in ',":':
        reason = "members after the end of the JSON object: a { or [ is missing, or a } too many"
        fix = "Look at the braces before this: the object must end once, at the end of the file."
    elif behind.lstrip()[:1] in "}]":
        reason, fix = "a closing bracket too many", "Delete it, or write the one that opens it."
    else:
        reason, fix = "text after the end of the JSON object", "Delete what follows the last }."
    work.note(end + extra, reason, fix)


def _mend(work: _Repair, wrong: json.JSONDecodeError) -> bool:
    """Name the problem at `wrong`, and mend it when that is safe; False when it is not."""
    text, at = work.text, wrong.pos
    here = text[at : at + 1]
    before = text[:at].rstrip()
    if here in ("}", "]") and before.endswith(","):
        comma = len(before) - 1
        work.note(comma, "a trailing comma", f"Delete the comma before the closing {here}")
        work.blank(comma, comma + 1)
        return True
    if before.endswith(",") and wrong.msg.startswith("Illegal trailing comma"):
        work.note(len(before) - 1, "a trailing comma", "Delete it.")
        work.blank(len(before) - 1, len(before))
        return True
    if here == "," and before.endswith(","):
        work.note(at, "two commas in a row", "Delete one.")
        work.blank(at, at + 1)
        return True
    if wrong.msg.startswith("Illegal trailing comma"):
        work.note(at, "a trailing comma", "Delete it.")
        work.blank(at, at + 1)
        return True
    if here and here in TURNED_QUOTES:
        work.note(
            at, f'the quote sign {here} instead of "', 'Write every string in "double quotes".'
        )
        return False
    _members(work, at)
    reason, fix = _plain(wrong, here, text, at)
    work.note(at, reason, fix)
    return False


def _plain(wrong: json.JSONDecodeError, here: str, text: str, at: int) -> tuple[str, str]:
    if not here:
        return "the file ends in the middle of the JSON", "Close every { and [ and string."
    if wrong.msg.startswith("Expecting ',' delimiter"):
        return "a comma is missing before this", "Put a comma between the two members."
    if wrong.msg.startswith("Invalid control character"):
        return CONTROLS.get(here, ("a control character inside a string", "Delete it."))
    if wrong.msg.startswith("Unterminated string"):
        return "a string that never ends", 'Close it with ".'
    if wrong.msg.startswith("Invalid \\"):
        return "a backslash that starts no escape", "Write \\\\ for a backslash."
    word = (re.match(r"[^\s:,}\]]{1,30}", text[at:]) or [here])[0]
    if text[at:].startswith(("{{", "${", "<%")) or re.match(r"[A-Z_]{4,}", word):
        return f"a placeholder ({word}) that nobody filled in", "Fill in the value, in quotes."
    if wrong.msg.startswith("Expecting property name"):
        return f"a member name without double quotes ({word})", 'Write names as "name".'
    return f"{word!r} is no JSON value", "Write a string in quotes, a number, true, false or null."


# An address in broken quotes is no comment: // directly behind a colon is left alone.
TOKENS = re.compile(
    r'"(?:[^"\\\n]|\\.)*+"|(?<!:)//[^\n]*+|/\*.*?(?:\*/|\Z)|(?<![^\s,{}\[\]])#[^\n]*+', re.S
)


def _comments(work: _Repair) -> None:
    comments = (found for found in TOKENS.finditer(work.text) if found.group()[0] != '"')
    for found in islice(comments, MOST_REPAIRS):
        sign = "#" if found.group()[0] == "#" else found.group()[:2]
        work.note(found.start(), f"a {sign} comment", "Delete it: JSON has no comments.")
    work.text = TOKENS.sub(_without_comment, work.text)


def _without_comment(found: re.Match[str]) -> str:
    token = found.group()
    return token if token[0] == '"' else re.sub(r"[^\n]", " ", token)


def _depth(text: str) -> int:
    """How deep brackets nest at most; brackets inside strings may only raise the figure a little
    in broken text, where it does not matter."""
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\\n]|\\.)*+"|[\[{]|[\]}]', text):
        sign = found.group()
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _kind(data: object) -> str:
    names = {list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(data), "null")
