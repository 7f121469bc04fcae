"""The introspection endpoint (RFC 7662)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import jsonify
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth.lookup import access_token, audience_of, refresh_token
from mockauth.plugin.oauth.token import answered, read_request
from mockauth.plugin.resource import issuer_of
from mockauth.plugin.state import TokenRecord


def introspection(plugin: Plugin, server: Any) -> BaseResponse:
    """What a token is, for the client with a secret that it was issued to; else only that it is
    not active."""
    return answered(plugin, lambda: _described(plugin, server))


def _described(plugin: Plugin, server: Any) -> BaseResponse:
    incoming, policy = read_request(plugin), plugin.policy
    client_id = None
    if policy.introspection_checks_client:
        client = server.authenticate_client(incoming, ["client_secret_post"], "introspection")
        client_id = client.id
    token = incoming.values.get("token", "")
    if not token:
        raise InvalidRequestError("token is missing")
    refresh = refresh_token(plugin, token)
    shown = access_token(plugin, token) if refresh is None else None
    record = refresh or (shown.record if shown else None)
    active = record is not None and _is_active(plugin, record, client_id)
    if policy.introspection_style == "always-active":
        active = True
    answer: dict[str, Any] = {"active": str(active) if _in_words(plugin) else active}
    if record is not None and (active or policy.introspection_style == "talkative"):
        answer |= _members(plugin, record)
        if shown is not None:
            answer["token_type"] = "Bearer"
    return jsonify(answer)


def _in_words(plugin: Plugin) -> bool:
    return plugin.policy.introspection_style == "text"


def _is_active(plugin: Plugin, record: TokenRecord, client_id: str | None) -> bool:
    own = client_id in (None, record.client_id)
    return own and not record.revoked and record.expires_at > plugin.clock.now()


def _members(plugin: Plugin, record: TokenRecord) -> dict[str, Any]:
    user = plugin.config.user(record.user)
    return {
        **(user.claims if user else {}),
        "scope": record.scope,
        "client_id": record.client_id,
        "username": record.user,
        "sub": record.user,
        "exp": int(record.expires_at),
        "iat": int(record.issued_at),
        "iss": issuer_of(plugin.config, base_url()),
        "aud": audience_of(plugin, record),
    }
