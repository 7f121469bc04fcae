"""A call of an operation with something in every place that the OpenAPI document requires."""

from __future__ import annotations

import json
import re
from typing import Any

from mockauth.manifest.openapi import OpenApi, Operation, resolve
from mockauth.wire import Pairs

DEEPEST = 6
TEXT = "mockauth"


def filled_path(operation: Operation, known_id: str) -> str:
    """The path with `known_id`, or a number, in place of its parameters."""
    return re.sub(r"\{[^}]*\}", known_id or "1", operation.path)


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
    return json.dumps(sample(data, media.get("schema"))).encode()


def sample(data: dict[str, Any], entry: object, depth: int = 0) -> Any:
    """A value for a JSON Schema: its example or default, else the simplest of its type."""
    schema = resolve(data, entry)
    for name in ("example", "default"):
        if name in schema:
            return schema[name]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    for name in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(name)
        if isinstance(parts, list) and parts and depth < DEEPEST:
            return sample(data, parts[0], depth + 1)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(data, schema, depth)
    if kind == "array":
        return [sample(data, schema.get("items"), depth + 1)] if depth < DEEPEST else []
    return {"integer": 1, "number": 1, "boolean": True, "null": None}.get(str(kind), TEXT)


def _object(data: dict[str, Any], schema: dict[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or depth >= DEEPEST:
        return {}
    required = schema.get("required")
    names = required if isinstance(required, list) else list(properties)
    return {
        str(name): sample(data, properties.get(name), depth + 1)
        for name in names
        if name in properties
    }
