"""Text of others on one line: nothing in it acts on a terminal, a page or a CI system."""

from __future__ import annotations

import re
from unicodedata import category

BLANK = frozenset(
    map(
        chr,
        (
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            0x180B,
            0x180C,
            0x180D,
            0x180F,
            0x2800,
            0x3164,
            0xFFA0,
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Letters and marks that nobody sees, and in which text can be hidden."""
COMMAND = re.compile(r"^(\s*):(?=:[A-Za-z-])|#(?=#\w*\[)")
"""What a CI system obeys: `::error::` where a line starts, which GitHub Actions looks for behind
blanks, too; `##[error]` and `##vso[…]`, which Azure Pipelines looks for anywhere in a line."""


def one_line(text: str, *, keep: str = "") -> str:
    """`text` with controls, format characters and invisible letters written as `\\u001b` or
    `\\u{e0001}`, so that it can neither end its line nor start a command. `keep` stays."""
    if text.isascii() and text.isprintable() and "::" not in text and "##" not in text:
        return text
    odd = {ord(char): _escape(char) for char in set(text) if _acts(char) and char not in keep}
    shown = text.translate(odd) if odd else text
    return COMMAND.sub(_defused, shown) if "::" in shown or "##" in shown else shown


def _acts(char: str) -> bool:
    if char.isprintable():
        return char in BLANK
    return category(char) != "Zs"


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\u{{{ord(char):x}}}"


def _defused(found: re.Match[str]) -> str:
    return f"{found[1] or ''}\\u{ord(found[0][-1]):04x}"
