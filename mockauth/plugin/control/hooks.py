"""Where the control of a plugin takes hold: before each request, and after it."""

from __future__ import annotations

from flask import Flask, Response, g, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import iso
from mockauth.plugin.control.control import Control
from mockauth.plugin.control.endpoints import PREFIX
from mockauth.plugin.control.nearmiss import explain
from mockauth.plugin.control.received import facts, masked
from mockauth.plugin.plugin import Plugin


def hook_control(app: Flask, plugin: Plugin, control: Control) -> None:
    """Choose the settings of each request, answer from the queue, and keep the journal."""

    @app.before_request
    def choose() -> BaseResponse | None:
        if request.path.startswith(PREFIX):
            return None
        g.config = control.config_for(plugin.base, facts(plugin))
        due = control.next_response(request.path)
        if due is None:
            return None
        return Response(due.body, status=due.status, headers=due.headers)

    @app.after_request
    def note(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            return response
        refused = response.status_code >= 400 or "error=" in response.headers.get("Location", "")
        control.record(
            {
                "at": iso(plugin.clock.now()),
                "method": request.method,
                "path": request.path,
                "params": masked(plugin),
                "authorization": request.headers.get("Authorization", "").partition(" ")[0],
                "status": response.status_code,
                "faults": [fault.name for fault in plugin.config.faults],
                "near_misses": explain(plugin) if refused else [],
            }
        )
        return response
