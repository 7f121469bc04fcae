"""A callback whose parameters are right, and must be percent-decoded to be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from mockauth.wire.message import pairs_of

CODE_ENDS: Mapping[str, str] = MappingProxyType({"code-slash": "/4=", "code-plus": "+a%2Fb"})
"""What a code ends in, by the special change of a callback. A code may have every printable
character (RFC 6749 A.11); `%2F` shows who decodes it twice."""


def with_odd_code(location: str, how: str) -> tuple[str, str, str]:
    """The callback `location` with a longer code, the code that it had, and the one that it has."""
    address, _, query = location.partition("?")
    pairs = pairs_of(query)
    code = next((value for name, value in pairs if name == "code"), "")
    odd = code + CODE_ENDS[how]
    spelled = ((n, quote(odd if n == "code" else v, safe="")) for n, v in pairs)
    return f"{address}?{'&'.join(f'{n}={v}' for n, v in spelled)}", code, odd


def with_encoded_state(location: str) -> str:
    """The callback `location`, every character of its state percent-encoded."""
    address, _, query = location.partition("?")
    spelled = ((n, _encoded(v) if n == "state" else quote(v, safe="")) for n, v in pairs_of(query))
    return f"{address}?{'&'.join(f'{n}={v}' for n, v in spelled)}"


def _encoded(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())
