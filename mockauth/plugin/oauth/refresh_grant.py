"""The refresh grant (RFC 6749 section 6), with rotation."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth.client import AUTH_METHODS, OAuthClient
from mockauth.plugin.oauth.issue import make_token
from mockauth.plugin.oauth.resource_indicator import granted_resource
from mockauth.plugin.resource import issuer_of
from mockauth.plugin.state import Family, TokenRecord, compared, digest

INVENTED_SECONDS = 60
"""How long a refresh token lives that nobody issued, where the plugin takes such."""


class RaceCrash(OAuth2Error):
    """Two refreshes at once, where the plugin does not expect them."""

    error = "server_error"
    status_code = 500


class IssuedRefresh:
    """A refresh token record, as Authlib asks about it."""

    def __init__(self, record: TokenRecord, *, bound: bool) -> None:
        self.record, self._bound = record, bound

    def get_scope(self) -> str:
        """What the user granted."""
        return self.record.scope

    def check_client(self, client: OAuthClient) -> bool:
        """Whether it was issued to that client."""
        return not self._bound or self.record.client_id == client.id


class RefreshGrant(grants.RefreshTokenGrant):
    """The grant of the plugin that its server belongs to."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @property
    def plugin(self) -> Plugin:
        """Whose tokens they are."""
        return self.server.plugin

    def authenticate_refresh_token(self, refresh_token: str) -> IssuedRefresh | None:
        """The refresh token, where this client may use it now."""
        plugin, form = self.plugin, self.request.form
        needed = plugin.policy.refresh_needs
        if needed and not form.get(needed):
            raise InvalidRequestError(f"{needed} is missing")
        with plugin.state.lock:
            record = _known(plugin, refresh_token)
            if record is None or not _may_refresh(plugin, record, self.request.client):
                return None
        granted_resource(plugin, form.get("resource"), record.resource)
        return IssuedRefresh(record, bound=plugin.policy.refresh_bound_to_client)

    def _validate_token_scope(self, token: IssuedRefresh) -> None:
        scope = self.request.payload.scope
        if not scope or self.plugin.policy.refresh_scope_widens:
            return
        asked = set(scope.split())
        if self.plugin.policy.refresh_unknown_scope:
            asked &= set(self.plugin.config.scope.split())
        # RFC 6749 section 6: nothing that was not granted.
        if not asked <= set(token.get_scope().split()):
            raise InvalidScopeError()

    def authenticate_user(self, refresh_token: IssuedRefresh) -> str:
        """The user; called last before a token is made: the first request gets the new one."""
        record, plugin, policy = refresh_token.record, self.plugin, self.plugin.policy
        if policy.refresh_race or policy.refresh_race_crashes:
            plugin.state.meet((record.family, record.generation))
        with plugin.state.lock:
            if record.revoked and policy.refresh_race_crashes:
                raise RaceCrash()
            if record.revoked and not policy.refresh_race:
                _reused(plugin, record)
                raise InvalidGrantError()
            at_once = policy.refresh_old_dies and not policy.refresh_old_dies_at_use
            rotates = _rotates(policy, record)
            rotated = rotates and at_once
            dropped = not rotates and policy.refresh_dies_unrotated
            record.dead = record.dead or rotated or dropped
            if policy.refresh_of_last_login:
                return next(reversed(plugin.state.codes.values())).user
        return record.user

    def issue_token(self, user: str, refresh_token: IssuedRefresh) -> dict[str, Any]:
        """The token answer."""
        old, policy = refresh_token.record, self.plugin.policy
        scope = self.request.payload.scope or old.scope
        made = make_token(
            self.plugin,
            self.request.client,
            user,
            scope.split()[0] if policy.refresh_drops_scope and scope else scope,
            family=old.family,
            refresh=_rotates(policy, old),
            refresh_scope=old.scope,
            generation=old.generation + 1,
            resource=_refreshed_resource(
                self.plugin, self.request.form.get("resource"), old.resource
            ),
        )
        return made | {"access_token": old.access} if policy.refresh_repeats_access else made

    def save_token(self, token: dict[str, Any]) -> None:
        """Nothing: `make_token` has kept it."""

    def revoke_old_credential(self, refresh_token: IssuedRefresh) -> None:
        """Nothing: `authenticate_user` has claimed it, before any token was made."""


def _rotates(policy: Behaviour, record: TokenRecord) -> bool:
    is_late = policy.refresh_rotates_once and record.generation > 0
    return policy.refresh_rotates and not is_late


def _refreshed_resource(plugin: Plugin, asked: str | None, granted: str) -> str:
    if plugin.policy.resource_handling == "lost-on-refresh":
        return issuer_of(plugin.config, base_url())  # which no endpoint takes
    return granted_resource(plugin, asked, granted)


def _known(plugin: Plugin, refresh_token: str) -> TokenRecord | None:
    state, policy = plugin.state, plugin.policy
    record = state.refresh.get(digest(compared(refresh_token, policy.refresh_match)))
    if record is None and policy.refresh_takes_access:
        record = state.access.get(digest(refresh_token))
    if record is None and not policy.refresh_known:
        config = plugin.config
        expires_at = plugin.clock.now() + INVENTED_SECONDS
        record = TokenRecord(
            config.clients[0].id, config.scope, config.users[0].name, expires_at, Family()
        )
    return record


def _may_refresh(plugin: Plugin, record: TokenRecord, client: OAuthClient | None) -> bool:
    policy = plugin.policy
    foreign = client is not None and record.client_id != client.id
    if not policy.refresh_works or (foreign and policy.refresh_bound_to_client):
        return False  # somebody else's must not kill the owner's tokens
    if record.revoked:
        _reused(plugin, record)
        return False
    used_up = policy.refresh_once_only and record.generation > 0
    return record.expires_at > plugin.clock.now() and not used_up


def _reused(plugin: Plugin, record: TokenRecord) -> None:
    """A used one came back: somebody has stolen one (RFC 9700 section 4.14.2)."""
    if plugin.policy.refresh_reuse_revokes:
        record.family.revoked = True
