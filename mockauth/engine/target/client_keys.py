"""A client's keys, and the assertions it signs with them (RFC 7523 section 3)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

Claims = dict[str, Any]
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 120
"""Seconds that an assertion lives."""
BITS = 2048


@dataclass(frozen=True, kw_only=True)
class ClientKey:
    """A private key and its name. ES256 where the server lists it: such keys are made at once."""

    algorithm: str = "RS256"
    kid: str = field(default_factory=lambda: uuid.uuid4().hex)
    key: RSAKey | ECKey

    def jwk(self, *, private: bool = False) -> Claims:
        """The key as a JSON Web Key."""
        found = self.key.as_dict(private=private)
        return {**found, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def signed(self, claims: Claims, kid: str = "") -> str:
        """A JWT of these claims."""
        from joserfc import jwt  # 100 ms to import; only a client with keys needs it

        header = {"alg": self.algorithm, "kid": kid or self.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def new_key(algorithm: str) -> ClientKey:
    """A new key for `ES256` or `RS256`."""
    from joserfc.jwk import ECKey, RSAKey

    if algorithm == "ES256":
        return ClientKey(algorithm=algorithm, key=ECKey.generate_key("P-256"))
    return ClientKey(key=RSAKey.generate_key(BITS))


def ordinary_claims(client_id: str, audience: str, now: int) -> Claims:
    """What an assertion says; `now` is in seconds since the epoch."""
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": uuid.uuid4().hex,
    }


def _expired(claims: Claims) -> Claims:
    return {**claims, "iat": claims["iat"] - 7200, "exp": claims["exp"] - 7200}


ALTERED: Mapping[str, Callable[[Claims], Claims]] = MappingProxyType(
    {
        "wrong-audience": lambda claims: {**claims, "aud": "https://other.example/token"},
        "expired": _expired,
        "other-issuer": lambda claims: {**claims, "iss": "https://other.example/client.json"},
        "other-subject": lambda claims: {**claims, "sub": "https://other.example/client.json"},
    }
)
"""Claims that a server must refuse."""
