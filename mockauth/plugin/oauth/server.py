"""The authorization server of one app, put together."""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client import OAuthClient, find_client
from mockauth.plugin.oauth.code_grant import CodeGrant, extend
from mockauth.plugin.oauth.refresh_grant import RefreshGrant
from mockauth.plugin.oauth.request import Incoming


class ScopeCrash(Exception):
    """An unknown scope, where the plugin does not expect one."""


class PluginAuthorizationServer(AuthorizationServer):
    """Authlib's server, for one plugin, which its grants find here."""

    def __init__(self, plugin: Plugin) -> None:
        super().__init__()
        self.plugin = plugin

    def create_oauth2_request(self, request: Any) -> Any:
        """The request as it was read already."""
        return request

    def query_client(self, client_id: str) -> OAuthClient | None:
        """The client of that id."""
        return find_client(self.plugin, client_id)

    def authenticate_client(
        self, request: Incoming, methods: list[str], endpoint: str = "token"
    ) -> OAuthClient:
        """The client, which has proved to be the one it says.

        Raises:
            InvalidClientError: it has not.
        """
        if "client_assertion" in request.values:
            return _asserted(self.plugin, request)
        try:
            client: OAuthClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            # Authlib's words name methods that are its own affair.
            raise InvalidClientError("unknown client, or not the right secret") from None
        wanted = client.given.auth_method
        known = (wanted, *client.given.other_auth_methods)
        if wanted and request.method_used not in known:
            # RFC 7591 section 2: it registered for one method, and only that is its own.
            raise InvalidClientError(f"this client authenticates by {wanted}")
        return client

    def create_authorization_response(
        self, request: Any = None, grant_user: Any = None, grant: Any = None
    ) -> Any:
        """Answer what `get_consent_grant` has judged; Authlib would judge it once more."""
        try:
            answer = grant.create_authorization_response(grant.redirect_uri, grant_user)
        except OAuth2Error as wrong:
            wrong.state = request.payload.state
            return self.handle_error_response(request, wrong)
        return self.handle_response(*answer)

    def validate_requested_scope(self, scope: str | None) -> None:
        """Refuse a scope that the plugin does not have.

        Raises:
            InvalidScopeError: it does not have it.
        """
        unknown = set((scope or "").split()) - set(self.plugin.config.scopes)
        if unknown and self.plugin.policy.unknown_scope == "error-500":
            raise ScopeCrash
        if unknown and self.plugin.policy.unknown_scope == "refused":
            raise InvalidScopeError()


def _asserted(plugin: Plugin, request: Incoming) -> OAuthClient:
    # What reads JWTs takes 100 ms to import, which most servers can save.
    from mockauth.plugin.oauth.assertion import check_assertion, claimed_client

    client = find_client(plugin, claimed_client(request.values))
    known = () if client is None else (client.given.auth_method, *client.given.other_auth_methods)
    if client is None or "private_key_jwt" not in known or not plugin.config.client_assertions:
        raise InvalidClientError("unknown client, or one that has no key")
    check_assertion(plugin, client.given, request.values)
    return client


def build_server(plugin: Plugin) -> PluginAuthorizationServer:
    """The authorization server of one app."""
    server = PluginAuthorizationServer(plugin)
    server.register_grant(CodeGrant, [extend])
    server.register_grant(RefreshGrant)
    return server
