"""Tokens are made and remembered: opaque ones, or JWTs (RFC 9068)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth.client import OAuthClient
from mockauth.plugin.resource import issuer_of, resource_of
from mockauth.plugin.state import Family, TokenRecord, compared


def make_token(
    plugin: Plugin,
    client: OAuthClient,
    user: str,
    scope: str | None,
    *,
    family: Family,
    refresh: bool = True,
    refresh_scope: str | None = None,
    generation: int = 0,
    resource: str = "",
) -> dict[str, Any]:
    """A token answer (RFC 6749 section 5.1), kept as hashes.

    `refresh_scope` is what a new refresh token may ask for: that of the one it replaces (section 6).
    `resource` is what it was asked for (RFC 8707); "" is what the plugin protects.
    """
    config, state, policy = plugin.config, plugin.state, plugin.policy
    granted = scope or client.get_allowed_scope(None)
    now = plugin.clock.now()
    issuer = issuer_of(config, base_url())
    audience = resource or resource_of(config, base_url())
    access, key = _access_token(plugin, client, user, granted, issuer, audience)
    if policy.token_flaw == "tampered":
        access = _tampered(access)
    token: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": access,
        "expires_in": config.access_seconds,
        "scope": granted,
    }
    kept = TokenRecord(
        client_id=client.id,
        scope=granted,
        user=user,
        expires_at=now if policy.token_flaw == "expired" else now + config.access_seconds,
        family=family,
        generation=generation,
        issued_at=now,
        resource=resource,
        issuer=issuer,
    )
    state.keep(state.access, compared(key, policy.api_token_match), kept, now)
    if refresh and _may_stay(plugin, granted) and client.check_grant_type("refresh_token"):
        long = config.refresh_seconds if policy.refresh_outlives_access else config.access_seconds
        token["refresh_token"] = secrets.token_urlsafe(4 if policy.refresh_token_short else 32)
        longer = replace(
            kept,
            scope=refresh_scope or granted,
            expires_at=now + long,
            access=access if policy.refresh_repeats_access else "",
        )
        state.keep(
            state.refresh, compared(token["refresh_token"], policy.refresh_match), longer, now
        )
    return token


def _may_stay(plugin: Plugin, scope: str) -> bool:
    """Whether a refresh token comes with an access token of that scope."""
    policy, asked = plugin.policy, "offline_access" in scope.split()
    right = policy.offline_access_works if asked else not policy.refresh_needs_offline_access
    return policy.refresh_issued and right


def _access_token(
    plugin: Plugin, client: OAuthClient, user: str, scope: str, issuer: str, audience: str
) -> tuple[str, str]:
    """The token and the text under which it is remembered: itself, or the id of a JWT."""
    if plugin.policy.token_is == "client_secret":
        return client.secret, client.secret
    if plugin.policy.token_is == "constant":
        constant = "one-token-for-everybody-and-for-ever-0123456789"
        return constant, constant
    if plugin.policy.token_is == "counter":
        with plugin.state.lock:
            plugin.state.counter += 1
            counted = f"access-token-number-{plugin.state.counter:016d}"
        return counted, counted
    if plugin.signing is None:
        token = secrets.token_urlsafe(32)
        return token, token
    now, number = int(plugin.clock.now()), secrets.token_hex(16)
    known, flaw = plugin.config.user(user), plugin.policy.token_flaw
    claims = {
        **(known.claims if known else {}),
        "iss": "https://attacker.example" if flaw == "wrong-issuer" else issuer,
        "sub": user,
        "aud": "https://somebody-else.example" if flaw == "wrong-audience" else audience,
        "client_id": client.id,
        "scope": scope,
        "iat": now,
        "exp": now if flaw == "expired" else now + plugin.config.access_seconds,
        "jti": number,
    }
    if flaw == "not-yet-valid":
        claims["nbf"] = now + plugin.config.access_seconds
    if not plugin.policy.jwt_has_exp:
        del claims["exp"]
    if plugin.policy.jwt_has_mail:
        claims["email"] = f"{user}@mockauth.example"
    signing = plugin.signing.foreign if flaw == "wrong-key" else plugin.signing
    return signing.sign(claims, signed=plugin.policy.jwt_signed), number


def _tampered(token: str) -> str:
    """Another letter in the middle: of a JWT it stands in the claims."""
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
