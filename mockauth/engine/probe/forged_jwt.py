"""Forged copies of a JWT access token: what an attacker makes without the signing key.

Source: RFC 8725 sections 2.1, 3.1 and 3.2.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mockauth.checks.finding import NotApplicable
from mockauth.checks.jwt import read_part
from mockauth.wire.words import say

CURVES: Mapping[str, str] = MappingProxyType({"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"})


def is_jwt(token: str) -> bool:
    """Whether `token` is a signed JWT (RFC 7519): three parts, the first a JOSE header."""
    parts = token.split(".")
    return len(parts) == 3 and "alg" in _json(parts[0])


def forge(kind: str, token: str, keys: Sequence[Mapping[str, Any]]) -> str:
    """A token with the claims of `token` that nobody with the key has signed.

    `none` has no signature, `payload` keeps the old one over changed claims, `own-key` is signed by
    a key of ours, `hs256` with the server's public key as the secret of a MAC.

    Raises:
        NotApplicable: `token` is no JWT; `hs256`, and the server publishes no public key.
    """
    if not is_jwt(token):
        raise NotApplicable(say("the access token is no JWT"))
    head, claims, signature = token.split(".")
    header = _json(head)
    if kind == "none":
        return f"{_text({**header, 'alg': 'none'})}.{claims}."
    if kind == "payload":
        changed = {**_json(claims), "sub": "mockauth-somebody-else"}
        return f"{head}.{_text(changed)}.{signature}"
    if kind == "own-key":
        return _signed_by_our_key(header, claims)
    return _mac(header, claims, keys)


def _signed_by_our_key(header: dict[str, Any], claims: str) -> str:
    # 100 ms to import; only a JWT needs it.
    from joserfc.jwk import ECKey, OctKey, RSAKey
    from joserfc.jws import JWSRegistry

    algorithm = str(header.get("alg"))
    key: RSAKey | ECKey | OctKey
    if algorithm in CURVES:
        key = ECKey.generate_key(CURVES[algorithm])
    elif algorithm in ("HS256", "HS384", "HS512"):
        key = OctKey.generate_key(512)
    else:
        algorithm = algorithm if algorithm in ("RS384", "RS512") else "RS256"
        key = RSAKey.generate_key(2048)
    # A `crit` names extensions that we do not have; no other member can keep us from signing.
    kept = {name: value for name, value in header.items() if name not in ("crit", "b64")}
    signed = f"{_text({**kept, 'alg': algorithm})}.{claims}"
    signer = JWSRegistry(algorithms=[algorithm]).get_alg(algorithm)
    return f"{signed}.{_base64(signer.sign(_bytes(signed), key))}"


def _mac(header: dict[str, Any], claims: str, keys: Sequence[Mapping[str, Any]]) -> str:
    import hashlib
    import hmac

    pem = _public_pem(header, keys)
    if pem is None:
        raise NotApplicable(say("the server publishes no public key to sign with"))
    signed = f"{_text({**header, 'alg': 'HS256'})}.{claims}"
    mac = hmac.new(pem, _bytes(signed), hashlib.sha256).digest()
    return f"{signed}.{_base64(mac)}"


def _public_pem(header: dict[str, Any], keys: Sequence[Mapping[str, Any]]) -> bytes | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    usable = [key for key in keys if key.get("kty") in ("RSA", "EC")]
    named = [key for key in usable if key.get("kid") == header.get("kid")] or usable
    for key in named:
        try:
            return bytes(import_key(dict(key)).as_pem(private=False))  # type: ignore[union-attr]  # RSA and EC keys have it
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(part: str) -> dict[str, Any]:
    return read_part(part) or {}
