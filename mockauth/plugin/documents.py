"""The plugin's documents, generated from what is really on."""

from __future__ import annotations

from typing import Any

from mockauth.plugin.config import PluginConfig


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
    document = {
        "schema_version": "v1",
        "name_for_human": "Todo list",
        "name_for_model": "todo",
        "description_for_human": "Keep a list of things to do.",
        "description_for_model": "Read and extend the user's list of things to do.",
        "auth": auth,
        "api": {"type": "openapi", "url": f"{base}/openapi.json"},
        "logo_url": f"{base}/logo.png",
        "contact_email": "plugin@example.com",
        "legal_info_url": f"{base}/legal",
    }
    for path, value in config.manifest.items():
        target: dict[str, Any] = document
        *parents, last = path.split(".")
        for name in parents:
            target = target[name]
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value.replace("{base}", base) if isinstance(value, str) else value
    return document


def openapi(config: PluginConfig, base: str) -> dict[str, Any]:
    """The OpenAPI document of the todo API."""
    todo = {"type": "object", "properties": {"todo": {"type": "string"}}, "required": ["todo"]}
    listed = {
        "type": "object",
        "properties": {"todos": {"type": "array", "items": {"type": "string"}}},
    }
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Todo list", "version": "1"},
        "servers": [{"url": base}],
        "paths": {
            "/todos": {
                "get": {
                    "operationId": "listTodos",
                    "summary": "The user's list of things to do",
                    "responses": {"200": _answer("The list", listed)},
                },
                "post": {
                    "operationId": "addTodo",
                    "summary": "Add one thing to do",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": todo}},
                    },
                    "responses": {"201": _answer("Added", todo)},
                },
            }
        },
    }
    if config.auth != "none":
        scheme = config.authorization_type if config.auth != "oauth" else "bearer"
        document["components"] = {"securitySchemes": {"token": {"type": "http", "scheme": scheme}}}
        document["security"] = [{"token": []}]
    return document


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
