"""`${…}` references in scenario files: looked up, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

PATTERN = re.compile(r"\$\{([^}]*)\}")
MATERIAL = frozenset(
    {
        "random", "client.id", "client.secret", "other.id", "other.secret", "callback",
        "callback.host", "callback.origin", "callback.path", "callback.base", "scope",
        "user.name", "user.password", "verification_token", "access_token", "refresh_token",
        "service_token", "other_service_token", "other_scheme", "fresh.code",
    }
)  # fmt: skip
"""What is known in every probe. `callback.base` is the callback without its scheme."""
STEP_PART = re.compile(r"(?P<step>[^.{}]+)\.(request|response)\.[\w-]+")


def references(text: str) -> list[str]:
    """The references in `text`, without their braces."""
    return PATTERN.findall(text)


def expand(text: str, lookup: Callable[[str], str]) -> str:
    """`text` with each reference replaced by what `lookup` says."""
    return PATTERN.sub(lambda found: lookup(found.group(1)), text)


def malformed(text: str) -> bool:
    """Whether a reference in `text` is opened and never closed."""
    return "${" in PATTERN.sub("", text)


def known_references(variants: Iterable[str]) -> frozenset[str]:
    """What can be looked up before any step has run."""
    return MATERIAL | {f"variant.{name}" for name in variants}


def near(reference: str, known: frozenset[str], steps: Sequence[str]) -> str | None:
    """None when `reference` can be looked up; else the end of a sentence that helps."""
    if reference in known:
        return None
    part = STEP_PART.fullmatch(reference)
    if part and part["step"] in steps:
        return None
    if part:
        return f"; no earlier step is called {part['step']!r}"
    close = get_close_matches(reference[:60], sorted(known), n=1)
    return f"; did you mean ${{{close[0]}}}?" if close else ""
