"""Which record a token that somebody shows belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockauth.plugin.plugin import Plugin
from mockauth.plugin.resource import is_own
from mockauth.plugin.state import TokenRecord, digest


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An access token that was issued here; `claims` are those of a JWT."""

    record: TokenRecord
    claims: dict[str, Any] | None = None

    @property
    def user(self) -> str:
        """Whose it is; a JWT says so itself."""
        return self.record.user if self.claims is None else str(self.claims.get("sub", ""))


def access_token(plugin: Plugin, token: str) -> Shown | None:
    """The access token, whether it is still good or not; None for every other text."""
    claims, key = None, token
    if plugin.signing is not None:
        claims = plugin.signing.read(token, plugin.policy.jwt_checked)
        # RFC 9068 section 4: issuer and audience are ours, both, and the time has come.
        if claims is None or not _is_ours(plugin, claims):
            return None
        key = str(claims.get("jti", ""))
    with plugin.state.lock:
        record = plugin.state.access.get(digest(key))
    return None if record is None else Shown(record=record, claims=claims)


def _is_ours(plugin: Plugin, claims: dict[str, Any]) -> bool:
    issuers, audience = plugin.state.issuers, str(claims.get("aud", ""))
    for_us = any(is_own(plugin.config, issuer, audience) for issuer in issuers)
    begun = claims.get("nbf", 0) <= plugin.clock.now()
    return claims.get("iss") in issuers and for_us and begun


def refresh_token(plugin: Plugin, token: str) -> TokenRecord | None:
    """The record of a refresh token, whether it is still good or not."""
    with plugin.state.lock:
        return plugin.state.refresh.get(digest(token))
