"""A state that is nearly the one that was sent: what a client takes that compares badly."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from mockauth.wire.message import pairs_of

BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
HEXADECIMAL = frozenset(string.hexdigits + "-")


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
    return _other(state[0]) + state[1:]


def _last(state: str) -> str:
    body = state.rstrip("=")
    return body[:-1] + _other(body[-1]) + state[len(body) :]


def _case(state: str) -> str:
    # An UUID is the same in either case, and may be compared so.
    if set(state) <= HEXADECIMAL or state.swapcase() == state:
        middle = len(state) // 2
        return state[:middle] + _other(state[middle]) + state[middle + 1 :]
    return state.swapcase()


def _other(character: str) -> str:
    """Another character of the same kind, apart by the highest of its six bits: the lowest ones of
    a last character of base64 say nothing."""
    if character.isdecimal():
        return str((int(character) + 5) % 10)
    if character in "abcdef":
        return chr((ord(character) - ord("a") + 3) % 6 + ord("a"))
    if character not in BASE64:
        return "x" if character != "x" else "y"
    return BASE64[BASE64.index(character) ^ 32]


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
