"""`${…}` references in scenario files: looked up, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable

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
STEP_PARTS = re.compile(r"[\w-]+\.(request|response)\.[\w-]+")


def references(text: str) -> list[str]:
    """The references in `text`, without their braces."""
    return PATTERN.findall(text)


def expand(text: str, lookup: Callable[[str], str]) -> str:
    """`text` with each reference replaced by what `lookup` says."""
    return PATTERN.sub(lambda found: lookup(found.group(1)), text)


def is_known(reference: str, variants: frozenset[str], steps: frozenset[str]) -> bool:
    """Whether a reference can be looked up: material, a variant's value, or an earlier step."""
    if reference in MATERIAL or reference.removeprefix("variant.") in variants:
        return True
    return bool(STEP_PARTS.fullmatch(reference)) and reference.partition(".")[0] in steps
