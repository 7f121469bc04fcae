"""The protected API: embeddings, asked for and answered as at OpenAI's `POST /v1/embeddings`."""

from __future__ import annotations

import base64
import struct
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.api.auth import Refused, caller, sample_api
from mockauth.plugin.api.vectors import SIZE, count_tokens, vector_of
from mockauth.plugin.context import Plugin

MOST_INPUTS = 2048
CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}


class Unusable(Exception):
    """The request cannot be served: why, and by which parameter."""

    def __init__(self, why: str, parameter: str) -> None:
        super().__init__(why)
        self.parameter = parameter


def embeddings_blueprint(plugin: Plugin) -> Blueprint:
    """The API of one app."""
    blueprint = sample_api()

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> BaseResponse:
        answer = refused.answer
        told = answer.get_json(silent=True) or {}
        answer.set_data(_error(str(told.get("error", "")), "", answer.status_code).get_data())
        return answer

    @blueprint.errorhandler(Unusable)
    def refuse_input(wrong: Unusable) -> BaseResponse:
        return _error(str(wrong), wrong.parameter, 400)

    @blueprint.post("/v1/embeddings")
    def embed() -> BaseResponse:
        caller(plugin, "createEmbedding")
        asked = _asked()
        texts, size, coded = _texts(asked), _size(asked), _is_coded(asked)
        vectors = (vector_of(text, size) for text in texts)
        data = [
            {"object": "embedding", "index": i, "embedding": _coded(v) if coded else v}
            for i, v in enumerate(vectors)
        ]
        tokens = sum(map(count_tokens, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        answer = {"object": "list", "data": data, "model": asked["model"], "usage": usage}
        return jsonify(answer)

    return blueprint


def _asked() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise Unusable("send a JSON object, with Content-Type: application/json", "")
    model = asked.get("model")
    if not isinstance(model, str) or not model:
        raise Unusable("model must be a string, such as text-embedding-ada-002", "model")
    return asked


def _texts(asked: dict[str, Any]) -> list[str]:
    """What is to be embedded: a text, a list of texts, tokens, or a list of tokens."""
    given = asked.get("input")
    if isinstance(given, str) or _is_tokens(given):
        given = [given]
    if not isinstance(given, list) or not given:
        raise Unusable("input must be a string, or a list of strings", "input")
    if len(given) > MOST_INPUTS:
        raise Unusable(f"input must be a list of at most {MOST_INPUTS}", "input")
    for one in given:
        if not (isinstance(one, str) or _is_tokens(one)) or not one:
            raise Unusable("every input must be a string that is not empty", "input")
    return [one if isinstance(one, str) else f"tokens {one}" for one in given]


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(type(one) is int for one in value)


def _size(asked: dict[str, Any]) -> int:
    size = asked.get("dimensions", SIZE)
    if type(size) is not int or not 1 <= size <= SIZE:
        raise Unusable(f"dimensions must be a whole number from 1 to {SIZE}", "dimensions")
    return size


def _is_coded(asked: dict[str, Any]) -> bool:
    form = asked.get("encoding_format", "float")
    if form not in ("float", "base64"):
        raise Unusable("encoding_format must be float or base64", "encoding_format")
    return bool(form == "base64")


def _coded(vector: list[float]) -> str:
    """The numbers as 4 bytes each, little end first, as OpenAI's own client asks for them."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _error(message: str, parameter: str, status: int) -> BaseResponse:
    """An error as OpenAI's API words it."""
    kind = "requests" if status == 429 else "invalid_request_error"
    error = {
        "message": message,
        "type": kind,
        "param": parameter or None,
        "code": CODES.get(status),
    }
    answer = jsonify({"error": error})
    answer.status_code = status
    return answer
