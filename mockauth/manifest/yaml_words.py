"""Why a YAML text cannot be read, in plain words and at the place of the slip.

libyaml says where it gave up and what it expected; people need what they wrote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockauth.manifest.document import JsonProblem

if TYPE_CHECKING:
    from yaml import Mark, MarkedYAMLError

BEGINS_NO_VALUE = "@`%"
QUOTE_IT = "Put the whole value in quotes."


def explained(text: str, wrong: MarkedYAMLError) -> JsonProblem:
    """What a reader of YAML stumbled over in `text`."""
    lines = text.splitlines()
    at = wrong.problem_mark
    if at is None:
        return JsonProblem(line=1, column=1, reason="no YAML", fix="Write the document as YAML.")
    here = lines[at.line] if at.line < len(lines) else ""
    tab = re.match(r" *\t", here)
    if tab:
        fix = "Indent with blanks only: YAML takes no tab there."
        return _problem(at.line, tab.end() - 1, "a tab at the beginning of the line", fix)
    return _of_scalar(wrong, at, here) or _of_structure(wrong, at, lines, here)


def _problem(line: int, column: int, reason: str, fix: str) -> JsonProblem:
    return JsonProblem(line=line + 1, column=column + 1, reason=reason, fix=fix)


def _of_scalar(wrong: MarkedYAMLError, at: Mark, here: str) -> JsonProblem | None:
    """What is wrong with one value; None where it is the structure."""
    said, during, start = wrong.problem or "", wrong.context or "", wrong.context_mark
    sign = here[at.column : at.column + 1]
    if "quoted scalar" in during and start is not None:
        if "escape" in said:
            fix = "Write \\\\ for a backslash, or use 'single quotes'."
            return _problem(at.line, at.column, "a backslash that starts no escape", fix)
        return _problem(
            start.line, start.column, "a string that never ends", "Close it with the same quote."
        )
    if "alias" in said:
        return _problem(at.line, at.column, "a value that begins with *", QUOTE_IT)
    if "token" in during and sign and sign in BEGINS_NO_VALUE:
        return _problem(at.line, at.column, f"a value that begins with {sign}", QUOTE_IT)
    return None


def _of_structure(wrong: MarkedYAMLError, at: Mark, lines: list[str], here: str) -> JsonProblem:
    said, during, start = wrong.problem or "", wrong.context or "", wrong.context_mark
    if "mapping values" in said:
        return _colon(at, lines, here)
    if "another document" in said:
        fix = "Keep one document, and take the line of --- out."
        return _problem(at.line, at.column, "a second document in the file", fix)
    if at.line >= len(lines):
        fix = "Write the rest of it, and close every bracket."
        return _problem(at.line, 0, "the file ends in the middle of a value", fix)
    if "flow" in during and "expected" in said and start is not None:
        sign = lines[start.line][start.column : start.column + 1]
        closing = {"{": "}", "[": "]"}.get(sign, "a bracket")
        reason = f"a comma is missing before this, or {closing} for line {start.line + 1}"
        return _problem(at.line, at.column, reason, f"Write the comma, or close it with {closing}.")
    if "block" in during and not here[: at.column].strip():
        beside = f"line {start.line + 1}" if start is not None else "those beside it"
        return _problem(
            at.line, at.column, f"a line that is indented unlike {beside}",
            "Indent both alike, or this one as far as what it belongs to.",
        )  # fmt: skip
    if "block" in during:
        return _after_quote(at, lines)
    return _problem(at.line, at.column, said or "no YAML", "Correct this line.")


def _after_quote(at: Mark, lines: list[str]) -> JsonProblem:
    """Text behind a string in quotes. Where the string has several lines, its own quote is lost."""
    opened = _last_string(lines, at)
    if opened is None:
        return _problem(at.line, at.column, "text after the end of a value", QUOTE_IT)
    fix = "Close it with the same quote."
    return _problem(*opened, "a string whose closing quote is lost", fix)


def _last_string(lines: list[str], at: Mark) -> tuple[int, int] | None:
    """Where the string in quotes begins that ends on the line of `at` and began on another."""
    import yaml

    text = "\n".join(lines[: at.line + 1])
    found: tuple[int, int, int] | None = None
    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                found = (token.start_mark.line, token.start_mark.column, token.end_mark.line)
    except (yaml.YAMLError, ValueError):
        pass
    if found is None or found[2] != at.line or found[0] == at.line:
        return None
    return found[:2]


def _colon(at: Mark, lines: list[str], here: str) -> JsonProblem:
    """A colon where no name can stand: within a value, or below a line that lost its own."""
    if re.search(r":\s", here[: at.column]):
        return _problem(at.line, at.column, "a colon inside a value without quotes", QUOTE_IT)
    above = at.line - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    line = lines[above].rstrip() if above >= 0 else ""
    if line and ":" not in line:
        return _problem(above, len(line), "a name without its colon", "Write the colon after it.")
    return _problem(
        at.line, at.column, "a member below a value that has no members",
        "Indent it like the line above, or take the value away there.",
    )  # fmt: skip
