"""The journal: one entry for each of the last requests."""

from __future__ import annotations

from typing import NamedTuple

from mockauth.plugin.faults.body import Body


class JournalEntry(NamedTuple):
    """One request and its answer. Almost no journal is ever read, so the work is left for then; and
    a frozen dataclass takes three times as long to make."""

    at: float
    method: str
    path: str
    carried: Body
    scheme: str
    status: int
    faults: tuple[str, ...]
    near_misses: tuple[str, ...]
