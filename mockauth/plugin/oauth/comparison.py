"""How a secret that came is compared with the right one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType


def same(given: str, right: str) -> bool:
    """Whether both are alike, in constant time."""
    coded = (text.encode("utf-8", "surrogatepass") for text in (given, right))
    return hmac.compare_digest(*coded)


FITS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "exact": same,
        "any-case": lambda given, right: same(given.lower(), right.lower()),
        "longer": lambda given, right: given.startswith(right),
        "part": lambda given, right: right.startswith(given),
        "end": lambda given, right: right.endswith(given),
        "client-id": same,
        "any-client": same,
        "blank": lambda given, right: not given.strip() or same(given, right),
    }
)
"""By `Behaviour.secret_match` and `Behaviour.password_match`."""
