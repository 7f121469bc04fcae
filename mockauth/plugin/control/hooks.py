"""Where the control of a plugin takes hold: before each request, and after it."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.control.control import Control
from mockauth.plugin.control.endpoints import PREFIX
from mockauth.plugin.control.journal import noted
from mockauth.plugin.control.nearmiss import explain
from mockauth.plugin.plugin import Plugin
from mockauth.plugin.received import BODILESS, carried


def hook_control(app: Flask, plugin: Plugin, control: Control) -> None:
    """Choose the settings of each request, answer from the queue, and keep the journal."""

    @app.before_request
    def choose() -> BaseResponse | None:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # a proxy costs each time
        if asked.path.startswith(PREFIX):
            return None
        plugin.now.config = control.config_for(plugin.base)
        if asked.method not in BODILESS:
            carried()  # a refusal may leave the body unread, and the journal shows it all the same
        due = control.next_response(asked.path)
        if due is None:
            return None
        return Response(due.body, status=due.status, headers=due.headers)

    @app.after_request
    def note(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            return response
        refused = response.status_code >= 400 or "error=" in response.headers.get("Location", "")
        control.record(noted(plugin, response, explain(plugin) if refused else []))
        return response
