"""A waiver: a rule that may stay broken for a while, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Literal

from mockauth.errors import UsageError

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KEYS = ("id", "reason", "until")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Leave to fail or warn. `until` is the last day (UTC) it holds; None: until it is fixed.

    `place` says where it is written, such as `mockauth.toml: [[waiver]] 2`.
    """

    id: str
    reason: str
    until: date | None
    place: str
    kind: Literal["waiver", "baseline"] = "waiver"


def read_waivers(entries: Any, file: str) -> tuple[Waiver, ...]:
    """The `[[waiver]]` entries of a configuration file, as TOML gives them.

    Raises:
        UsageError: naming every wrong entry at once. Whether the ids exist is not known here.
    """
    if not isinstance(entries, list):
        raise UsageError(f"{file}: waiver must be a list of tables; write [[waiver]]")
    problems: list[str] = []
    waivers = [
        _read(entry, f"{file}: [[waiver]] {n}", problems)
        for n, entry in enumerate(entries, start=1)
    ]
    first: dict[str, str] = {}
    for waiver in waivers:
        if waiver.id and first.setdefault(waiver.id, waiver.place) != waiver.place:
            problems.append(f"{waiver.place}: {waiver.id} is waived above already; keep one")
    if problems:
        raise UsageError(*problems)
    return tuple(waivers)


def _read(entry: Any, place: str, problems: list[str]) -> Waiver:
    if not isinstance(entry, Mapping):
        problems.append(f"{place}: must be a table with {', '.join(KEYS)}, not {entry!r}")
        return Waiver(id="", reason="", until=None, place=place)
    named = entry.get("id")
    shown = f"{place} ({named})" if isinstance(named, str) and named else place
    problems += (f"{shown}: {problem}" for problem in _problems(entry))
    return Waiver(
        id=named if isinstance(named, str) else "",
        reason=str(entry.get("reason")).strip(),
        until=_day(entry.get("until")),
        place=place,
    )


def _problems(entry: Mapping[str, Any]) -> Iterator[str]:
    for key in entry.keys() - set(KEYS):
        near = get_close_matches(key, KEYS, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(KEYS)}"
        yield f"unknown key {key!r}{hint}"
    if "id" not in entry:
        yield 'id is missing; name the check, such as id = "page.frame-guard"'
    elif not isinstance(entry["id"], str) or not entry["id"]:
        yield f'id must be the id of a check, such as "page.frame-guard", not {entry["id"]!r}'
    if "reason" not in entry:
        yield "reason is missing; say why this may stay broken for now"
    elif not isinstance(entry["reason"], str) or not entry["reason"].strip():
        yield f"reason must be a sentence, not {entry['reason']!r}"
    if "until" not in entry:
        yield "until is missing; name the last day, such as until = 2027-01-31"
    elif _day(entry["until"]) is None:
        yield f"until must be a date such as 2027-01-31, not {str(entry['until'])!r}"


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    # fromisoformat takes other shapes too, such as 2027-W04-7.
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
