"""The authorization server's metadata (RFC 8414), generated from what is on."""

from __future__ import annotations

from typing import Any

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.resource import issuer_of

METHODS = ("client_secret_post", "client_secret_basic", "none", "private_key_jwt")
ALGORITHMS = ("RS256", "PS256", "ES256")
"""Under which a client may sign its assertion (RFC 7518 section 3.1)."""


def metadata_document(plugin: Plugin, base: str) -> dict[str, Any]:
    """The document at /.well-known/oauth-authorization-server; `base` is the address of the plugin."""
    config, policy = plugin.config, plugin.policy
    methods = _methods(plugin, public=True)
    document: dict[str, Any] = {
        "issuer": _issuer(policy.issuer_published, issuer_of(config, base)),
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": _token_endpoint(policy.metadata_token_endpoint, base),
        "scopes_supported": list(config.scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "authorization_response_iss_parameter_supported": config.issuer_in_redirect,
        **_endpoints(plugin, base),
        **_for_documents(plugin),
    }
    if not policy.refresh_issued:
        document["grant_types_supported"].remove("refresh_token")
    if policy.pkce_supported:
        plain = ["plain"] if policy.pkce_plain_allowed else []
        document["code_challenge_methods_supported"] = ["S256", *plain]
    if "private_key_jwt" in methods:
        document["token_endpoint_auth_signing_alg_values_supported"] = list(ALGORITHMS)
    if policy.metadata_lies:
        document["code_challenge_methods_supported"] = ["S256", "plain"]
        document["grant_types_supported"] = ["authorization_code", "refresh_token", "password"]
        document["token_endpoint_auth_methods_supported"] = [*methods, "private_key_jwt"]
    # Section 3.2: what has no element is left out.
    return {name: value for name, value in document.items() if value != []}


def openid_document(plugin: Plugin, base: str) -> dict[str, Any]:
    """The same in the place and with the members of OpenID Connect Discovery 1.0, section 3. No ID token
    is issued: MCP takes the document for the metadata of a server."""
    document = metadata_document(plugin, base)
    if plugin.policy.openid_differs:
        document["token_endpoint"] = f"{base}/openid/token"
    return document | {
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _endpoints(plugin: Plugin, base: str) -> dict[str, Any]:
    config = plugin.config
    found: dict[str, Any] = {}
    if config.revocation:
        found["revocation_endpoint"] = f"{base}/revoke"
        found["revocation_endpoint_auth_methods_supported"] = _methods(plugin, public=True)
    if config.registration:
        found["registration_endpoint"] = f"{base}/register"
    if config.introspection and (private := _methods(plugin, public=False)):
        found["introspection_endpoint"] = f"{base}/introspect"
        found["introspection_endpoint_auth_methods_supported"] = private
    if config.userinfo:
        found["userinfo_endpoint"] = f"{base}/userinfo"
    if plugin.signing is not None:
        found["jwks_uri"] = f"{base}/.well-known/jwks.json"
    return found


def _for_documents(plugin: Plugin) -> dict[str, bool]:
    """Whether client ID metadata documents are taken (its draft, section 5)."""
    flag = plugin.policy.document_flag
    said = plugin.config.takes_documents and flag == "right"
    return {"client_id_metadata_document_supported": True} if said or flag == "lies" else {}


def _methods(plugin: Plugin, *, public: bool) -> list[str]:
    """The ways in which some client may authenticate; one that registers chooses among all."""
    found = set(METHODS[:3])
    if not plugin.config.registration:
        found = {method for client in plugin.clients for method in _methods_of(client)}
    if plugin.config.takes_documents:
        found.add("none")
    if plugin.config.client_assertions:
        found.add("private_key_jwt")
    if not plugin.policy.basic_accepted:
        found.discard("client_secret_basic")
    if not public:
        found.discard("none")
    return sorted(found, key=METHODS.index)


def _methods_of(client: ClientConfig) -> tuple[str, ...]:
    if client.auth_method:
        return (client.auth_method, *client.other_auth_methods)
    return METHODS[:2] if client.secret else METHODS[2:3]


def _issuer(published: str, issuer: str) -> str:
    wrong = {
        "wrong": "https://attacker.example",
        "slash-added": f"{issuer}/",
        "query-added": f"{issuer}?tenant=1",
    }
    return wrong.get(published, issuer)


def _token_endpoint(published: str, base: str) -> str:
    wrong = {"http": "http://attacker.example/token", "dead": f"{base}/oauth/nothing"}
    return wrong.get(published, f"{base}/token")
