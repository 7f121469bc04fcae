"""The operations of the sample APIs, as OpenAPI describes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockauth.plugin.api.vectors import SIZE

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}


def todo_paths() -> dict[str, Any]:
    """A list of things to do for each user."""
    text: Schema = {**TEXT, "minLength": 1}
    todo: Schema = {"type": "object", "properties": {"todo": text}, "required": ["todo"]}
    entry: Schema = {"type": "object", "properties": {"id": TEXT, "todo": TEXT}}
    entries: Schema = {
        "type": "object",
        "properties": {"user": TEXT, "todos": {"type": "array", "items": entry}},
    }
    by_id = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    return {
        "/todos": {
            "get": _operation("listTodos", "The user's list of things to do", 200, entries),
            "post": _operation("addTodo", "Add one thing to do", 201, entry, body=todo),
        },
        "/todos/{id}": {
            "parameters": [by_id],
            "get": _operation("getTodo", "One thing to do", 200, entry, by_id=True),
            "put": _operation("changeTodo", "Change one thing to do", 200, entry, todo, by_id=True),
            "delete": _operation("deleteTodo", "Delete one thing to do", 204, None, by_id=True),
        },
    }


def embeddings_paths() -> dict[str, Any]:
    """One operation of OpenAI's API."""
    texts = {"type": "array", "items": {**TEXT, "minLength": 1}, "minItems": 1, "maxItems": 2048}
    body: Schema = {
        "type": "object",
        "properties": {
            "model": {**TEXT, "minLength": 1},
            "input": {"oneOf": [{**TEXT, "minLength": 1}, texts]},
            "encoding_format": {**TEXT, "enum": ["float", "base64"]},
            "dimensions": {**NUMBER, "minimum": 1, "maximum": SIZE},
        },
        "required": ["model", "input"],
    }
    numbers: Schema = {"oneOf": [{"type": "array", "items": {"type": "number"}}, TEXT]}
    members = {"object": TEXT, "index": NUMBER, "embedding": numbers}
    usage = {"type": "object", "properties": {"prompt_tokens": NUMBER, "total_tokens": NUMBER}}
    answer: Schema = {
        "type": "object",
        "properties": {
            "object": TEXT,
            "data": {"type": "array", "items": {"type": "object", "properties": members}},
            "model": TEXT,
            "usage": usage,
        },
    }
    embed = _operation("createEmbedding", "Vectors of strings", 200, answer, body=body)
    return {"/v1/embeddings": {"post": embed}}


TITLES: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "todo": (
            "Todo list", "todo", "Keep a list of things to do.",
            "Read and extend the user's list of things to do.",
        ),
        "embeddings": (
            "Embeddings", "embeddings", "Turn strings into vectors.",
            "Turn strings into vectors that can be compared.",
        ),
    }
)  # fmt: skip
"""For people and for the model: two names, and two descriptions."""


def _operation(
    name: str,
    summary: str,
    status: int,
    answer: Schema | None,
    body: Schema | None = None,
    by_id: bool = False,
) -> dict[str, Any]:
    response: dict[str, Any] = {"description": "Done"}
    if answer is not None:
        response["content"] = {"application/json": {"schema": answer}}
    refusals = {
        "400": "The request is not as described",
        "401": "Sign in first",
        "403": "The token lacks the scope",
        **({"404": "There is no such entry"} if by_id else {}),
    }
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {
            str(status): response,
            **{code: {"description": why} for code, why in refusals.items()},
        },
    }
    if body is not None:
        content = {"application/json": {"schema": body}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation
