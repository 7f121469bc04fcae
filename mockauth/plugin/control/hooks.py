"""Where the control of a plugin takes hold: before each request, and after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask, Request, Response, g
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.control.parse import PREFIX
from mockauth.plugin.control_state import Control
from mockauth.plugin.current_request import current_request
from mockauth.plugin.faults.body import BODILESS, Body, carried
from mockauth.plugin.journal import JournalEntry
from mockauth.plugin.oauth.near_miss import explain
from mockauth.wire.message import FORM

FEW_BYTES = 16 * 1024
LONGEST_KEPT = 4096
"""Characters that are kept of the values of a long body: no secret is longer, and fewer are shown."""


def hook_control(app: Flask, plugin: Plugin, control: Control) -> None:
    """Choose the settings of each request, answer from the queue, and keep the journal."""

    @app.before_request
    def choose() -> BaseResponse | None:
        given = current_request()
        if given.path.startswith(PREFIX):
            return None
        plugin.now.config = control.config_for(plugin.base)
        if given.method not in BODILESS:
            # A refusal may leave the body unread, and the journal shows it all the same.
            carried(given)
        queued = control.next_response(given.path)
        if queued is None:
            return None
        return Response(queued.body, status=queued.status, headers=queued.headers)

    @app.after_request
    def note(response: Response) -> Response:
        given, status = current_request(), response.status_code
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


def noted(plugin: Plugin, given: Request, status: int, near_misses: Iterable[str]) -> JournalEntry:
    """A request, and the status of its answer."""
    # From the environment, because Werkzeug's headers compare name by name.
    scheme = given.environ.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    # Those that are always on, and those of the others that showed.
    faults = [fault.name for fault in plugin.config.faults if fault.trigger is None]
    return JournalEntry(
        at=plugin.clock.now(),
        method=given.method,
        path=given.path,
        carried=_short(carried(given)),
        scheme=scheme,
        status=status,
        faults=(*faults, *g.get("shown", ())),
        near_misses=tuple(near_misses),
    )


def _short(body: Body) -> Body:
    """Not more than a thousand entries can hold in memory."""
    if len(body.data) + len(body.query) <= FEW_BYTES:
        return body
    cut = [(name[:LONGEST_KEPT], value[:LONGEST_KEPT]) for name, value in body.params().items()]
    return Body(query="", content_type=FORM, data=urlencode(cut, errors="surrogatepass").encode())
