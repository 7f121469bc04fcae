"""A client that proves by its key who it is: private_key_jwt (RFC 7523 section 3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.fetch import FetchError
from mockauth.plugin.oauth.client_document import (
    DocumentError,
    document_client,
    fetched_json,
    forget_document,
)
from mockauth.plugin.oauth.metadata import ALGORITHMS
from mockauth.plugin.resource import issuer_of

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY = 60
"""Seconds by which two clocks may differ."""
LONGEST = 3600
"""Seconds that an assertion may live, so that its id need not be kept for ever."""
Claims = dict[str, Any]


def claimed_client(params: Mapping[str, str]) -> str:
    """Who an assertion says it is from, unproven; "" where it says nothing that can be read."""
    try:
        claims = json.loads(_decoded(params.get("client_assertion", "").split(".")[1]))
    except (ValueError, IndexError, RecursionError):
        return ""
    said = claims.get("sub") if isinstance(claims, dict) else ""
    named = params.get("client_id", said)
    return said if isinstance(said, str) and said == named else ""


def check_assertion(plugin: Plugin, client: ClientConfig, params: Mapping[str, str]) -> None:
    """Let the assertion of a client pass that is its own, and for this server.

    Raises:
        InvalidClientError: it is not.
    """
    checked = plugin.policy.assertion_checked
    if params.get("client_assertion_type") != TYPE:
        raise InvalidClientError("client_assertion_type is not that of a JWT")
    if checked == "never":
        return
    assertion = params.get("client_assertion", "")
    claims = _unproven(assertion) if checked == "signature" else _proven(plugin, client, assertion)
    if claims.get("sub") != client.id or (claims.get("iss") != client.id and checked != "issuer"):
        raise InvalidClientError("iss and sub must both be the client_id")
    if checked != "audience" and not _is_for_us(plugin, claims.get("aud")):
        raise InvalidClientError("aud must be the issuer or the token endpoint")
    if checked != "expiry":
        _check_times(plugin, claims)
    if checked != "replay":
        _check_once(plugin, client, claims)


def _proven(plugin: Plugin, client: ClientConfig, assertion: str) -> Claims:
    """The claims, whose signature one of the client's keys has made. A key that is not there is looked
    for once more: clients change theirs."""
    for again in (False, True):
        if again and plugin.policy.document_keys_frozen:
            break
        try:
            return jwt.decode(assertion, _keys(plugin, client, again), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    raise InvalidClientError("the signature is not that of a key of this client")


def _keys(plugin: Plugin, client: ClientConfig, again: bool) -> KeySet:
    if not client.jwks_uri:
        if again and client.is_document:
            forget_document(plugin, client.id)
            client = document_client(plugin, client.id) or client
        return KeySet.import_key_set(dict(client.jwks))  # type: ignore[arg-type]
    with plugin.state.lock:
        kept = plugin.state.keys.get(client.jwks_uri)
    now = plugin.clock.now()
    frozen = plugin.policy.document_keys_frozen
    if kept is None or (again and not frozen) or (kept[1] <= now and not frozen):
        kept = _fetched_keys(plugin, client.jwks_uri, now)
    return KeySet.import_key_set(kept[0])  # type: ignore[arg-type]


def _fetched_keys(plugin: Plugin, url: str, now: float) -> tuple[dict[str, Any], float]:
    try:
        jwks, seconds = fetched_json(plugin, url)
    except (DocumentError, FetchError) as wrong:
        raise InvalidClientError("the keys of this client cannot be had") from wrong
    with plugin.state.lock:
        plugin.state.keys[url] = (jwks, now + seconds)
        while len(plugin.state.keys) > 1000:
            plugin.state.keys.popitem(last=False)
    return jwks, now + seconds


def _is_for_us(plugin: Plugin, audience: object) -> bool:
    base = base_url()
    taken = {
        "issuer": [issuer_of(plugin.config, base)],
        "token-endpoint": [f"{base}/token"],
    }.get(plugin.policy.assertion_audiences, [issuer_of(plugin.config, base), f"{base}/token"])
    named = audience if isinstance(audience, list) else [audience]
    return any(one in taken for one in named)


def _check_times(plugin: Plugin, claims: Claims) -> None:
    now = plugin.clock.now()
    times = {name: claims.get(name) for name in ("exp", "nbf", "iat")}
    if not all(type(one) in (int, float, type(None)) for one in times.values()):
        raise InvalidClientError("exp, nbf and iat must be numbers")
    expires, begins = times["exp"], times["nbf"] or times["iat"] or 0
    if expires is None or not now - LEEWAY < expires <= now + LONGEST:
        raise InvalidClientError("exp must lie within the next hour")
    if begins > now + LEEWAY:
        raise InvalidClientError("the assertion is not valid yet")


def _check_once(plugin: Plugin, client: ClientConfig, claims: Claims) -> None:
    number, now = claims.get("jti"), plugin.clock.now()
    if not isinstance(number, str) or not number:
        raise InvalidClientError("jti is missing")
    seen, key = plugin.state.assertions, (client.id, number)
    with plugin.state.lock:
        while seen and next(iter(seen.values())) <= now:
            seen.popitem(last=False)
        if key in seen:
            raise InvalidClientError("an assertion works once")
        seen[key] = now + LONGEST + LEEWAY


def _unproven(assertion: str) -> Claims:
    try:
        claims = json.loads(_decoded(assertion.split(".")[1]))
    except (ValueError, IndexError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise InvalidClientError("the assertion is no JWT")
    return claims


def _decoded(piece: str) -> bytes:
    return base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
