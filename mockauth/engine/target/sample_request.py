"""A call of an operation with something in every place that the OpenAPI document requires."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mockauth.manifest.openapi import OpenApi, Operation, resolve
from mockauth.wire import Pairs

DEEPEST_SCHEMA = 6
OPTIONAL_DEPTH = 1
"""Down to here an object that requires nothing gets all its properties."""
MOST_VALUES = 1000
"""A schema whose parts lead back to itself would grow without end."""
SAMPLE_STRING = "mockauth"


USER = re.compile(r"(?i)user|login|account|owner")


def filled_path(operation: Operation, known_id: str, username: str = "") -> str:
    """The path with `known_id`, or a number, in place of its parameters; one that is called like a
    user gets `username`."""

    def value(found: re.Match[str]) -> str:
        if username and USER.search(found.group(1)):
            return quote(username, safe="")
        return known_id or "1"

    return re.sub(r"\{([^{}]*)\}", value, operation.path)


def required_query(operation: Operation) -> Pairs:
    """The required parameters of the query."""
    names = [name.partition(":")[2] for name in operation.required if name.startswith("query:")]
    return tuple((name, "1") for name in names)


def sample_body(openapi: OpenApi, operation: Operation) -> bytes | None:
    """A JSON body that fits the schema as far as types go; None when none is described."""
    data = openapi.data or {}
    item = data.get("paths", {}).get(operation.path)
    detail = item.get(operation.method.lower()) if isinstance(item, dict) else None
    body = resolve(data, detail.get("requestBody")) if isinstance(detail, dict) else {}
    content = body.get("content")
    media = content.get("application/json") if isinstance(content, dict) else None
    if not isinstance(media, dict):
        return None
    # A YAML example may be a date.
    return json.dumps(sample(data, media.get("schema")), default=str).encode()


def sample(data: dict[str, Any], entry: object) -> Any:
    """A value for a JSON Schema: its example or default, else the simplest of its type."""
    return _Sampler(data).value(entry, 0)


@dataclass
class _Sampler:
    data: dict[str, Any]
    left: int = MOST_VALUES

    def value(self, entry: object, depth: int) -> Any:
        self.left -= 1
        schema = resolve(self.data, entry)
        for name in ("example", "default", "const"):
            if name in schema:
                return schema[name]
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            return choices[0]
        deeper = depth < DEEPEST_SCHEMA and self.left > 0
        if isinstance(schema.get("allOf"), list) and deeper:
            return self.merged(schema, depth)
        for name in ("anyOf", "oneOf"):
            parts = schema.get(name)
            if isinstance(parts, list) and parts and deeper:
                return self.value(parts[0], depth + 1)
        kind = schema.get("type")
        if isinstance(kind, list):  # OpenAPI 3.1 says ["string", "null"] where it may be empty
            kind = next((name for name in kind if name != "null"), "null")
        if kind == "object" or "properties" in schema:
            return self.members(schema, depth) if deeper else {}
        if kind == "array":
            return [self.value(schema.get("items"), depth + 1)] if deeper else []
        return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(
            str(kind), SAMPLE_STRING
        )

    def merged(self, schema: dict[str, Any], depth: int) -> Any:
        """What fits every part of an `allOf` and what stands beside it."""
        beside = {name: inner for name, inner in schema.items() if name != "allOf"}
        values = [self.value(part, depth + 1) for part in schema["allOf"] if self.left > 0]
        if all(isinstance(value, dict) for value in values):
            own = self.members(beside, depth)
            return {name: inner for value in (*values, own) for name, inner in value.items()}
        return values[0] if values else SAMPLE_STRING

    def members(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        required = schema.get("required")
        optional = list(properties) if depth <= OPTIONAL_DEPTH else []
        names = required if isinstance(required, list) else optional
        known = [name for name in names if isinstance(name, str) and name in properties]
        return {name: self.value(properties[name], depth + 1) for name in known if self.left > 0}
