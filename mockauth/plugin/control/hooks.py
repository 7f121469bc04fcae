"""Where the control of a plugin takes hold: before each request, and after it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, Response
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin, at_hand
from mockauth.plugin.control.journal import noted
from mockauth.plugin.control.near_miss import explain
from mockauth.plugin.control.parse import PREFIX
from mockauth.plugin.control.state import Control
from mockauth.plugin.faults.body import BODILESS, carried


def hook_control(app: Flask, plugin: Plugin, control: Control) -> None:
    """Choose the settings of each request, answer from the queue, and keep the journal."""

    @app.before_request
    def choose() -> BaseResponse | None:
        given = at_hand()
        if given.path.startswith(PREFIX):
            return None
        plugin.now.config = control.config_for(plugin.base)
        if given.method not in BODILESS:
            # A refusal may leave the body unread, and the journal shows it all the same.
            carried(given)
        due = control.next_response(given.path)
        if due is None:
            return None
        return Response(due.body, status=due.status, headers=due.headers)

    @app.after_request
    def note(response: Response) -> Response:
        given, status = at_hand(), response.status_code
        if given.path.startswith(PREFIX):
            return response
        if control.clock.shift:
            # A client that looks at the time of an answer sees that of its token, too.
            response.date = datetime.fromtimestamp(control.clock.now(), UTC)
        refused = status >= 400 or (
            status >= 300 and "error=" in response.headers.get("Location", "")
        )
        control.record(noted(plugin, given, status, explain(plugin) if refused else ()))
        return response
