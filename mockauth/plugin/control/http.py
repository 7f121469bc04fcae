"""The control interface at /_mockauth/, with a token of its own."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import iso
from mockauth.plugin.config import ClientConfig, UserConfig
from mockauth.plugin.control import parse
from mockauth.plugin.control.actions import PluginControl
from mockauth.plugin.control.openapi import describe
from mockauth.plugin.control.parse import PREFIX
from mockauth.plugin.control_state import QueuedError, QueuedResponse
from mockauth.plugin.current_request import base_url


def control_blueprint(control: PluginControl, token: str) -> Blueprint:
    """The control interface of one app; every request needs `Authorization: Bearer <token>`."""
    blueprint = Blueprint("control", __name__, url_prefix=PREFIX)
    blueprint.before_request(partial(_refusal, token))
    blueprint.register_error_handler(parse.ControlError, _explained)
    for method, path, view in _Views(control).routes():
        blueprint.add_url_rule(path, f"{method} {path}".replace(".", " "), view, methods=[method])
    return blueprint


def _refusal(token: str) -> BaseResponse | None:
    """The answer to a request without the token; None where it is right."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    fits = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), token.encode())
    if fits and scheme.lower() == "bearer":
        return None
    answer = _problem(401, "the control token is missing or wrong; mockauth serve prints it")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="mockauth control"'
    return answer


def _explained(error: parse.ControlError) -> BaseResponse:
    return _problem(error.status, str(error))


class _Views:
    """One method for each request that is answered."""

    def __init__(self, control: PluginControl) -> None:
        self.control = control

    def routes(self) -> tuple[tuple[str, str, Callable[..., BaseResponse]], ...]:
        """Method, path below the prefix, and what answers."""
        return (
            ("GET", "/", self.description),
            ("GET", "/openapi.json", self.description),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.arm),
            ("DELETE", "/faults/<name>", self.disarm),
            ("GET", "/clock", self.clock),
            ("POST", "/clock", self.advance),
            ("POST", "/users", self.add_user),
            ("POST", "/clients", self.add_client),
            ("POST", "/tokens", self.issue),
            ("DELETE", "/tokens", self.revoke),
            ("GET", "/queues", self.queues),
            ("POST", "/queues/users", self.queue_user),
            ("POST", "/queues/errors", self.queue_error),
            ("POST", "/queues/responses", self.queue_response),
            ("GET", "/requests", self.requests),
            ("DELETE", "/requests", self.forget),
            ("POST", "/reset", self.reset),
        )

    def description(self) -> BaseResponse:
        return jsonify(describe(base_url() + PREFIX))

    def faults(self) -> BaseResponse:
        known = self.control.known_faults.values()
        titles = [{"name": fault.name, "title": fault.title} for fault in known]
        return jsonify({"on": self.control.faults_on(), "known": titles})

    def arm(self) -> BaseResponse:
        self.control.switch_on(*parse.armed(parse.body()))
        return _done(201)

    def disarm(self, name: str) -> BaseResponse:
        self.control.switch_off(name)
        return _done()

    def clock(self) -> BaseResponse:
        now = self.control.now()
        return jsonify({"now": now, "iso": iso(now), "shift": self.control.shift})

    def advance(self) -> BaseResponse:
        asked = parse.only(parse.body(), "advance")
        seconds = asked.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise parse.ControlError("advance must be a number of seconds, 0 or more")
        self.control.advance(seconds)
        return self.clock()

    def add_user(self) -> BaseResponse:
        self.control.add_user(parse.instance(UserConfig, parse.body(), "user"))
        return _done(201)

    def add_client(self) -> BaseResponse:
        self.control.register(parse.instance(ClientConfig, parse.body(), "client"))
        return _done(201)

    def issue(self) -> BaseResponse:
        asked = parse.texts(parse.only(parse.body(), "user", "client_id", "scope"))
        answer = jsonify(self.control.issue(**{"user": "", **asked}))
        answer.status_code = 201
        return answer

    def revoke(self) -> BaseResponse:
        asked = parse.only(request.args.to_dict(), "user")
        return jsonify({"revoked": self.control.revoke(asked.get("user", ""))})

    def queues(self) -> BaseResponse:
        return jsonify(self.control.queues())

    def queue_user(self) -> BaseResponse:
        self.control.queue_user(parse.texts(parse.only(parse.body(), "name")).get("name", ""))
        return _done(201)

    def queue_error(self) -> BaseResponse:
        self.control.queue_error(parse.instance(QueuedError, parse.body(), "error"))
        return _done(201)

    def queue_response(self) -> BaseResponse:
        self.control.queue_response(parse.instance(QueuedResponse, parse.body(), "response"))
        return _done(201)

    def requests(self) -> BaseResponse:
        asked = parse.only(request.args.to_dict(), "path", "method", "status", "after")
        found = self.control.requests(
            path=asked.get("path", ""),
            method=asked.get("method", ""),
            status=parse.number(asked, "status"),
            after=parse.number(asked, "after"),
        )
        return jsonify({"requests": found})

    def forget(self) -> BaseResponse:
        self.control.forget_requests()
        return _done()

    def reset(self) -> BaseResponse:
        asked = parse.only(parse.body(), "tokens") if request.data else {}
        if not isinstance(asked.get("tokens", False), bool):
            raise parse.ControlError("tokens must be true or false")
        self.control.reset(**asked)
        return _done()


def _done(status: int = 200) -> Response:
    answer = jsonify({"done": True})
    answer.status_code = status
    return answer


def _problem(status: int, text: str) -> Response:
    answer = jsonify({"error": text})
    answer.status_code = status
    return answer
