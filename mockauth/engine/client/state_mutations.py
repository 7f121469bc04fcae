"""A state that is nearly the one that was sent: what a client takes that compares badly."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from mockauth.wire.message import pairs_of

BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
DIGITS = "0123456789abcdef"


def altered_state(location: str, how: str) -> str:
    """The callback `location` with its state altered as `how` says, a word of `ALTERATIONS`."""
    address, _, query = location.partition("?")
    pairs = [(n, ALTERATIONS[how](v) if n == "state" else v) for n, v in pairs_of(query)]
    return f"{address}?{urlencode(pairs)}"


def _cut(state: str) -> str:
    # More than one character: what decodes base64 leniently would not miss the last one.
    return state.rstrip("=")[:-2]


def _longer(state: str) -> str:
    return state.rstrip("=") + "xy"


def _first(state: str) -> str:
    return _other(state, 0)


def _last(state: str) -> str:
    return _other(state, len(state.rstrip("=")) - 1)


def _case(state: str) -> str:
    # An UUID is the same in either case, and may be compared so.
    if _is_hexadecimal(state) or state.swapcase() == state:
        return _other(state, len(state) // 2)
    return state.swapcase()


def _other(state: str, at: int) -> str:
    """The state with another character of the same kind at one place. In what may be base64 it is
    apart by the highest of its six bits: the lowest ones of a last character say nothing."""
    old = state[at]
    if old in BASE64 and not _is_hexadecimal(state):
        new = BASE64[BASE64.index(old) ^ 32]
    elif old.lower() in DIGITS:
        new = DIGITS[DIGITS.index(old.lower()) ^ 8]
        new = str((int(old) + 5) % 10) if state.isdecimal() else new
    else:
        new = "x" if old != "x" else "y"
    return state[:at] + new + state[at + 1 :]


def _is_hexadecimal(state: str) -> bool:
    return set(state.lower()) <= set(DIGITS + "-")


ALTERATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "state-cut": _cut,
        "state-longer": _longer,
        "state-first": _first,
        "state-last": _last,
        "state-case": _case,
    }
)
"""By the special change of a callback that they make."""
