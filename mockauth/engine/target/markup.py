"""A text that is harmless where it is escaped, and an element where it is not."""

from __future__ import annotations

MARK = "mockauth-"
"""What the names of the elements begin with."""


def markup(name: str) -> str:
    """HTML with an element that says where it came from. It ends an attribute, a script and a
    title first, so that it becomes an element wherever it is not escaped."""
    return f"x\"'></script></title></textarea><{MARK}{name}>"
