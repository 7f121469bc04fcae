"""The OpenAPI document of the control interface."""

from __future__ import annotations

from typing import Any

from mockauth.plugin.control_state import ERROR_PLACES

TEXT = {"type": "string"}
NAME = {**TEXT, "minLength": 1}
NUMBER = {"type": "integer"}
TRIGGER = {
    "type": "object",
    "description": "At which requests the fault shows; without members, at all.",
    "properties": {
        "times": {**NUMBER, "minimum": 1, "nullable": True, "description": "1 is once"},
        "after": {**NUMBER, "minimum": 0, "description": "let so many fitting requests pass"},
        "seconds": {
            "type": "number",
            "nullable": True,
            "description": "from when it is switched on",
        },
        "until": {"type": "number", "nullable": True, "description": "seconds since the epoch"},
        "place": {**TEXT, "description": "such as token or refresh"},
        "path": TEXT,
        "client": TEXT,
        "user": TEXT,
        "parameter": {**TEXT, "description": "with `value`: the magic value of a parameter"},
        "value": TEXT,
    },
    "additionalProperties": False,
}
BODIES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("/faults", "armFault", "Switch a fault on", {
        "name": NAME, "policy": {"type": "object"},
        "answers": {"type": "array", "items": {"type": "object"}}, "trigger": TRIGGER,
    }),
    ("/clock", "advanceClock", "Move the clock on by seconds", {
        "advance": {"type": "number", "minimum": 0},
    }),
    ("/users", "addUser", "Add a user who can log in", {
        "name": NAME, "password": TEXT, "key": TEXT, "claims": {"type": "object"},
    }),
    ("/clients", "addClient", "Add a client", {
        "id": NAME, "secret": TEXT, "redirect_uris": {"type": "array", "items": TEXT}, "name": TEXT,
        "auth_method": {
            **TEXT, "enum": ["", "client_secret_basic", "client_secret_post", "none"],
        },
        "grant_types": {"type": "array", "items": TEXT}, "scope": TEXT,
    }),
    ("/tokens", "issueToken", "A token answer, without a sign-in", {
        "user": NAME, "client_id": TEXT, "scope": TEXT,
    }),
    ("/queues/users", "queueUser", "Who signs in next, without pages", {"name": NAME}),
    ("/queues/errors", "queueError", "The next error of authorize, token or refresh", {
        "place": {**TEXT, "enum": list(ERROR_PLACES)}, "error": NAME,
        "error_description": TEXT,
    }),
    ("/queues/responses", "queueResponse", "The next answer at a path", {
        "path": {**TEXT, "pattern": "^/(?!_mockauth)"},
        "status": {**NUMBER, "minimum": 200, "maximum": 599},
        "headers": {"type": "object", "additionalProperties": TEXT}, "body": TEXT,
    }),
    ("/reset", "reset", "Everything as at the start; issued tokens stay, unless it says otherwise", {
        "tokens": {"type": "boolean", "description": "forget tokens, registered clients and data"},
    }),
)  # fmt: skip
REQUIRED = {
    "/clients": ["id"], "/tokens": ["user"],
    "/faults": ["name"], "/clock": ["advance"], "/users": ["name", "password"],
    "/queues/users": ["name"], "/queues/errors": ["place", "error"], "/queues/responses": ["path"],
}  # fmt: skip
READS = (
    ("/faults", "listFaults", "The faults that are on, and all that are known"),
    ("/clock", "readClock", "The time of the plugin"),
    ("/queues", "listQueues", "What is queued and has not been used"),
    ("/requests", "listRequests", "The journal: requests with secrets masked, and near misses"),
)


def describe(base: str) -> dict[str, Any]:
    """The document; `base` is the address of the control interface."""
    paths: dict[str, Any] = {}
    for path, name, summary in READS:
        paths.setdefault(path, {})["get"] = _operation(name, summary, "200")
    for path, name, summary, properties in BODIES:
        status = "200" if path in ("/clock", "/reset") else "201"
        operation = _operation(name, summary, status)
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        schema["additionalProperties"] = False
        if path in REQUIRED:
            schema["required"] = REQUIRED[path]
        content = {"application/json": {"schema": schema}}
        operation["requestBody"] = {"required": path in REQUIRED, "content": content}
        paths.setdefault(path, {})["post"] = operation
    paths["/requests"]["get"]["parameters"] = [
        {"name": name, "in": "query", "description": what, "schema": kind}
        for name, what, kind in (
            ("path", "only those with this path", TEXT),
            ("method", "only those of this method", TEXT),
            ("status", "only those that were answered so", NUMBER),
            ("after", "only those with a greater number", NUMBER),
        )
    ]
    paths["/requests"]["delete"] = _operation("forgetRequests", "Empty the journal", "200")
    revoke = _operation("revokeTokens", "Revoke every token of a user", "200")
    whose = {"name": "user", "in": "query", "required": True, "schema": NAME}
    paths["/tokens"]["delete"] = {**revoke, "parameters": [whose]}
    named = {"name": "name", "in": "path", "required": True, "schema": TEXT}
    disarm = _operation("disarmFault", "Switch a fault off", "200")
    disarm["responses"]["404"] = {"description": "That fault is not on"}
    paths["/faults/{name}"] = {"parameters": [named], "delete": disarm}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Control of the mockauth plugin", "version": "1"},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def _operation(name: str, summary: str, status: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            status: {"description": "Done"},
            "400": {"description": "It cannot be done; the answer says what to change"},
            "401": {"description": "The control token is missing or wrong"},
        },
    }
