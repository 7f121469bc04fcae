"""The grants: codes are issued, redeemed once, and refreshed with rotation."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client import OAuthClient
from mockauth.plugin.oauth.issue import make_token
from mockauth.plugin.oauth.pkce import check_challenge, check_verifier
from mockauth.plugin.oauth.resource_indicator import check_same_resource
from mockauth.plugin.state import CodeRecord, Family, TokenRecord, digest

AUTH_METHODS = ["client_secret_post", "none"]
GAP_SECONDS = 0.1
"""How long a racing plugin waits between looking a code up and marking it used."""


class RaceCrash(OAuth2Error):
    """Two refreshes at once, where the plugin does not expect them."""

    error = "server_error"
    status_code = 500


class IssuedCode:
    """A code record, as Authlib asks about it."""

    def __init__(self, record: CodeRecord, *, redirect_checked: bool, asked: str) -> None:
        self.record = record
        self._redirect_uri = record.redirect_uri if redirect_checked else asked

    def get_redirect_uri(self) -> str:
        """What the token request must repeat."""
        return self._redirect_uri

    def get_scope(self) -> str:
        """What the user granted."""
        return self.record.scope


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


def code_grant(plugin: Plugin) -> type[grants.AuthorizationCodeGrant]:
    """The authorization code grant of one app (RFC 6749 section 4.1)."""
    state, clock = plugin.state, plugin.clock

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

        def generate_authorization_code(self) -> str:
            with state.lock:
                state.counter += 1
                number = state.counter
            style = plugin.policy.code_style
            if style == "constant":
                return "the-same-code-every-time-for-everybody-42"
            if style == "counter":
                return f"authorization-code-number-{number:012d}"
            return secrets.token_urlsafe(5 if style == "short" else 32)

        def save_authorization_code(self, code: str, request: Any) -> None:
            params = request.payload.data
            record = CodeRecord(
                client_id=request.client.id,
                redirect_uri=request.payload.redirect_uri or "",
                scope=request.client.get_allowed_scope(request.payload.scope),
                user=request.user,
                expires_at=clock.now() + plugin.config.code_seconds,
                challenge=params.get("code_challenge", ""),
                challenge_method=params.get("code_challenge_method", ""),
                resource=params.get("resource", ""),
            )
            state.keep(state.codes, code, record, clock.now())

        def query_authorization_code(self, code: str, client: OAuthClient) -> IssuedCode | None:
            policy = plugin.policy
            asked = self.request.payload.redirect_uri or ""
            with state.lock:
                record = state.codes.get(digest(code))
                if record is None and not policy.code_known:
                    scope = client.get_allowed_scope(None)
                    user = plugin.config.users[0].name
                    record = CodeRecord(client.id, asked, scope, user, clock.now() + 60)
                if record is None:
                    return None
                if policy.code_bound_to_client and record.client_id != client.id:
                    return None
                if record.used and policy.code_single_use:
                    if policy.code_reuse_revokes:
                        record.family.revoked = True
                    return None
                if policy.code_expires and record.expires_at <= clock.now():
                    return None
            checked = policy.redirect_checked_at_token
            return IssuedCode(record, redirect_checked=checked, asked=asked)

        def validate_token_request(self) -> Any:
            done = super().validate_token_request()
            if self.request.has_scope and plugin.policy.token_scope_refused:
                raise InvalidRequestError("scope has no place here")
            record = self.request.authorization_code.record
            check_verifier(self.request.form.get("code_verifier"), record, plugin.policy)
            # Before the code is claimed: a refusal must not cost the client its code.
            check_same_resource(plugin, self.request.form.get("resource"), record.resource)
            return done

        def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
            """Nothing: `authenticate_user` has claimed it, before any token was made."""

        def authenticate_user(self, authorization_code: IssuedCode) -> str:
            # The last thing before a token is made: whoever claims the code first has it.
            record = authorization_code.record
            if plugin.policy.code_race:
                state.meet(record.family, GAP_SECONDS)
                record.used = True
                return record.user
            with state.lock:
                if record.used and plugin.policy.code_single_use:
                    raise InvalidGrantError()
                record.used = True
            return record.user

        def generate_token(
            self, user: str = "", scope: str | None = None, **_: Any
        ) -> dict[str, Any]:
            record: CodeRecord = self.request.authorization_code.record
            return make_token(
                plugin,
                self.request.client,
                user,
                scope,
                family=record.family,
                resource=self.request.form.get("resource") or record.resource,
            )

        def save_token(self, token: dict[str, Any]) -> None:
            """Nothing: `make_token` has kept it."""

    return CodeGrant


def honour_pkce(plugin: Plugin) -> Callable[[Any], None]:
    """The extension of the code grant that reads the challenge (RFC 7636 section 4.4)."""

    def check(grant: Any, redirect_uri: str) -> None:
        params = grant.request.payload.data
        check_challenge(params, plugin.policy, public=grant.request.client.is_public)

    def extend(grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", check)

    return extend


def honour_registered_scope(grant: Any) -> None:
    """The extension of the code grant that holds a client to the scope it has registered for
    (RFC 7591 section 2)."""

    def check(grant: Any, redirect_uri: str) -> None:
        registered = grant.request.client.given.scope
        asked = (grant.request.payload.scope or "").split()
        if registered and not set(asked) <= set(registered.split()):
            raise InvalidScopeError("the client has not registered for that scope")

    grant.register_hook("after_validate_authorization_request_payload", check)


def refresh_grant(plugin: Plugin) -> type[grants.RefreshTokenGrant]:
    """The refresh grant of one app (RFC 6749 section 6)."""
    state, clock = plugin.state, plugin.clock

    class RefreshGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

        def authenticate_refresh_token(self, refresh_token: str) -> IssuedRefresh | None:
            policy = plugin.policy
            needed = policy.refresh_needs
            if needed and not self.request.form.get(needed):
                raise InvalidRequestError(f"{needed} is missing")
            with state.lock:
                record = _known(plugin, refresh_token)
                if record is None or not policy.refresh_works:
                    return None
                if policy.refresh_bound_to_client:
                    client = self.request.client
                    if client is not None and record.client_id != client.id:
                        return None  # somebody else's: it must not kill the owner's tokens
                if record.revoked:
                    _reused(plugin, record)
                    return None
                if record.expires_at <= clock.now():
                    return None
                if policy.refresh_once_only and record.generation > 0:
                    return None
            check_same_resource(plugin, self.request.form.get("resource"), record.resource)
            return IssuedRefresh(record, bound=policy.refresh_bound_to_client)

        def _validate_token_scope(self, token: IssuedRefresh) -> None:
            scope = self.request.payload.scope
            if not scope or plugin.policy.refresh_scope_widens:
                return
            # RFC 6749 section 6: nothing that was not granted.
            if not set(scope.split()) <= set(token.get_scope().split()):
                raise InvalidScopeError()

        def authenticate_user(self, refresh_token: IssuedRefresh) -> str:
            record, policy = refresh_token.record, plugin.policy
            if policy.refresh_race or policy.refresh_race_crashes:
                state.meet((record.family, record.generation), GAP_SECONDS)
            with state.lock:
                if record.revoked and policy.refresh_race_crashes:
                    raise RaceCrash()
                if record.revoked and not policy.refresh_race:
                    _reused(plugin, record)
                    raise InvalidGrantError()
                rotated = policy.refresh_rotates and policy.refresh_old_dies
                dropped = not policy.refresh_rotates and policy.refresh_dies_unrotated
                record.dead = record.dead or rotated or dropped
            return record.user

        def issue_token(self, user: str, refresh_token: IssuedRefresh) -> dict[str, Any]:
            old = refresh_token.record
            return make_token(
                plugin,
                self.request.client,
                user,
                self.request.payload.scope or old.scope,
                family=old.family,
                refresh=plugin.policy.refresh_rotates,
                refresh_scope=old.scope,
                generation=old.generation + 1,
                resource=self.request.form.get("resource") or old.resource,
            )

        def save_token(self, token: dict[str, Any]) -> None:
            """Nothing: `make_token` has kept it."""

        def revoke_old_credential(self, refresh_token: IssuedRefresh) -> None:
            """Nothing: `authenticate_user` has claimed it, before any token was made."""

    return RefreshGrant


def _known(plugin: Plugin, refresh_token: str) -> TokenRecord | None:
    state, policy = plugin.state, plugin.policy
    record = state.refresh.get(digest(refresh_token))
    if record is None and policy.refresh_takes_access:
        record = state.access.get(digest(refresh_token))
    if record is None and not policy.refresh_known:
        config = plugin.config
        expires_at = plugin.clock.now() + 60
        record = TokenRecord(
            config.clients[0].id, config.scope, config.users[0].name, expires_at, Family()
        )
    return record


def _reused(plugin: Plugin, record: TokenRecord) -> None:
    """A used one came back: somebody has stolen one (RFC 9700 section 4.14.2)."""
    if plugin.policy.refresh_reuse_revokes:
        record.family.revoked = True
