"""The authorization server of one app, put together."""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client import OAuthClient, find_client
from mockauth.plugin.oauth.grants import (
    code_grant,
    honour_pkce,
    honour_registered_scope,
    refresh_grant,
)
from mockauth.plugin.oauth.request import Incoming
from mockauth.plugin.oauth.resource_indicator import honour_resource


class ScopeCrash(Exception):
    """An unknown scope, where the plugin does not expect one."""


def build_server(plugin: Plugin) -> AuthorizationServer:
    """The authorization server of one app."""

    class Server(AuthorizationServer):
        def create_oauth2_request(self, request: Any) -> Any:
            return request

        def query_client(self, client_id: str) -> OAuthClient | None:
            return find_client(plugin, client_id)

        def authenticate_client(
            self, request: Incoming, methods: list[str], endpoint: str = "token"
        ) -> OAuthClient:
            try:
                client: OAuthClient = super().authenticate_client(request, methods, endpoint)
            except InvalidClientError:
                # Authlib's words name methods that are its own affair.
                raise InvalidClientError("unknown client, or not the right secret") from None
            wanted = client.given.auth_method
            if wanted and request.method_used != wanted:
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
            unknown = set((scope or "").split()) - set(plugin.config.scope.split())
            if unknown and plugin.policy.unknown_scope == "error-500":
                raise ScopeCrash
            if unknown and plugin.policy.unknown_scope == "refused":
                raise InvalidScopeError()

    server = Server()
    extensions = [honour_pkce(plugin), honour_registered_scope, honour_resource(plugin)]
    server.register_grant(code_grant(plugin), extensions)
    server.register_grant(refresh_grant(plugin))
    return server
