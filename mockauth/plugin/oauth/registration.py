"""The registration endpoint (RFC 7591), where clients make themselves known."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc7591 import (
    ClientMetadataClaims,
    ClientRegistrationEndpoint,
    InvalidClientMetadataError,
    InvalidRedirectURIError,
)
from flask import jsonify, request
from joserfc.errors import InvalidClaimError
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth.metadata import metadata_document
from mockauth.plugin.oauth.token import answered
from mockauth.wire.message import SURROGATE, pairs_of
from mockauth.wire.url import hostname, split

Metadata = dict[str, Any]
LISTS = ("redirect_uris", "grant_types", "response_types", "contacts")
TEXTS = (
    "token_endpoint_auth_method", "client_name", "client_uri", "logo_uri", "scope", "tos_uri",
    "policy_uri", "jwks_uri", "software_id", "software_version",
)  # fmt: skip
DEFAULTS: Metadata = {"grant_types": ["authorization_code"], "response_types": ["code"]}
"""RFC 7591 section 2; that of token_endpoint_auth_method Authlib knows."""
MOST_URIS = 50
LONGEST_URI = 2000
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+")
"""The characters of a URI (RFC 3986 section 2) without those of a fragment and of a pattern."""
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANSWERED = {"code", "state", "error", "iss", "error_description"}
"""What the server itself adds to a callback."""


class Claims(ClientMetadataClaims):
    """Client metadata, as Authlib judges it."""

    def validate_redirect_uris(self) -> None:
        """Nothing: `_check_redirect_uris` has. Authlib refuses the scheme of an app, which has no
        host (RFC 8252 section 7.1)."""

    def validate_jwks(self) -> None:
        """The keys are well formed, and public."""
        try:
            super().validate_jwks()
        except (TypeError, KeyError, AttributeError) as wrong:  # it expects the shape of a key set
            raise InvalidClaimError("jwks") from wrong


def registration(plugin: Plugin) -> BaseResponse:
    """201 with the client as it was registered, or the error that section 3.2.2 names."""
    return answered(plugin, lambda: _registered(plugin))


def _registered(plugin: Plugin) -> BaseResponse:
    asked = OAuth2Request("POST", "https://plugin.invalid/")
    asked.payload = BasicOAuth2Payload(_asked())
    status, body, _ = _endpoint(plugin)(asked)
    answer = jsonify(body)
    answer.status_code = status
    return answer


def _endpoint(plugin: Plugin) -> ClientRegistrationEndpoint:
    class Endpoint(ClientRegistrationEndpoint):
        def get_server_metadata(self) -> Metadata:
            return metadata_document(plugin, base_url())

        def authenticate_token(self, request: Any) -> bool:
            # Section 3: open to all, as MCP clients find it.
            return True

        def generate_client_info(self, request: Any) -> Metadata:
            info: Metadata = {
                "client_id": f"registered-{secrets.token_hex(8)}",
                "client_id_issued_at": int(plugin.clock.now()),
            }
            if request.payload.data.get("token_endpoint_auth_method") != "none":
                info["client_secret"] = secrets.token_urlsafe(32)
                info["client_secret_expires_at"] = 0  # never (section 3.2.1)
            return info

        def save_client(self, info: Metadata, metadata: Metadata, request: Any) -> ClientConfig:
            client = ClientConfig(
                id=info["client_id"],
                secret=info.get("client_secret", ""),
                redirect_uris=tuple(metadata["redirect_uris"]),
                name=metadata.get("client_name", ""),
                auth_method=metadata["token_endpoint_auth_method"],
                grant_types=tuple(metadata["grant_types"]),
                scope=metadata.get("scope", ""),
            )
            plugin.state.register(client)
            return client

    return Endpoint(claims_classes=[Claims])


def _asked() -> Metadata:
    """The metadata that the client sends, each member of the type that section 2 gives it.

    Raises:
        InvalidClientMetadataError: it is no JSON object, or a member is of another type.
        InvalidRedirectURIError: there is no redirect URI, or one that no code may be sent to.
    """
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise _wrong("send a JSON object, with Content-Type: application/json")
    if SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise _wrong("a string has half a character in it")
    # Null is as good as absent; what is unknown must be ignored (section 2).
    given = {**DEFAULTS, **{n: v for n, v in value.items() if v is not None}}
    for name in LISTS:
        if name in given and not _is_texts(given[name]):
            raise _wrong(f"{name} must be a list of strings")
    for name in TEXTS:
        if name in given and not isinstance(given[name], str):
            raise _wrong(f"{name} must be a string")
    if "software_statement" in given:
        raise _wrong("software_statement is not supported")
    if not set(DEFAULTS["grant_types"]) <= set(given["grant_types"]):
        raise _wrong("grant_types must have authorization_code, as response_types has code")
    _check_redirect_uris(given.get("redirect_uris", []))
    return given


def _check_redirect_uris(uris: list[str]) -> None:
    if not uris:
        raise InvalidRedirectURIError("redirect_uris is missing")
    if len(uris) > MOST_URIS:
        raise InvalidRedirectURIError(f"redirect_uris has more than {MOST_URIS}")
    for uri in uris:
        if not _may_be_called_back(uri):
            raise InvalidRedirectURIError(
                "each of redirect_uris must be https, http on a loopback address, or of a scheme "
                "of the client's own, and have no fragment"
            )


def _may_be_called_back(uri: str) -> bool:
    """RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1. What stands here becomes
    part of a Location and of a page's policy: no character may mean something else there."""
    parts = split(uri)
    if parts is None or len(uri) > LONGEST_URI or not PLAIN.fullmatch(uri):
        return False
    if ANSWERED & {name for name, _ in pairs_of(parts.query)}:
        return False  # the answer would carry it twice
    if parts.scheme in ("http", "https"):
        safe = parts.scheme == "https" or hostname(uri) in LOOPBACK
        return safe and HOST.fullmatch(parts.netloc) is not None
    # RFC 8252 section 7.1: the name of a domain of the app's maker, the other way round.
    return "." in parts.scheme and bool(parts.path)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _wrong(why: str) -> InvalidClientMetadataError:
    return InvalidClientMetadataError(why)
