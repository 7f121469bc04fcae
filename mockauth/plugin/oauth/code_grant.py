"""The authorization code grant (RFC 6749 section 4.1): codes are issued, and redeemed once."""

from __future__ import annotations

import secrets
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client import AUTH_METHODS, OAuthClient
from mockauth.plugin.oauth.issue import make_token
from mockauth.plugin.oauth.pkce import check_challenge, check_verifier
from mockauth.plugin.oauth.resource_indicator import granted_resource, wanted_resource
from mockauth.plugin.state import CodeRecord, compared, digest

INVENTED_SECONDS = 60
"""How long a code lives that nobody issued, where the plugin takes such."""


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


class CodeGrant(grants.AuthorizationCodeGrant):
    """The grant of the plugin that its server belongs to."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @property
    def plugin(self) -> Plugin:
        """Whose codes they are."""
        return self.server.plugin

    def generate_authorization_code(self) -> str:
        """A new code."""
        return _new_code(self.plugin)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Remember a code."""
        params, plugin = request.payload.data, self.plugin
        now = plugin.clock.now()
        record = CodeRecord(
            client_id=request.client.id,
            redirect_uri=request.payload.redirect_uri or "",
            scope=request.client.get_allowed_scope(request.payload.scope),
            user=request.user,
            expires_at=now + plugin.config.code_seconds,
            challenge=params.get("code_challenge", ""),
            challenge_method=params.get("code_challenge_method", ""),
            resource=wanted_resource(plugin, params.get("resource")),
        )
        kept = compared(code, plugin.policy.code_match)
        plugin.state.keep(plugin.state.codes, kept, record, now)

    def query_authorization_code(self, code: str, client: OAuthClient) -> IssuedCode | None:
        """The code, where this client may redeem it now."""
        plugin, asked = self.plugin, self.request.payload.redirect_uri or ""
        with plugin.state.lock:
            record = plugin.state.codes.get(digest(compared(code, plugin.policy.code_match)))
            if record is None and not plugin.policy.code_known:
                record = _invented(plugin, client, asked)
            if record is None or not _may_redeem(plugin, record, client):
                return None
        checked = plugin.policy.redirect_checked_at_token and not self._taken(client, asked)
        return IssuedCode(record, redirect_checked=checked, asked=asked)

    def _taken(self, client: OAuthClient, asked: str) -> bool:
        """Whether a redirect_uri is not compared with the one of the authorization request."""
        loose = self.plugin.policy.redirect_at_token
        left_empty = "redirect_uri" in self.request.left_empty
        is_registered = loose == "registered" and asked in client.redirect_uris
        return is_registered or (loose == "empty" and left_empty)

    def validate_token_request(self) -> Any:
        """Judge the token request."""
        done = super().validate_token_request()
        if self.request.has_scope and self.plugin.policy.token_scope_refused:
            raise InvalidRequestError("scope has no place here")
        record, form = self.request.authorization_code.record, self.request.form
        is_empty = "code_verifier" in self.request.left_empty
        if not (is_empty and self.plugin.policy.pkce_empty_verifier_taken):
            check_verifier(form.get("code_verifier"), record, self.plugin.policy)
        # Before the code is claimed: a refusal must not cost the client its code.
        granted_resource(self.plugin, form.get("resource"), record.resource)
        return done

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        """Nothing: `authenticate_user` has claimed it, before any token was made."""

    def authenticate_user(self, authorization_code: IssuedCode) -> str:
        """The user; called last before a token is made: the first request to claim the code gets it."""
        record, state, policy = authorization_code.record, self.plugin.state, self.plugin.policy
        if policy.code_race:
            state.meet(record.family)
            record.used = True
            return record.user
        with state.lock:
            if record.used and policy.code_single_use:
                raise InvalidGrantError()
            record.used = True
            if policy.code_of_last_login:
                return next(reversed(state.codes.values())).user
        return record.user

    def generate_token(self, user: str = "", scope: str | None = None, **_: Any) -> dict[str, Any]:
        """The token answer."""
        record: CodeRecord = self.request.authorization_code.record
        return make_token(
            self.plugin,
            self.request.client,
            user,
            scope,
            family=record.family,
            resource=granted_resource(
                self.plugin, self.request.form.get("resource"), record.resource
            ),
        )

    def save_token(self, token: dict[str, Any]) -> None:
        """Nothing: `make_token` has kept it."""


def extend(grant: CodeGrant) -> None:
    """What the plugin judges of an authorization request beyond Authlib."""
    grant.register_hook("after_validate_authorization_request_payload", _check_authorization)


def _check_authorization(grant: CodeGrant, redirect_uri: str) -> None:
    payload, client = grant.request.payload, grant.request.client
    check_challenge(payload.data, grant.plugin.policy, public=client.is_public)
    # RFC 7591 section 2: a client is held to the scope it has registered for.
    registered = client.given.scope if grant.plugin.policy.registered_scope_binds else ""
    if registered and not set((payload.scope or "").split()) <= set(registered.split()):
        raise InvalidScopeError("the client has not registered for that scope")
    wanted_resource(grant.plugin, payload.data.get("resource"))


def _new_code(plugin: Plugin) -> str:
    with plugin.state.lock:
        plugin.state.counter += 1
        number = plugin.state.counter
    style = plugin.policy.code_style
    if style == "constant":
        return "the-same-code-every-time-for-everybody-42"
    if style == "counter":
        return f"authorization-code-number-{number:012d}"
    return secrets.token_urlsafe(5 if style == "short" else 32)


def _invented(plugin: Plugin, client: OAuthClient, redirect_uri: str) -> CodeRecord:
    """A record for a code that nobody issued."""
    return CodeRecord(
        client_id=client.id,
        redirect_uri=redirect_uri,
        scope=client.get_allowed_scope(None),
        user=plugin.config.users[0].name,
        expires_at=plugin.clock.now() + INVENTED_SECONDS,
    )


def _may_redeem(plugin: Plugin, record: CodeRecord, client: OAuthClient) -> bool:
    policy = plugin.policy
    if policy.code_bound_to_client and record.client_id != client.id:
        return False
    if record.used and policy.code_single_use:
        # A code that comes twice was stolen, perhaps (RFC 6749 section 4.1.2).
        record.family.revoked = record.family.revoked or policy.code_reuse_revokes
        return False
    return not policy.code_expires or record.expires_at > plugin.clock.now()
