"""Which record a token that somebody shows belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockauth.plugin.context import Plugin
from mockauth.plugin.resource import resource_of
from mockauth.plugin.state import TokenRecord, compared, digest


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
        if claims is None:
            return None
        key = str(claims.get("jti", ""))
    with plugin.state.lock:
        record = plugin.state.access.get(digest(compared(key, plugin.policy.api_token_match)))
        if record is not None and plugin.policy.refresh_old_dies_at_use:
            _end_replaced(plugin, record)
    if record is None or (claims is not None and not _fits(plugin, claims, record)):
        return None
    return Shown(record=record, claims=claims)


def _end_replaced(plugin: Plugin, used: TokenRecord) -> None:
    """The refresh tokens of the same login die that were replaced before this access token came."""
    for record in plugin.state.refresh.values():
        if record.family is used.family and record.generation < used.generation:
            record.dead = True


def _fits(plugin: Plugin, claims: dict[str, Any], record: TokenRecord) -> bool:
    """Whether issuer and audience are those under which it was issued, and its time has come
    (RFC 9068 section 4)."""
    nbf = claims.get("nbf", 0)
    begun = isinstance(nbf, int | float) and nbf <= plugin.clock.now()
    right = claims.get("iss") == record.issuer and claims.get("aud") == audience_of(plugin, record)
    return begun and right


def audience_of(plugin: Plugin, record: TokenRecord) -> str:
    """What a token is good for."""
    tenant = f"/{plugin.config.tenant}" if plugin.config.tenant else ""
    return record.resource or resource_of(plugin.config, record.issuer.removesuffix(tenant))


def refresh_token(plugin: Plugin, token: str) -> TokenRecord | None:
    """The record of a refresh token, whether it is still good or not."""
    kept = compared(token, plugin.policy.refresh_match)
    with plugin.state.lock:
        return plugin.state.refresh.get(digest(kept))
