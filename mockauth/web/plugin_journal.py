"""The journal of a plugin: the last requests, and what they were near to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.web.plugin_faults import Controls

MOST = 200
"""Requests on the page; masking each takes its time."""


def add_journal_page(blueprint: Blueprint, control_of: Controls) -> None:
    """The journal, and the button that empties it."""

    @blueprint.get("/<name>/journal")
    def journal(name: str) -> str:
        control = control_of(name)
        path, text = request.args.get("path", "").strip(), request.args.get("status", "").strip()
        status = int(text) if text.isascii() and text.isdecimal() and len(text) == 3 else 0
        found = control.requests(path=path, status=status)
        return render_template(
            "chatgpt/journal.html",
            name=name,
            entries=found[: -MOST - 1 : -1],
            more=max(0, len(found) - MOST),
            path=path,
            status=text,
        )

    @blueprint.post("/<name>/journal/forget")
    def forget(name: str) -> BaseResponse:
        control_of(name).forget_requests()
        return redirect(url_for(".journal", name=name), 303)
