"""The byte order mark that JSON must not begin with (RFC 8259 section 8.1)."""

from __future__ import annotations

import codecs

from mockauth.wire.words import own, say

MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def told_mark(body: bytes) -> str:
    """The mark that a body begins with, in words; "" for none."""
    marked = next((name for mark, name in MARKS if body.startswith(mark)), "")
    return say("a byte order mark ({}) before it", own(marked)) if marked else ""
