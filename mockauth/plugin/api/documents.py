"""The plugin's documents, generated from what is really on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockauth.plugin.api.auth import SCOPES
from mockauth.plugin.api.operations import TITLES, embeddings_paths, todo_paths
from mockauth.plugin.config import PluginConfig
from mockauth.wire.url import hostname, is_private_host


def manifest(config: PluginConfig, base: str) -> dict[str, Any]:
    """The manifest. `client_url` is the authorize endpoint, `authorization_url` the token one."""
    auth: dict[str, Any] = {"type": config.auth}
    if config.auth in ("service_http", "user_http"):
        auth["authorization_type"] = config.authorization_type
    if config.auth == "oauth":
        auth |= {
            "client_url": f"{base}/authorize",
            "scope": config.scope,
            "authorization_url": f"{base}/token",
            "authorization_content_type": config.content_type,
        }
    if config.auth in ("service_http", "oauth"):
        auth["verification_tokens"] = {"openai": config.verification_token}
    name, model_name, description, model_description = TITLES[config.api]
    document = {
        "schema_version": "v1",
        "name_for_human": name,
        "name_for_model": model_name,
        "description_for_human": description,
        "description_for_model": model_description,
        "auth": auth,
        "api": {"type": "openapi", "url": f"{base}/openapi.json"},
        "logo_url": f"{base}/logo.png",
        "contact_email": f"plugin@{_mail_host(base)}",
        "legal_info_url": f"{base}/legal",
    }
    _overwrite(document, config.manifest, base)
    return document


def _mail_host(base: str) -> str:
    """A host that mail could go to: a name with a dot, and none that guides have."""
    host = hostname(base)
    return host if "." in host and not is_private_host(host) else "todo.test"


def openapi(config: PluginConfig, base: str) -> dict[str, Any]:
    """The OpenAPI document of the API."""
    paths = embeddings_paths() if config.api == "embeddings" else todo_paths()
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": TITLES[config.api][0], "version": "1"},
        "servers": [{"url": base}],
        "paths": paths,
    }
    if config.auth == "oauth":
        _oauth_security(document, config, base)
    elif config.auth != "none":
        scheme: dict[str, str] = {"type": "http", "scheme": config.authorization_type}
        if config.api_key_header:
            scheme = {"type": "apiKey", "in": "header", "name": config.api_key_header}
        document["components"] = {"securitySchemes": {"token": scheme}}
        document["security"] = [{"token": []}]
    _overwrite(document, config.openapi, base)
    return document


def _overwrite(document: dict[str, Any], members: Mapping[str, Any], base: str) -> None:
    """Set members by their dotted path; None removes one, `{base}` is the address of the server."""
    for path, value in members.items():
        target: Any = document
        *parents, last = path.split(".")
        for name in parents:
            target = target[name]
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value.replace("{base}", base) if isinstance(value, str) else value


def _oauth_security(document: dict[str, Any], config: PluginConfig, base: str) -> None:
    known = config.scope.split()
    flow = {
        "authorizationUrl": f"{base}/authorize",
        "tokenUrl": f"{base}/token",
        "refreshUrl": f"{base}/token",
        "scopes": {word: word for word in known},
    }
    scheme = {"type": "oauth2", "flows": {"authorizationCode": flow}}
    document["components"] = {"securitySchemes": {"token": scheme}}
    for path in document["paths"].values():
        for method in path.keys() - {"parameters"}:
            scope = SCOPES[path[method]["operationId"]]
            path[method]["security"] = [{"token": [scope] if scope in known else []}]
