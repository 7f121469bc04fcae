"""The authorization server's metadata (RFC 8414), generated from what is on."""

from __future__ import annotations

from typing import Any

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin

METHODS = ("client_secret_post", "client_secret_basic", "none")


def metadata_document(plugin: Plugin, base: str) -> dict[str, Any]:
    """The document at /.well-known/oauth-authorization-server; `base` is the issuer."""
    config, policy = plugin.config, plugin.policy
    methods = _methods(plugin, public=True)
    document: dict[str, Any] = {
        "issuer": _issuer(policy.issuer_published, base),
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "scopes_supported": config.scope.split(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "authorization_response_iss_parameter_supported": config.issuer_in_redirect,
    }
    if not policy.refresh_issued:
        document["grant_types_supported"].remove("refresh_token")
    if policy.pkce_supported:
        plain = ["plain"] if policy.pkce_plain_allowed else []
        document["code_challenge_methods_supported"] = ["S256", *plain]
    if config.revocation:
        document["revocation_endpoint"] = f"{base}/revoke"
        document["revocation_endpoint_auth_methods_supported"] = methods
    if config.registration:
        document["registration_endpoint"] = f"{base}/register"
    if config.introspection and (private := _methods(plugin, public=False)):
        document["introspection_endpoint"] = f"{base}/introspect"
        document["introspection_endpoint_auth_methods_supported"] = private
    if config.userinfo:
        document["userinfo_endpoint"] = f"{base}/userinfo"
    if plugin.signing is not None:
        document["jwks_uri"] = f"{base}/.well-known/jwks.json"
    if policy.metadata_lies:
        document["code_challenge_methods_supported"] = ["S256", "plain"]
        document["grant_types_supported"] = ["authorization_code", "refresh_token", "password"]
        document["token_endpoint_auth_methods_supported"] = [*methods, "private_key_jwt"]
    # Section 3.2: what has no element is left out.
    return {name: value for name, value in document.items() if value != []}


def _methods(plugin: Plugin, *, public: bool) -> list[str]:
    """The ways in which some client may authenticate; one that registers chooses among all."""
    found = set(METHODS)
    if not plugin.config.registration:
        found = {method for client in plugin.clients for method in _methods_of(client)}
    if not plugin.policy.basic_accepted:
        found.discard("client_secret_basic")
    if not public:
        found.discard("none")
    return sorted(found, key=METHODS.index)


def _methods_of(client: ClientConfig) -> tuple[str, ...]:
    if client.auth_method:
        return (client.auth_method,)
    return METHODS[:2] if client.secret else METHODS[2:]


def _issuer(published: str, base: str) -> str:
    return {"wrong": "https://attacker.example", "slash-added": f"{base}/"}.get(published, base)
