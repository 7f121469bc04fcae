"""A JSON document as published: its value, and every place where it is not strict JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from mockauth.manifest.json_brackets import CLOSING, lost_bracket

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
    """Where and why a text is not exactly one JSON value, or cannot be read as YAML. Line and
    column count from 1; 0 is no place."""

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
    mended: bytes = b""
    """The text with its repairs, in UTF-8: what stood at a line and column still does."""


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
    return JsonDocument(
        source=source, text=text, data=data, problems=tuple(work.problems),
        mended=work.text.encode("utf-8", "replace"),
    )  # fmt: skip


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
        if closed_early:
            reason = "the object ends here, but members follow: one } too many, or a lost {"
            work.note(end - 1, reason, "Delete this }, or write the { that it closes.")
            return None  # what seems to lack is behind the end
        _rest(work, end)
        return data
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
    work.note(*_plain(wrong, here, text, at))
    return False


def _plain(wrong: json.JSONDecodeError, here: str, text: str, at: int) -> _Slip:
    if wrong.msg.startswith("Invalid control character"):
        return _in_string(here, text, at)
    if wrong.msg.startswith("Unterminated string"):
        return _Slip(at, "a string that never ends", 'Close it with ".')
    if wrong.msg.startswith("Invalid \\"):
        return _Slip(at, "a backslash that starts no escape", "Write \\\\ for a backslash.")
    alone = _without_bracket(text, at)
    if alone is not None:
        return alone
    if not here or wrong.msg.startswith("Expecting ',' delimiter"):
        return _bracket_or_comma(here, text, at)
    if wrong.msg.startswith("Expecting ':' delimiter"):
        return _after_name(text, at)
    return _no_value(wrong, text, at)


def _in_string(here: str, text: str, at: int) -> _Slip:
    """A control character in a string; a line break in one is mostly a quote that got lost."""
    line = text[text.rfind("\n", 0, at) + 1 : at].rstrip()
    name = re.search(r'"[\w$-]+\s*:[^"]*$', line)
    if here in "\r\n" and name is not None:
        return _open_name(at - len(line) + name.start())
    if here in "\r\n" and AFTER_MEMBER.match(text, at):
        end = at - 1 if line.endswith(",") else at
        return _Slip(end, "a string whose closing quote is lost", 'Write " here.')
    return _Slip(at, *CONTROLS.get(here, ("a control character inside a string", "Delete it.")))


def _without_bracket(text: str, at: int) -> _Slip | None:
    """The last name before `at` that ends its line, so that it lost the bracket behind it. None in a
    text that writes its brackets on lines of their own."""
    names = list(islice(NAME_ALONE.finditer(text, 0, at), MOST_REPAIRS))
    if not names or (len(names) > 1 and names[0].group("next") in "{["):
        return None
    last = names[-1]
    is_member = AFTER_MEMBER.match(text, last.end()) and last.group("next") == '"'
    sign = "{" if is_member else "["
    return _Slip(last.end(), f"a {sign} is missing behind this name", f"Write {sign} here.")


def _bracket_or_comma(here: str, text: str, at: int) -> _Slip:
    lost = lost_bracket(text, at)
    if lost is not None:
        closing, line = CLOSING[lost.frame.sign], lost.frame.line
        if lost.at == len(text):
            reason = f"the file ends in the middle: the {lost.frame.sign} of line {line} is open"
            return _Slip(at, reason, f"Write {closing} at the end of that part.")
        reason = f"the {lost.frame.sign} of line {line} is not closed before this"
        return _Slip(lost.at, reason, f"Write {closing} where the part of line {line} ends.")
    if not here:
        fix = "Close every { and [ and string."
        return _Slip(at, "the file ends in the middle of the JSON", fix)
    name = STRING_BEFORE.search(text, max(0, at - 1000), at) if here == ":" else None
    if name is not None:
        fix = "Write the { that opens the object, or a comma if one is lost."
        return _Slip(name.start(1), "a { is missing before this", fix)
    if here == ";":
        return _Slip(at, "a ; in place of a comma", "Write a comma.")
    if here == '"' or text[:at].rstrip().endswith(('"', "}", "]")):
        fix = "Put a comma between the two members."
        return _Slip(at, "a comma is missing before this", fix)
    return _Slip(at, "text that belongs to nothing", "Put strings in quotes, and a comma between.")


def _after_name(text: str, at: int) -> _Slip:
    name = STRING_BEFORE.search(text, max(0, at - 1000), at)
    if name is not None and name.group(1)[1:-1].rstrip().endswith(":"):
        return _open_name(name.start(1))
    return _Slip(at, "a colon is missing before this", "Write name, colon, value.")


def _open_name(at: int) -> _Slip:
    return _Slip(at, "a name whose closing quote is lost", 'Write " before the colon.')


def _no_value(wrong: json.JSONDecodeError, text: str, at: int) -> _Slip:
    word = (WORD.match(text, at) or [text[at : at + 1]])[0]
    if text[at:].startswith(("{{", "${", "<%")) or re.match(r"[A-Z_]{4,}", word):
        reason = f"a placeholder ({word}) that nobody filled in"
        return _Slip(at, reason, "Fill in the value, in quotes.")
    if wrong.msg.startswith("Expecting property name"):
        if word[0] in "{[" and lost_bracket(text, at) is not None:
            return _bracket_or_comma(word[0], text, at)
        reason = f"a member name without double quotes ({word})"
        return _Slip(at, reason, 'Write names as "name".')
    if word in PYTHON:
        return _Slip(at, f"{word}, which is Python", f"Write {PYTHON[word]}.")
    if word.endswith('"'):
        return _Slip(at, "a string whose opening quote is lost", 'Write " here.')
    fix = "Write a string in quotes, a number, true, false or null."
    return _Slip(at, f"{word!r} is no JSON value", fix)


class _Slip(NamedTuple):
    """A problem that ends the reading: its place, what it is, what to do."""

    at: int
    reason: str
    fix: str


PYTHON = {"True": "true", "False": "false", "None": "null"}
WORD = re.compile(r"[^\s:,}\]]{1,30}")
NAME_ALONE = re.compile(r'"(?:[^"\\\n]|\\.)*+"[ \t]*+:(?=[ \t\r]*+\n\s*+(?P<next>\S))')
STRING_BEFORE = re.compile(r'("(?:[^"\\\n]|\\.)*+")\s*+\Z')
AFTER_MEMBER = re.compile(r'\s*+(?:"[\w$-]++"\s*+:|[}\]])')
"""What stands behind the line break when the line ended a member: a name, or the end."""


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
