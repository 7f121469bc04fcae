"""HTTP header values as lists: what Cache-Control says, which challenges a 401 offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mockauth.wire import Pairs, Response
from mockauth.wire.words import say

LONGEST_HEADER = 20_000
"""Characters of one header that are read; no server needs more."""
TOKEN = say("[!#$%&'*+.^_`|~\\w-]+")
PARAMETER = re.compile(rf'({TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"=][^\s,"]*)', re.ASCII)
SCHEME = re.compile(rf"{TOKEN}(?=\s|,|$)", re.ASCII)
TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))")
GAP = re.compile(r"[\s,]*")
PACKED: Mapping[bytes, str] = MappingProxyType(
    {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x78\x01": "deflate"}
    | dict.fromkeys((b"\x78\x9c", b"\x78\xda"), "deflate")
)
"""How compressed bodies begin (RFC 1952 section 2.3.1, RFC 8878 section 3.1.1, RFC 1950)."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """One challenge of WWW-Authenticate (RFC 9110 section 11.6.1); the scheme in lower case."""

    scheme: str
    params: Pairs = ()
    is_list: bool = True
    """Commas stand between its parameters, and before what follows them, and all of it can be read
    (RFC 9110 section 11.2)."""


def joined(response: Response, name: str) -> str:
    """All headers of that name as one list, which is what several mean (RFC 9110 section 5.3)."""
    return ", ".join(response.headers_named(name))[:LONGEST_HEADER]


def directives(response: Response, name: str = "Cache-Control") -> frozenset[str]:
    """The names of the directives of a header, in lower case, their values left out."""
    parts = joined(response, name).lower().split(",")
    return frozenset(part.partition("=")[0].strip() for part in parts) - {""}


def challenges(response: Response) -> tuple[Challenge, ...]:
    """Every challenge of an answer, over all its WWW-Authenticate headers; broken text ends it."""
    return challenges_in(joined(response, "WWW-Authenticate"))


def challenges_in(text: str) -> tuple[Challenge, ...]:
    """Every challenge of a value of WWW-Authenticate; broken text ends it."""
    found: list[Challenge] = []
    at = _skip(text, 0)
    while at < len(text):
        scheme = SCHEME.match(text, at)
        if scheme is None:
            found[-1:] = [replace(one, is_list=False) for one in found[-1:]]
            break
        at = _skip(text, scheme.end())
        params: list[tuple[str, str]] = []
        is_list = True
        while parameter := PARAMETER.match(text, at):
            value = parameter.group(2)
            params.append((parameter.group(1).lower(), _unquoted(value)))
            at = _skip(text, parameter.end())
            is_list &= at == len(text) or "," in text[parameter.end() : at]
        if not params and (word := TOKEN68.match(text, at)) and _same_challenge(text, scheme, at):
            at = _skip(text, word.end())
        name = scheme.group().lower()
        found.append(Challenge(scheme=name, params=tuple(params), is_list=is_list))
    return tuple(found)


def _skip(text: str, at: int) -> int:
    gap = GAP.match(text, at)
    return gap.end() if gap else at


def _same_challenge(text: str, scheme: re.Match[str], at: int) -> bool:
    """Whether what follows the scheme belongs to it: no comma lies between."""
    return "," not in text[scheme.end() : at]


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def packed_as(answer: Response) -> str:
    """The Content-Encoding that the body has and no header names; "" for a body that can be read."""
    return next((name for start, name in PACKED.items() if answer.body.startswith(start)), "")
