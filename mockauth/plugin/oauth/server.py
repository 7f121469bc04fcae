"""The grants: codes are issued, redeemed once, and refreshed with rotation."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc7636 import CodeChallenge

from mockauth.clock import Clock
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.state import CodeRecord, State, TokenRecord, digest
from mockauth.wire.url import hostname


@dataclass(frozen=True)
class Client(ClientMixin):
    """A registered client, as Authlib asks about it."""

    id: str
    secret: str
    config: PluginConfig

    def get_client_id(self) -> str:
        """The client_id."""
        return self.id

    def get_default_redirect_uri(self) -> str:
        """None is guessed: the request must name one (RFC 6749 section 3.1.2.3)."""
        return ""

    def get_allowed_scope(self, scope: str | None) -> str:
        """What of the requested scope is granted: all that is known, the default for none."""
        known = self.config.scope.split()
        wanted = (scope or "").split() or known
        return " ".join(word for word in wanted if word in known)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it is registered, letter for letter (RFC 9700 section 2.1)."""
        match, uris = self.config.policy.redirect_match, self.config.redirect_uris
        if match == "any":
            return bool(redirect_uri)
        if match == "host":
            return hostname(redirect_uri) in {hostname(uri) for uri in uris}
        if match == "prefix":
            return any(redirect_uri.startswith(uri) for uri in uris)
        if match == "normalised":
            plain = redirect_uri.replace(":443", "").rstrip("/").lower()
            return plain in {uri.lower() for uri in uris}
        return redirect_uri in uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is right, in constant time."""
        if not self.config.policy.secret_checked:
            return True
        return hmac.compare_digest(client_secret.encode(), self.secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """The secret in the body; Basic was moved there by `incoming`."""
        loose = not self.config.policy.secret_required
        return method == "client_secret_post" or (loose and method == "none")

    def check_response_type(self, response_type: str) -> bool:
        """Only `code`."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Code and refresh."""
        return grant_type in ("authorization_code", "refresh_token")


class _Code:
    """A code record, as Authlib asks about it."""

    def __init__(self, record: CodeRecord, *, redirect_checked: bool, asked: str) -> None:
        self.record = record
        self.code_challenge = record.challenge or None
        self.code_challenge_method = "S256" if record.challenge else None
        self._redirect_uri = record.redirect_uri if redirect_checked else asked

    def get_redirect_uri(self) -> str:
        return self._redirect_uri

    def get_scope(self) -> str:
        return self.record.scope


class _Token:
    """A refresh token record, as Authlib asks about it."""

    def __init__(self, record: TokenRecord, value: str, *, bound: bool) -> None:
        self.record, self.value, self._bound = record, value, bound

    def get_scope(self) -> str:
        return self.record.scope

    def check_client(self, client: Client) -> bool:
        return not self._bound or self.record.client_id == client.id


class S256Only(CodeChallenge):
    """PKCE honoured when asked for, `plain` refused (RFC 9700 section 2.1.1)."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's own shape


def build_server(config: PluginConfig, state: State, clock: Clock) -> AuthorizationServer:
    """The authorization server of one app."""
    policy = config.policy
    clients = {c.id: Client(c.id, c.secret, config) for c in config.clients}

    def query_client(client_id: str) -> Client | None:
        if not policy.client_checked and client_id:
            return clients.get(client_id) or Client(client_id, "", config)
        return clients.get(client_id)

    def save_token(token: dict[str, Any], request: Any) -> None:
        credential = request.authorization_code or request.refresh_token
        family = credential.record.family
        scope = token.get("scope", "")
        record = {"client_id": request.client.id, "scope": scope, "user": request.user}
        now = clock.now()
        with state.lock:
            state.access[digest(token["access_token"])] = TokenRecord(
                **record, expires_at=now + config.access_seconds, family=family
            )
            if "refresh_token" in token:
                state.refresh[digest(token["refresh_token"])] = TokenRecord(
                    **record, expires_at=now + 30 * 86400, family=family
                )

    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "none"]  # noqa: RUF012 - Authlib's

        def generate_authorization_code(self) -> str:
            with state.lock:
                state.counter += 1
                number = state.counter
            if policy.code_style == "constant":
                return "the-same-code-every-time-for-everybody-42"
            if policy.code_style == "counter":
                return f"authorization-code-number-{number:012d}"
            return secrets.token_urlsafe(5 if policy.code_style == "short" else 32)

        def save_authorization_code(self, code: str, request: Any) -> None:
            record = CodeRecord(
                client_id=request.client.id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.client.get_allowed_scope(request.payload.scope),
                user=request.user,
                expires_at=clock.now() + config.code_seconds,
                challenge=request.payload.data.get("code_challenge", ""),
                family=secrets.token_hex(8),
            )
            with state.lock:
                state.codes[digest(code)] = record

        def query_authorization_code(self, code: str, client: Client) -> _Code | None:
            asked = self.request.payload.redirect_uri or ""
            with state.lock:
                record = state.codes.get(digest(code))
                if record is None and not policy.code_known:
                    record = CodeRecord(client.id, asked, config.scope, "ada", clock.now() + 60)
                    record.family = secrets.token_hex(8)
                if record is None or record.expires_at < clock.now():
                    return None
                if policy.code_bound_to_client and record.client_id != client.id:
                    return None
                if record.used and policy.code_single_use:
                    if policy.code_reuse_revokes:
                        state.revoke_family(record.family)
                    return None
            return _Code(record, redirect_checked=policy.redirect_checked_at_token, asked=asked)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            """Nothing: `authenticate_user` has claimed it, before any token was made."""

        def authenticate_user(self, authorization_code: _Code) -> str:
            # The last thing before a token is made: whoever claims the code first has it.
            with state.lock:
                if authorization_code.record.used and policy.code_single_use:
                    raise InvalidGrantError()
                authorization_code.record.used = True
            return authorization_code.record.user

    class RefreshGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "none"]  # noqa: RUF012 - Authlib's
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> _Token | None:
            with state.lock:
                record = state.refresh.get(digest(refresh_token))
                if record is None and not policy.refresh_known:
                    record = TokenRecord("demo-client", config.scope, "ada", clock.now() + 60, "x")
                if record is None or not policy.refresh_works:
                    return None
                if record.revoked:  # a used one came back: somebody has stolen one
                    state.revoke_family(record.family)
                    return None
                if record.expires_at < clock.now():
                    return None
            return _Token(record, refresh_token, bound=policy.refresh_bound_to_client)

        def authenticate_user(self, refresh_token: _Token) -> str:
            return refresh_token.record.user

        def revoke_old_credential(self, refresh_token: _Token) -> None:
            with state.lock:
                refresh_token.record.revoked = True

    class Server(AuthorizationServer):
        def create_oauth2_request(self, request: Any) -> Any:
            return request

    server = Server()
    server._query_client, server._save_token = query_client, save_token
    server.scopes_supported = config.scope.split()
    server.register_token_generator("default", _token_maker(config))
    server.register_grant(CodeGrant, [S256Only(required=policy.pkce_required)])
    server.register_grant(RefreshGrant)
    return server


def _token_maker(config: PluginConfig) -> Any:
    def make(
        grant_type: str,
        client: Client,
        user: Any = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        access = {
            "random": secrets.token_urlsafe(32),
            "client_secret": client.secret,
            "constant": "one-token-for-everybody-and-for-ever-0123456789",
        }[config.policy.token_is]
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": access,
            "expires_in": config.access_seconds,
            "scope": client.get_allowed_scope(scope),
        }
        if include_refresh_token and config.policy.refresh_issued:
            token["refresh_token"] = secrets.token_urlsafe(32)
        return token

    return make
