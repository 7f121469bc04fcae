"""The protected API: a todo list per user."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import Clock
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.state import State, digest

EVERYBODY = "everybody"


def api_blueprint(config: PluginConfig, state: State, clock: Clock) -> Blueprint:
    """The API of one app."""
    blueprint = Blueprint("api", __name__)

    @blueprint.get("/todos")
    def list_todos() -> BaseResponse:
        g.place = "api"
        user = caller(config, state, clock)
        if isinstance(user, BaseResponse):
            return user
        with state.lock:
            return jsonify({"user": user, "todos": state.todos.get(user, [])})

    @blueprint.post("/todos")
    def add_todo() -> BaseResponse:
        g.place = "api"
        user = caller(config, state, clock)
        if isinstance(user, BaseResponse):
            return user
        body = request.get_json(silent=True)
        text = body.get("todo") if isinstance(body, dict) else None
        if not isinstance(text, str) or not text:
            return _json(400, {"error": "todo must be a text"})
        with state.lock:
            todos = state.todos.setdefault(user, [])
            todos.append(text[:1000])
            del todos[:-100]
        return _json(201, {"todo": text[:1000]})

    return blueprint


def caller(config: PluginConfig, state: State, clock: Clock) -> str | BaseResponse:
    """Who calls, or the 401 that tells ChatGPT to sign in (RFC 6750 section 3)."""
    if config.auth == "none" or config.policy.api_checked == "never":
        return EVERYBODY if config.auth == "none" else config.users[0].name
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = config.authorization_type if config.auth != "oauth" else "bearer"
    if not token:
        return _challenge(wanted, "")
    if config.policy.api_checked == "presence":
        return config.users[0].name
    user = _user(config, state, clock, token) if scheme.lower() == wanted else None
    return user if user is not None else _challenge(wanted, "invalid_token")


def _user(config: PluginConfig, state: State, clock: Clock, token: str) -> str | None:
    if config.policy.verification_token_opens and token == config.verification_token:
        return EVERYBODY
    if config.auth == "service_http":
        right = hmac.compare_digest(token.encode(), config.service_token.encode())
        return EVERYBODY if right else None
    if config.auth == "user_http":
        keys = {user.key: user.name for user in config.users}
        return keys.get(token)
    with state.lock:
        record = state.access.get(digest(token))
    if record is None or record.revoked or record.expires_at < clock.now():
        return None
    return record.user


def _challenge(scheme: str, error: str) -> BaseResponse:
    name = "Basic" if scheme == "basic" else "Bearer"
    detail = f', error="{error}"' if error and name == "Bearer" else ""
    answer = _json(401, {"error": error or "sign in first"})
    answer.headers["WWW-Authenticate"] = f'{name} realm="mockauth"{detail}'
    return answer


def _json(status: int, body: dict[str, str]) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer
