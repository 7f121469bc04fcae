"""A JSON Web Token, looked at from outside: nothing is verified, nothing in it is trusted."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mockauth.wire import Response

LONGEST_TOKEN = 100_000
"""Characters; a longer token is not taken apart."""
PART = r"[A-Za-z0-9_-]"
COMPACT = re.compile(rf"({PART}+)\.({PART}+)\.({PART}*)")
DEEPEST_CLAIMS = 8


@dataclass(frozen=True, kw_only=True)
class Jwt:
    """A signed (or unsigned) token in compact form (RFC 7519 section 3, RFC 7515 section 7.1)."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signature: str
    """As sent, base64url; "" when there is none."""

    @property
    def unsigned(self) -> bool:
        """No signature, or the algorithm `none` in any letter case (RFC 8725 section 3.2)."""
        return not self.signature or str(self.header.get("alg", "none")).lower() == "none"

    def named_values(self) -> Iterator[tuple[str, object]]:
        """Every claim that is no list and no object, nested ones included."""
        yield from _leaves(self.claims, "", 0)


def read_jwt(token: str) -> Jwt | None:
    """The token taken apart, or None when it is opaque (an encrypted one has five parts)."""
    parts = COMPACT.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    if parts is None:
        return None
    header, claims = read_part(parts.group(1)), read_part(parts.group(2))
    # Three parts alone make no JWT: opaque tokens have dots, too.
    if header is None or claims is None or not isinstance(header.get("alg"), str):
        return None
    return Jwt(header=header, claims=claims, signature=parts.group(3))


def read_part(part: str) -> dict[str, Any] | None:
    """The object that a part of a token holds in base64url (RFC 7515 section 2), or None."""
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _leaves(value: object, name: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > DEEPEST_CLAIMS:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value[:100]:
            yield from _leaves(inner, name, depth + 1)
    else:
        yield name, value


def claimed_scope(answer: Response) -> set[str] | None:
    """The scope that the JWT access token of a token answer says it has; None for nothing."""
    token = answer.members.get("access_token")
    jwt = read_jwt(token) if isinstance(token, str) else None
    claim = jwt.claims.get("scope", jwt.claims.get("scp")) if jwt else None
    if isinstance(claim, list):
        claim = " ".join(str(word) for word in claim)
    return set(claim.split()) if isinstance(claim, str) else None


def audience_of(token: str) -> tuple[str, ...] | None:
    """Whom a token says that it is for (RFC 7519 section 4.1.3): none where a JWT does not say; None
    where the token is no JWT."""
    jwt = read_jwt(token)
    if jwt is None:
        return None
    named = jwt.claims.get("aud", ())
    listed = named if isinstance(named, list) else [named] if named else []
    return tuple(one for one in listed if isinstance(one, str))
