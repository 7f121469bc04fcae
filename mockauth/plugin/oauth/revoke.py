"""The revocation endpoint (RFC 7009)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError
from flask import jsonify
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client import AUTH_METHODS, OAuthClient
from mockauth.plugin.oauth.lookup import access_token, refresh_token
from mockauth.plugin.oauth.token import answered, read_request
from mockauth.plugin.state import TokenRecord


def revocation(plugin: Plugin, server: Any) -> BaseResponse:
    """200 whether there was such a token or not; a token of another client is refused."""
    return answered(plugin, lambda: _revoked(plugin, server))


def _revoked(plugin: Plugin, server: Any) -> BaseResponse:
    incoming, policy = read_request(plugin), plugin.policy
    client: OAuthClient | None = None
    if policy.revocation_checks_client:
        client = server.authenticate_client(incoming, AUTH_METHODS, "revocation")
    token = incoming.values.get("token", "")
    if not token:
        raise InvalidRequestError("token is missing")
    # token_type_hint only says where to look first (section 2.1); there are two places.
    refresh = refresh_token(plugin, token)
    shown = access_token(plugin, token) if refresh is None else None
    record = refresh or (shown.record if shown else None)
    if record is None:
        return _done(policy.revocation_unknown_status)
    foreign = client is not None and record.client_id != client.id
    if foreign and policy.revocation_bound_to_client:
        raise UnauthorizedClientError("the token was issued to another client")
    if policy.revocation_works:
        _kill(plugin, record, whole_family=record is refresh)
    return _done(200)


def _done(status: int) -> BaseResponse:
    # Section 2.2 leaves the body open; clients that parse every answer choke on an empty one.
    answer = jsonify({})
    answer.status_code = status
    return answer


def _kill(plugin: Plugin, record: TokenRecord, *, whole_family: bool) -> None:
    """A refresh token takes its access tokens along (section 2.1)."""
    with plugin.state.lock:
        record.dead = True
        if whole_family and plugin.policy.revocation_of_refresh_kills_access:
            record.family.revoked = True
