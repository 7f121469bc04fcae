"""The registration endpoint (RFC 7591), where clients make themselves known."""

from __future__ import annotations

import json
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
from mockauth.plugin.fetch import Bounds, FetchError
from mockauth.plugin.oauth.callback_uri import may_be_called_back
from mockauth.plugin.oauth.client_document import has_private_keys
from mockauth.plugin.oauth.metadata import metadata_document
from mockauth.plugin.oauth.token import answered
from mockauth.wire.message import SURROGATE

Metadata = dict[str, Any]
LISTS = ("redirect_uris", "grant_types", "response_types", "contacts")
TEXTS = (
    "token_endpoint_auth_method", "client_name", "client_uri", "logo_uri", "scope", "tos_uri",
    "policy_uri", "jwks_uri", "software_id", "software_version",
)  # fmt: skip
DEFAULTS: Metadata = {"grant_types": ["authorization_code"], "response_types": ["code"]}
"""RFC 7591 section 2; that of token_endpoint_auth_method Authlib knows."""
MOST_URIS = 50
GRANTS = ("authorization_code", "refresh_token")
APPLICATIONS = ("web", "native")
"""OpenID Connect Registration 1.0, section 2."""


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
    given = _asked(plugin)
    asked.payload = BasicOAuth2Payload(given)
    _refuse_what_faults_refuse(plugin, given)
    status, body, _ = _endpoint(plugin)(asked)
    if status == 201:
        body = _told(plugin, given, body)
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
                "client_id": _new_id(plugin.policy.registration_id),
                "client_id_issued_at": int(plugin.clock.now()),
            }
            method = request.payload.data.get("token_endpoint_auth_method")
            always = plugin.policy.registration_secret == "always"
            if method not in ("none", "private_key_jwt") or always:
                short = plugin.policy.registration_secret == "short"
                info["client_secret"] = secrets.token_urlsafe(6 if short else 32)
                info["client_secret_expires_at"] = 0  # never (section 3.2.1)
            return info

        def save_client(self, info: Metadata, metadata: Metadata, request: Any) -> ClientConfig:
            client = ClientConfig(
                id=info["client_id"],
                secret=""
                if metadata["token_endpoint_auth_method"] == "none"
                else info.get("client_secret", ""),
                redirect_uris=tuple(metadata["redirect_uris"]),
                name=metadata.get("client_name", ""),
                auth_method=metadata["token_endpoint_auth_method"],
                grant_types=tuple(metadata["grant_types"]),
                scope=metadata.get("scope", ""),
                jwks=metadata.get("jwks", {}),
                jwks_uri=metadata.get("jwks_uri", ""),
            )
            plugin.state.register(client)
            return client

    return Endpoint(claims_classes=[Claims])


def _new_id(style: str) -> str:
    if style == "constant":
        return "registered-client"
    own = f"registered-{secrets.token_hex(8)}"
    return f"{base_url()}/clients/{own}" if style == "url" else own


def _told(plugin: Plugin, given: Metadata, body: Metadata) -> Metadata:
    """What the answer says of the client (section 3.2.1)."""
    policy = plugin.policy
    if given.get("application_type") in APPLICATIONS:
        body["application_type"] = given["application_type"]
    if policy.registration_secret == "no-expiry":
        body.pop("client_secret_expires_at", None)
    if policy.registration_values == "other-grant":
        body["grant_types"] = ["client_credentials"]
    kept = ("client_id", "client_secret", "client_secret_expires_at")
    return body if policy.registration_echoes else {n: v for n, v in body.items() if n in kept}


def _refuse_what_faults_refuse(plugin: Plugin, given: Metadata) -> None:
    """What a strict server takes, and a fault does not."""
    refused, asked = plugin.policy.registration_refuses, request.get_json(silent=True) or {}
    known = {*LISTS, *TEXTS, "application_type", "jwks"}
    found = {
        "unknown-member": bool(asked.keys() - known),
        "application_type": "application_type" in asked,
        "extra-grant": bool({*asked.get("grant_types", [])} - {*GRANTS}),
        "empty-scope": not given.get("scope"),
        "chatgpt": any("chatgpt.com" in uri for uri in given.get("redirect_uris", [])),
        "basic": given.get("token_endpoint_auth_method") == "client_secret_basic",
        "custom-scheme": any(
            not uri.startswith(("https:", "http:")) for uri in given.get("redirect_uris", [])
        ),
    }
    if found.get(refused):
        raise _wrong(f"{refused} is not supported")
    if plugin.policy.registration_fetches:
        _fetch_all(plugin, given)


def _fetch_all(plugin: Plugin, given: Metadata) -> None:
    """Look at what a careful server leaves alone (section 5)."""
    for name in ("logo_uri", "jwks_uri"):
        try:
            plugin.fetch(given.get(name, ""), Bounds(private=True))
        except FetchError:
            continue


def _asked(plugin: Plugin) -> Metadata:
    """The metadata that the client sends, each member of the type that section 2 gives it.

    Raises:
        InvalidClientMetadataError: it is no JSON object, or a member is of another type.
        InvalidRedirectURIError: there is no redirect URI, or one that no code may be sent to.
    """
    value = request.get_json(silent=True)
    if value is None and plugin.policy.registration_takes_form:
        value = {"redirect_uris": request.form.getlist("redirect_uris")}
    if not isinstance(value, dict):
        raise _wrong("send a JSON object, with Content-Type: application/json")
    if SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise _wrong("a string has half a character in it")
    # Null is as good as absent; what is unknown must be ignored (section 2).
    given = {**DEFAULTS, **{n: v for n, v in value.items() if v is not None}}
    _check_types(given)
    if "software_statement" in given:
        raise _wrong("software_statement is not supported")
    given.setdefault("token_endpoint_auth_method", plugin.policy.registration_default_method)
    if not set(DEFAULTS["grant_types"]) <= set(given["grant_types"]):
        raise _wrong("grant_types must have authorization_code, as response_types has code")
    if plugin.config.api == "mcp":
        # Section 2 lets a server replace what it does not have: clients list grants in advance.
        given["grant_types"] = [one for one in given["grant_types"] if one in GRANTS]
    _check_keys(given)
    _check_redirect_uris(plugin, given)
    return given


def _check_types(given: Metadata) -> None:
    for name in LISTS:
        if name in given and not _is_texts(given[name]):
            raise _wrong(f"{name} must be a list of strings")
    for name in TEXTS:
        if name in given and not isinstance(given[name], str):
            raise _wrong(f"{name} must be a string")


def _check_keys(given: Metadata) -> None:
    """What private_key_jwt needs (RFC 7591 section 2)."""
    if has_private_keys(given.get("jwks")):
        raise _wrong("jwks has a private key")
    needs = given["token_endpoint_auth_method"] == "private_key_jwt"
    if needs and not ("jwks" in given or "jwks_uri" in given):
        raise _wrong("private_key_jwt needs jwks or jwks_uri")


def _check_redirect_uris(plugin: Plugin, given: Metadata) -> None:
    uris, policy = given.get("redirect_uris", []), plugin.policy
    if not uris and policy.registration_needs_uris:
        raise InvalidRedirectURIError("redirect_uris is missing")
    given["redirect_uris"] = uris
    if len(uris) > MOST_URIS:
        raise InvalidRedirectURIError(f"redirect_uris has more than {MOST_URIS}")
    native = given.get("application_type") == "native" and plugin.config.api == "mcp"
    for uri in uris:
        if policy.registration_checks_uris and not may_be_called_back(uri, native=native):
            raise InvalidRedirectURIError(
                "each of redirect_uris must be https, http on a loopback address, or of a scheme "
                "of the client's own, and have no fragment"
            )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _wrong(why: str) -> InvalidClientMetadataError:
    return InvalidClientMetadataError(why)
