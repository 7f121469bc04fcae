"""A rule: what should hold, where that is written, why, and how to fix it.

Python checks and scenario files become the same `Rule`, so that they share selection, report,
documentation and waivers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mockauth.profiles import Level
from mockauth.wire.words import own

AuthType = Literal["none", "service_http", "user_http", "oauth"]
ALL_AUTH: tuple[AuthType, ...] = ("none", "service_http", "user_http", "oauth")

LETTERS: Mapping[str, Level] = MappingProxyType(
    {"C": "critical", "M": "must", "S": "should", "i": "info", "X": "must-not"}
)
PROFILE_ORDER = ("plugin", "action", "mcp")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One id of the catalogue. `levels` has no entry for a profile it does not apply to."""

    id: str
    title: str
    levels: Mapping[str, Level]
    refs: tuple[str, ...]
    why: str
    fix: str
    kind: Literal["static", "read", "probe"]
    auth: tuple[AuthType, ...] = ALL_AUTH
    needs: tuple[str, ...] = ()
    chatgpt_shows: str = ""
    practice: bool = False
    """No RFC or MCP requirement stands behind it: the host's contract, or plain engineering."""

    def __post_init__(self) -> None:
        # A rule speaks mockauth's own words, also one of a file that the user chose to run.
        for name in ("title", "why", "fix", "chatgpt_shows"):
            object.__setattr__(self, name, own(getattr(self, name)))

    @property
    def area(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]


def levels(letters: str) -> Mapping[str, Level]:
    """The catalogue's P, A and M columns in one word, such as `"CCM"` or `"M--"`.

    Raises:
        ValueError: for a letter the catalogue does not have.
    """
    if len(letters) != len(PROFILE_ORDER) or not set(letters) <= {*LETTERS, "-"}:
        raise ValueError(f"{letters!r} is not three of C, M, S, i, X and -")
    named = zip(PROFILE_ORDER, letters, strict=True)
    return MappingProxyType({name: LETTERS[letter] for name, letter in named if letter != "-"})


def title_of(judge: object) -> str:
    """The rule in one sentence: the first line of the docstring of the function that judges it."""
    return (judge.__doc__ or "").strip().partition("\n")[0].rstrip(".")
