"""A fault as it is asked for in one line: its name, and when it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from mockauth.errors import UsageError
from mockauth.plugin.faults.fault import FAULT_PLACES, Fault
from mockauth.plugin.faults.trigger import Trigger

HOW = "write NAME, NAME:once or NAME:times=2,after=1,client=…"
LARGEST_NUMBER = 10**12
"""Enough for a moment in seconds since the epoch."""
KEYS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "times": int, "after": int, "seconds": float, "until": float, "place": str, "path": str,
        "client": str, "user": str, "parameter": str, "value": str,
    }
)  # fmt: skip


def fault_named(text: str, known: Mapping[str, Fault]) -> Fault:
    """The fault that `text` asks for: `token.slow`, `token.slow:once`, `token.slow:delay=2`,
    `api.rate-limited:times=3,client=demo-client`.

    Raises:
        UsageError: there is no such fault, or what follows the name cannot be read.
    """
    name, colon, rest = text.partition(":")
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "mockauth serve --list-faults names them"
        raise UsageError(f"{name}: no such fault; {hint}")
    fault = known[name]
    if not colon:
        return fault
    given = _given(text, rest)
    delay: float | None = given.pop("delay", None)
    if delay is not None:
        fault = _slower(fault, delay, text)
    if not given:
        return fault
    if fault.config:
        setting = next(iter(fault.config))
        raise UsageError(f"fault {text}: {name} sets {setting}, which cannot change with requests")
    return replace(fault, trigger=replace(fault.trigger or Trigger(), **given))


def _given(text: str, rest: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in rest.split(","):
        key, equals, value = part.partition("=")
        if part == "once":
            found["times"] = 1
        elif not equals or key not in {*KEYS, "delay"}:
            raise UsageError(f"fault {text}: {part!r} is unknown; {HOW} ({', '.join(KEYS)}, delay)")
        else:
            found[key] = _read(text, key, value)
    if found.get("place", FAULT_PLACES[0]) not in FAULT_PLACES:
        raise UsageError(f"fault {text}: place must be one of {', '.join(FAULT_PLACES)}")
    if "value" in found and "parameter" not in found:
        raise UsageError(f"fault {text}: value needs parameter=NAME beside it")
    return found


def _read(text: str, key: str, value: str) -> object:
    kind = KEYS.get(key, float)
    try:
        read = kind(value)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise UsageError(f"fault {text}: {key} must be {wanted}, not {value[:20]!r}") from None
    if key == "times" and read == 0:
        raise UsageError(f"fault {text}: times must be 1 or more, not 0")
    if isinstance(read, int | float) and not 0 <= read <= LARGEST_NUMBER:
        wanted = f"0 or more, and {LARGEST_NUMBER} at most"
        raise UsageError(f"fault {text}: {key} must be {wanted}, not {value[:20]}")
    return read


def _slower(fault: Fault, delay: float, text: str) -> Fault:
    if not any(change.delay for change in fault.answers):
        raise UsageError(f"fault {text}: {fault.name} has no delay that could be changed")
    changes = tuple(replace(c, delay=delay) if c.delay else c for c in fault.answers)
    return replace(fault, answers=changes)


def spelled(fault: Fault) -> str:
    """A fault as it is asked for, with its trigger."""
    if fault.trigger is None:
        return fault.name
    given = {key: getattr(fault.trigger, key) for key in KEYS}
    parts = [f"{key}={value}" for key, value in given.items() if value not in (None, "", 0)]
    return fault.name + (":" + ",".join(parts) if parts else "")
