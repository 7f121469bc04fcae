"""Forged tokens: each is what an attacker could make, and none needs the signing key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, OctKey, RSAKey

from mockauth.checks.finding import NotApplicable
from mockauth.engine.probe.forged_jwt import forge, is_jwt

CLAIMS = {"sub": "ada", "iss": "https://todo.example"}
KEYS: dict[str, RSAKey | ECKey | OctKey] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "r"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "e"}),
    "HS256": OctKey.generate_key(256, {"kid": "h"}),
}
KINDS = ["none", "payload", "own-key"]


def signed(algorithm: str) -> str:
    key = KEYS[algorithm]
    return jwt.encode({"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}, CLAIMS, key)


def part(text: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert isinstance(value, dict)
    return value


def published(algorithm: str) -> dict[str, Any]:
    key = KEYS[algorithm]
    assert not isinstance(key, OctKey)
    return dict(key.as_dict(private=False))


@pytest.mark.parametrize("algorithm", sorted(KEYS))
@pytest.mark.parametrize("kind", ["payload", "own-key"])
def test_a_server_that_checks_signatures_refuses_the_forgery(algorithm: str, kind: str) -> None:
    with pytest.raises(BadSignatureError):
        jwt.decode(forge(kind, signed(algorithm), ()), KEYS[algorithm])


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_own_key_keeps_claims_and_header_letter_for_letter(algorithm: str) -> None:
    token = signed(algorithm)
    head, claims, _ = forge("own-key", token, ()).split(".")
    assert claims == token.split(".")[1]
    assert part(head) == part(token.split(".")[0])


def test_own_key_is_a_whole_signature_of_the_named_algorithm() -> None:
    rs, es, hs = (
        forge("own-key", signed(a), ()).split(".")[2] for a in ("RS256", "ES256", "HS256")
    )
    assert [len(base64.urlsafe_b64decode(s + "==")) for s in (rs, es, hs)] == [256, 64, 32]


def test_none_has_no_signature_and_the_same_claims() -> None:
    token = signed("RS256")
    head, claims, signature = forge("none", token, ()).split(".")
    assert (part(head)["alg"], claims, signature) == ("none", token.split(".")[1], "")


def test_payload_names_somebody_else_under_the_old_signature() -> None:
    token = signed("ES256")
    head, claims, signature = forge("payload", token, ()).split(".")
    assert (head, signature) == (token.split(".")[0], token.split(".")[2])
    assert part(claims) == {**CLAIMS, "sub": "mockauth-somebody-else"}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_hs256_takes_the_public_key_of_the_token_as_a_secret(algorithm: str) -> None:
    keys = [{"kty": "RSA", "kid": "broken"}, published("RS256"), published("ES256")]
    head, claims, signature = forge("hs256", signed(algorithm), keys).split(".")
    key = KEYS[algorithm]
    assert not isinstance(key, OctKey)
    pem = key.as_pem(private=False)
    load_pem_public_key(pem)
    mac = hmac.new(pem, f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert part(head)["alg"] == "HS256"
    assert base64.urlsafe_b64decode(signature + "=") == mac


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "c2VjcmV0"}],
        [{"kty": "RSA"}],
        [{"kty": "RSA", "n": ["x"], "e": 3}],
        [{"kty": "EC", "crv": "P-256", "x": "!", "y": None}],
    ],
)
def test_hs256_does_not_apply_without_a_usable_public_key(keys: list[dict[str, Any]]) -> None:
    with pytest.raises(NotApplicable):
        forge("hs256", signed("RS256"), keys)


@pytest.mark.parametrize(
    "token",
    ["", "..", "a.b.c", "a.b", "....", "\udc80.\udc80.\udc80", "é.é.é", "W10.e30.", "bnVsbA.e30.x"],
)
def test_what_is_no_jwt_is_not_forged(token: str) -> None:
    assert not is_jwt(token)
    with pytest.raises(NotApplicable):
        forge("none", token, ())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256K"},
        {"alg": "EdDSA"},
        {"alg": "PS256"},
        {"alg": None},
        {"alg": ["RS256"]},
        {"alg": "HSx"},
        {"alg": "RS256", "crit": ["exp"], "b64": False},
        {"alg": "RS256", "kid": 5, "x5c": "no list", "\ud800": "\ud800"},
    ],
)
@pytest.mark.parametrize("claims", ["e30", "abcde", "", "!", "\udc80"])
def test_a_strange_token_is_forged_all_the_same(
    header: dict[str, Any], claims: str, kind: str
) -> None:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    forged = forge(kind, f"{head}.{claims}.c2ln", ())
    assert forged.count(".") == 2
    assert is_jwt(forged)


@given(st.text(), st.sampled_from(KINDS))
def test_no_text_breaks_the_forger(token: str, kind: str) -> None:
    if is_jwt(token):
        forge(kind, token, ())
