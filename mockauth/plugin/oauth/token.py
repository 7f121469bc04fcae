"""The token endpoint (authorization_url)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
)
from flask import g, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import current_request
from mockauth.plugin.oauth.client import AUTH_METHODS, belongs, find_client
from mockauth.plugin.oauth.issue import make_token
from mockauth.plugin.oauth.request import Incoming, Unreadable, token_request
from mockauth.plugin.oauth.resource_indicator import ResourceCrash
from mockauth.plugin.state import Family


def token(plugin: Plugin, server: Any) -> BaseResponse:
    """The answer to a token request: tokens, or an error (RFC 6749 section 5)."""
    g.place = "token"
    return answered(plugin, lambda: _granted(plugin, server, read_request(plugin)))


def answered(plugin: Plugin, work: Callable[[], BaseResponse]) -> BaseResponse:
    """What `work` answers, or the error that it raises (RFC 6749 section 5.2), never cached."""
    try:
        answer = work()
    except Unreadable as wrong:
        answer = error(plugin, wrong, 500 if plugin.policy.malformed_body_crashes else 400)
    except OAuth2Error as wrong:
        answer = error(plugin, wrong)
    except ResourceCrash:
        answer = error(plugin, OAuth2Error(error="server_error"), 500)
    except ValueError:  # Authlib quotes the value, and its own errors refuse some characters
        answer = error(plugin, InvalidRequestError())
    answer = challenged(plugin, answer)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Pragma"] = "no-cache"
    return answer


def read_request(plugin: Plugin) -> Incoming:
    """The request of a client, from a body that may be form or JSON.

    Raises:
        OAuth2Error: it cannot be read; see `token_request`.
    """

    def right(client_id: str, secret: str) -> bool:
        return belongs(plugin, client_id, secret)

    return token_request(current_request(), plugin.config, right)


def error(plugin: Plugin, wrong: OAuth2Error, status: int = 0) -> BaseResponse:
    """An error answer: 401 for the client's own authentication, 400 for the rest."""
    answer = jsonify(dict(wrong.get_body()))
    default = 401 if isinstance(wrong, InvalidClientError) else wrong.status_code
    answer.status_code = status or default
    return answer


def challenged(plugin: Plugin, answer: BaseResponse) -> BaseResponse:
    """A failed authentication says what would do (RFC 6749 section 5.2)."""
    if answer.status_code in (400, 401) and b'"invalid_client"' in answer.get_data():
        style = plugin.policy.basic_failure
        answer.status_code = 400 if style == "400" else 401
        if style == "401":
            answer.headers["WWW-Authenticate"] = 'Basic realm="mockauth"'
    return answer


def _granted(plugin: Plugin, server: Any, incoming: Incoming) -> BaseResponse:
    policy, params = plugin.policy, incoming.payload.data
    if policy.declared_type_only_lies and request.mimetype == plugin.config.content_type:
        raise InvalidRequestError("the body cannot be read")
    kind = params.get("grant_type")
    if kind == "refresh_token":
        g.place = "refresh"
    queued = plugin.control.next_error(g.place) if plugin.control else None
    if queued is not None:
        raise OAuth2Error(error=queued.error, description=queued.error_description or None)
    if kind == "password" and policy.password_grant:
        return _by_password(plugin)
    if not policy.grant_type_checked and "code" in params:
        params["grant_type"] = "authorization_code"
    if kind == "authorization_code" and "code" not in params and not policy.code_required:
        return _without_code(plugin, server, incoming)
    if "grant_type" not in params:
        raise InvalidRequestError("grant_type is missing")
    answer: BaseResponse = server.create_token_response(incoming)
    return answer


def _without_code(plugin: Plugin, server: Any, incoming: Incoming) -> BaseResponse:
    """A token for which nobody signed in, which no strict server issues (RFC 6749 section 4.1.3)."""
    client = server.authenticate_client(incoming, AUTH_METHODS, "token")
    user = plugin.config.users[0].name
    return jsonify(make_token(plugin, client, user, None, family=Family()))


def _by_password(plugin: Plugin) -> BaseResponse:
    """The password grant, which no strict server has (RFC 9700 section 2.4)."""
    given = request.get_json(silent=True) or request.form
    client = find_client(plugin, str(given.get("client_id", ""))) or find_client(
        plugin, plugin.config.clients[0].id
    )
    user = plugin.config.user(str(given.get("username", "")))
    if user is None or client is None or given.get("password") != user.password:
        raise InvalidGrantError()
    return jsonify(make_token(plugin, client, user.name, None, family=Family()))
