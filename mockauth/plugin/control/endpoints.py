"""The control interface at /_mockauth/, with a token of its own."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import iso
from mockauth.plugin.config import UserConfig
from mockauth.plugin.control import wanted
from mockauth.plugin.control.control import Control, QueuedError, QueuedResponse
from mockauth.plugin.control.description import describe
from mockauth.plugin.fault import Fault
from mockauth.plugin.plugin import Plugin, base_url

PREFIX = "/_mockauth"


def control_blueprint(
    plugin: Plugin, control: Control, token: str, known: Mapping[str, Fault]
) -> Blueprint:
    """The control interface of one app; every request needs `Authorization: Bearer <token>`."""
    blueprint = Blueprint("control", __name__, url_prefix=PREFIX)
    switches = plugin.switches

    @blueprint.before_request
    def guard() -> BaseResponse | None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode()):
            return None
        answer = _problem(401, "the control token is missing or wrong; mockauth serve prints it")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="mockauth control"'
        return answer

    @blueprint.errorhandler(wanted.Wrong)
    def wrong(error: wanted.Wrong) -> BaseResponse:
        return _problem(400, str(error))

    @blueprint.get("/")
    @blueprint.get("/openapi.json")
    def description() -> BaseResponse:
        return jsonify(describe(base_url() + PREFIX))

    @blueprint.get("/faults")
    def faults() -> BaseResponse:
        with switches.lock:
            on = [
                {"name": one.fault.name, "trigger": asdict(one.trigger), "seen": one.seen}
                for one in switches.armed
            ]
        titles = [{"name": fault.name, "title": fault.title} for fault in known.values()]
        return jsonify({"on": on, "known": titles})

    @blueprint.post("/faults")
    def arm() -> BaseResponse:
        fault, trigger = wanted.armed(wanted.body(), known)
        switches.switch_on(fault, trigger, plugin.clock.now())
        return _done(201)

    @blueprint.delete("/faults/<name>")
    def disarm(name: str) -> BaseResponse:
        return _done() if switches.switch_off(name) else _problem(404, "that fault is not on")

    @blueprint.get("/clock")
    def clock() -> BaseResponse:
        now = plugin.clock.now()
        return jsonify({"now": now, "iso": iso(now), "shift": control.clock.shift})

    @blueprint.post("/clock")
    def advance() -> BaseResponse:
        seconds = wanted.body().get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise wanted.Wrong("advance must be a number of seconds, 0 or more")
        if seconds > 10**9:
            raise wanted.Wrong("advance must be at most 1000000000 seconds")
        with control.lock:
            control.clock.shift += seconds
        return clock()

    @blueprint.post("/users")
    def add_user() -> BaseResponse:
        user = wanted.instance(UserConfig, wanted.body(), "user")
        with control.lock:
            if user.name in {one.name for one in (*plugin.base.users, *control.users)}:
                raise wanted.Wrong(f"there is a user {user.name!r} already")
            control.users.append(user)
        return _done(201)

    @blueprint.get("/queues")
    def queues() -> BaseResponse:
        with control.lock:
            return jsonify(
                {
                    "users": list(control.next_users),
                    "errors": [asdict(one) for one in control.next_errors],
                    "responses": [asdict(one) for one in control.next_responses],
                }
            )

    @blueprint.post("/queues/users")
    def queue_user() -> BaseResponse:
        name = wanted.body().get("name")
        users = {user.name for user in (*plugin.base.users, *control.users)}
        if name not in users:
            raise wanted.Wrong(f"name must be one of {', '.join(sorted(users))}")
        with control.lock:
            control.next_users.append(str(name))
        return _done(201)

    @blueprint.post("/queues/errors")
    def queue_error() -> BaseResponse:
        error = wanted.instance(QueuedError, wanted.body(), "error")
        if error.place not in ("authorize", "token", "refresh"):
            raise wanted.Wrong("error.place must be authorize, token or refresh")
        with control.lock:
            control.next_errors.append(error)
        return _done(201)

    @blueprint.post("/queues/responses")
    def queue_response() -> BaseResponse:
        response = wanted.instance(QueuedResponse, wanted.body(), "response")
        if not response.path.startswith("/") or response.path.startswith(PREFIX):
            raise wanted.Wrong(f"response.path must be a path of the plugin, not below {PREFIX}")
        if not 200 <= response.status <= 599:
            raise wanted.Wrong("response.status must be between 200 and 599")
        with control.lock:
            control.next_responses.append(response)
        return _done(201)

    @blueprint.get("/requests")
    def requests() -> BaseResponse:
        with control.lock:
            kept = list(control.journal)
        return jsonify({"requests": [entry.shown(plugin, number) for number, entry in kept]})

    @blueprint.delete("/requests")
    def forget() -> BaseResponse:
        with control.lock:
            control.journal.clear()
        return _done()

    @blueprint.post("/reset")
    def reset() -> BaseResponse:
        control.reset()
        plugin.rearm()
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
