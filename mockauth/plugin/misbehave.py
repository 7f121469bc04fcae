"""Faults that change an answer just before it is sent."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from flask import Flask, g
from werkzeug.wrappers import Response

from mockauth.plugin.fault import AnswerChange
from mockauth.plugin.plugin import Plugin
from mockauth.wire.message import pairs_of


def misbehave(app: Flask, plugin: Plugin) -> None:
    """Apply the answer changes of every fault that is on to the answers of `app`."""

    @app.after_request
    def alter(response: Response) -> Response:
        for change in (change for fault in plugin.config.faults for change in fault.answers):
            if _fits(change, getattr(g, "place", ""), response):
                response = _changed(response, change)
        return response


def _fits(change: AnswerChange, place: str, response: Response) -> bool:
    failed = response.status_code >= 400 or "error=" in response.headers.get("Location", "")
    moved = 300 <= response.status_code < 400
    wanted = {"always": True, "success": not failed, "error": failed, "redirect": moved}[
        change.when
    ]
    return wanted and change.place == place


def _changed(response: Response, change: AnswerChange) -> Response:
    if change.body is not None:
        response.set_data(change.body)
    if change.append or change.pad:
        response.set_data((response.get_data() + change.append.encode()).ljust(change.pad))
    if change.json_set or change.json_remove:
        members = {**json.loads(response.get_data()), **change.json_set}
        for name in change.json_remove:
            members.pop(name, None)
        response.set_data(json.dumps(members))
    if change.status is not None:
        response.status_code = change.status
    for name, value in change.headers.items():
        response.headers.pop(name, None)
        if value is not None:
            response.headers[name] = value
    if "Location" in response.headers:
        response.headers["Location"] = _redirect(response.headers["Location"], change)
    return response


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
