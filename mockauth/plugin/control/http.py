"""The control interface at /_mockauth/, with a token of its own."""

from __future__ import annotations

import hmac

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

    @blueprint.before_request
    def guard() -> BaseResponse | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        fits = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), token.encode())
        if fits and scheme.lower() == "bearer":
            return None
        answer = _problem(401, "the control token is missing or wrong; mockauth serve prints it")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="mockauth control"'
        return answer

    @blueprint.errorhandler(parse.ControlError)
    def wrong(error: parse.ControlError) -> BaseResponse:
        return _problem(error.status, str(error))

    @blueprint.get("/")
    @blueprint.get("/openapi.json")
    def description() -> BaseResponse:
        return jsonify(describe(base_url() + PREFIX))

    @blueprint.get("/faults")
    def faults() -> BaseResponse:
        known = control.known_faults.values()
        titles = [{"name": fault.name, "title": fault.title} for fault in known]
        return jsonify({"on": control.faults_on(), "known": titles})

    @blueprint.post("/faults")
    def arm() -> BaseResponse:
        control.switch_on(*parse.armed(parse.body()))
        return _done(201)

    @blueprint.delete("/faults/<name>")
    def disarm(name: str) -> BaseResponse:
        control.switch_off(name)
        return _done()

    @blueprint.get("/clock")
    def clock() -> BaseResponse:
        now = control.now()
        return jsonify({"now": now, "iso": iso(now), "shift": control.shift})

    @blueprint.post("/clock")
    def advance() -> BaseResponse:
        asked = parse.only(parse.body(), "advance")
        seconds = asked.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise parse.ControlError("advance must be a number of seconds, 0 or more")
        control.advance(seconds)
        return clock()

    @blueprint.post("/users")
    def add_user() -> BaseResponse:
        control.add_user(parse.instance(UserConfig, parse.body(), "user"))
        return _done(201)

    @blueprint.post("/clients")
    def add_client() -> BaseResponse:
        control.register(parse.instance(ClientConfig, parse.body(), "client"))
        return _done(201)

    @blueprint.post("/tokens")
    def issue() -> BaseResponse:
        asked = parse.texts(parse.only(parse.body(), "user", "client_id", "scope"))
        answer = jsonify(control.issue(**{"user": "", **asked}))
        answer.status_code = 201
        return answer

    @blueprint.get("/queues")
    def queues() -> BaseResponse:
        return jsonify(control.queues())

    @blueprint.post("/queues/users")
    def queue_user() -> BaseResponse:
        control.queue_user(parse.texts(parse.only(parse.body(), "name")).get("name", ""))
        return _done(201)

    @blueprint.post("/queues/errors")
    def queue_error() -> BaseResponse:
        control.queue_error(parse.instance(QueuedError, parse.body(), "error"))
        return _done(201)

    @blueprint.post("/queues/responses")
    def queue_response() -> BaseResponse:
        control.queue_response(parse.instance(QueuedResponse, parse.body(), "response"))
        return _done(201)

    @blueprint.get("/requests")
    def requests() -> BaseResponse:
        asked = parse.only(request.args.to_dict(), "path", "method", "status", "after")
        found = control.requests(
            path=asked.get("path", ""),
            method=asked.get("method", ""),
            status=parse.number(asked, "status"),
            after=parse.number(asked, "after"),
        )
        return jsonify({"requests": found})

    @blueprint.delete("/requests")
    def forget() -> BaseResponse:
        control.forget_requests()
        return _done()

    @blueprint.post("/reset")
    def reset() -> BaseResponse:
        asked = parse.only(parse.body(), "tokens") if request.data else {}
        if not isinstance(asked.get("tokens", False), bool):
            raise parse.ControlError("tokens must be true or false")
        control.reset(**asked)
        return _done()

    return blueprint


def _done(status: int = 200) -> Response:
    answer = jsonify({"done": True})
    answer.status_code = status
    return answer


def _problem(status: int, text: str) -> Response:
    answer = jsonify({"error": text})
    answer.status_code = status
    return answer
