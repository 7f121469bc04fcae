"""What a check says: it saw the rule held, it found it broken, or it could not tell.

Its texts are `Words`, made by `say`: a plain `str` is text of others, scrubbed in reports.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The rule was broken here. An empty `fix` means the rule's own."""

    expected: str
    actual: str
    fix: str = ""
    at: str = ""
    exchanges: tuple[int, ...] = ()
    tolerated: bool = False
    """Real, correct servers do this, so it is a warning at most."""
    near: str = ""
    """The pointer of what stands there in place of `at`, which is missing."""
    document: str = ""
    """The URL or file of the document that `at` lies in; "" where there is none."""
    line: int = 0
    """Line and column in it count from 1; 0 is not known. A check that reads the text names them,
    else the engine looks `at` up."""
    column: int = 0
    shows: str = ""
    """What ChatGPT shows of this, where it is not what the rule says."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The rule was reached and held here. A check that yields neither is blocked, never a pass."""

    actual: str
    at: str = ""
    exchanges: tuple[int, ...] = ()


class Blocked(Exception):
    """The rule applies and could not be judged; the message says why and what would unblock it.

    `by_option` names the option or option pair whose absence is the whole reason.
    """

    def __init__(self, reason: str, *, by_option: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.by_option = by_option


class NotApplicable(Exception):
    """The target does not have what the rule is about; the message says so."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoOtherForm(NotApplicable):
    """What a step sends in another form, such as other letter case, has none."""
