"""Faults that change an answer just before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Flask, g, request
from werkzeug.wrappers import Response

from mockauth.plugin.context import Plugin
from mockauth.plugin.faults.fault import AnswerChange
from mockauth.plugin.faults.wire import break_off, delay, hang_up
from mockauth.plugin.request_facts import facts
from mockauth.wire.message import pairs_of

EXEMPT = "/_mockauth"
"""The control interface never misbehaves."""
BEFORE = {"before"}


def misbehave(app: Flask, plugin: Plugin) -> None:
    """Apply the answer changes of every fault that is on to the answers of `app`."""

    @app.before_request
    def loosen() -> Response | None:
        if plugin.switches.armed and not request.path.startswith(EXEMPT):
            g.facts = facts(plugin)
            plugin.now.config = plugin.switches.config_for(
                plugin.config, g.facts, plugin.clock.now()
            )
        return None if request.path.startswith(EXEMPT) else _refusal(plugin)

    @app.after_request
    def alter(response: Response) -> Response:
        if plugin.switches.armed or plugin.config.faults:
            for change in list(_due(plugin, response)):
                if not _is_asked_for(change):
                    response = _changed(plugin, response, change)
        return response


def _refusal(plugin: Plugin) -> Response | None:
    """The answer of a server that does not come to work, or None."""
    if not (plugin.switches.armed or plugin.config.faults):
        return None
    seen = g.facts if "facts" in g else facts(plugin)
    always = [fault for fault in plugin.config.faults if fault.trigger is None]
    changes = [one for fault in always for one in fault.changes_at((seen.place,), BEFORE)]
    shown = plugin.switches.changes(seen, plugin.clock.now(), (seen.place,), BEFORE)
    g.shown = tuple(dict.fromkeys(name for name, _ in shown))
    changes += [change for _, change in shown]
    changes = [change for change in changes if not _is_asked_for(change)]
    if not changes:
        return None
    g.place = seen.place
    response = Response(mimetype="application/json")
    for change in changes:
        response = _changed(plugin, response, change)
    return response


def _due(plugin: Plugin, response: Response) -> Iterator[AnswerChange]:
    places, when = _places(), _when(response)
    for fault in plugin.config.faults:
        if fault.trigger is None:
            yield from fault.changes_at(places, when)
    if "facts" in g:
        shown = plugin.switches.changes(g.facts, plugin.clock.now(), places, when)
        g.shown = tuple(dict.fromkeys([*g.get("shown", ()), *(name for name, _ in shown)]))
        yield from (change for _, change in shown)


def _is_asked_for(change: AnswerChange) -> bool:
    """Whether the request names the media type that keeps the answer as it is."""
    wanted = change.unless_accept
    return bool(wanted) and wanted in request.headers.get("Accept", "")


def _places() -> tuple[str, ...]:
    """Where this answer comes from. Without pages the authorize endpoint itself redirects."""
    place = getattr(g, "place", "")
    return (
        ("redirect", "authorize")
        if place == "redirect" and request.path == "/authorize"
        else (place,)
    )


def _when(response: Response) -> set[str]:
    failed = response.status_code >= 400 or "error=" in response.headers.get("Location", "")
    moved = 300 <= response.status_code < 400
    return {"always", "error" if failed else "success", *(("redirect",) if moved else ())}


def _changed(plugin: Plugin, response: Response, change: AnswerChange) -> Response:
    if change.delay:
        delay(plugin.clock, change.delay)
    if change.body is not None:
        response.set_data(change.body)
    if change.prepend or change.append or change.pad:
        body = change.prepend.encode() + response.get_data() + change.append.encode()
        response.set_data(body.ljust(change.pad))
    if change.json_set or change.json_remove:
        _edit_members(response, change)
    if change.status is not None:
        response.status_code = change.status
    for name, value in change.headers.items():
        response.headers.pop(name, None)
        if value is not None:
            response.headers[name] = value
    if "Location" in response.headers:
        response.headers["Location"] = _redirect(response.headers["Location"], change)
    if change.cut is not None:
        break_off(response, change.cut)
    return hang_up() if change.reset else response


def _edit_members(response: Response, change: AnswerChange) -> None:
    """Change members where there are any: a page or a file has none."""
    try:
        found = json.loads(response.get_data())
    except ValueError:
        return
    if isinstance(found, dict):
        members = {**found, **change.json_set}
        for name in change.json_remove:
            members.pop(name, None)
        response.set_data(json.dumps(members))


def _redirect(location: str, change: AnswerChange) -> str:
    path, _, query = location.partition("?")
    pairs = [
        (name, change.redirect_set.get(name, value))
        for name, value in pairs_of(query)
        if name not in change.redirect_remove
    ]
    known = {name for name, _ in pairs}
    pairs += [(name, value) for name, value in change.redirect_set.items() if name not in known]
    pairs += [(name, value) for name, value in pairs if name in change.redirect_twice]
    if not (change.redirect_set or change.redirect_remove or change.redirect_twice):
        encoded = query
    else:
        encoded = urlencode(pairs)
    joint = "#" if change.redirect_fragment else "?"
    return path + change.redirect_path_suffix + (joint + encoded if encoded else "")
