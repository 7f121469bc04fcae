"""Access tokens as JWTs: RS256 under a key of this app, published as a key set (RFC 7517)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

Claims = dict[str, Any]


class Signing:
    """The signing key of one app, made when it is first needed."""

    @cached_property
    def key(self) -> RSAKey:
        """A new RSA key of 2048 bits; nothing is fixed in the package."""
        return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

    @cached_property
    def foreign(self) -> Signing:
        """Signs with a key that nobody publishes."""
        return Signing()

    @property
    def key_set(self) -> dict[str, Any]:
        """The public half, as /.well-known/jwks.json shows it."""
        return {"keys": [self.key.as_dict(private=False)]}

    def sign(self, claims: Mapping[str, Any], *, signed: bool = True) -> str:
        """The JWT access token of `claims` (RFC 9068 section 2); not `signed`, of algorithm none."""
        if not signed:
            parts = ({"alg": "none", "typ": "at+jwt"}, dict(claims))
            return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
        header = {"alg": "RS256", "typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(header, dict(claims), self.key, algorithms=["RS256"])

    def read(self, token: str, checked: str = "yes") -> Claims | None:
        """The claims of a token whose signature is right, as strictly as `checked` says; None for
        every other text. Times are not looked at here."""
        parts = _parts(token)
        if parts is None:
            return None
        header, claims, signature = parts
        algorithm = str(header.get("alg", ""))
        if checked == "signature_ignored":
            return claims
        if checked == "alg_none_accepted" and algorithm.lower() == "none":
            return claims
        if checked == "hs256_with_public_key_accepted" and algorithm == "HS256":
            return claims if self._confused(token, signature) else None
        if checked == "any_key" and algorithm == "RS256" and len(signature) >= 128:
            return claims
        return claims if self._right(token, signature) else None

    def _right(self, token: str, signature: bytes) -> bool:
        try:
            jwt.decode(token, self.key, algorithms=["RS256"])
        except (JoseError, ValueError, TypeError):
            return False
        # A last character may hide unused bits: only the canonical spelling is ours.
        return _encoded(signature) == token.rpartition(".")[2]

    def _confused(self, token: str, signature: bytes) -> bool:
        signed = token.rpartition(".")[0].encode()
        pem = self.key.as_pem(private=False)
        keys = (pem, pem.strip(), self.key.as_der(private=False))
        return any(
            hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), signature)
            for key in keys
        )


def _parts(token: str) -> tuple[Claims, Claims, bytes] | None:
    pieces = token.split(".")
    if len(pieces) != 3 or not token.isascii():
        return None
    try:
        header, claims = (json.loads(_decoded(piece)) for piece in pieces[:2])
        signature = _decoded(pieces[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return header, claims, signature


def _decoded(piece: str) -> bytes:
    return base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
