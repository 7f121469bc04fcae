"""The timeline of a plugin: every message as a sequence diagram, which grows while it happens."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from mockauth.report.sequence import flows_of
from mockauth.web.event_stream import event_stream
from mockauth.web.pages import Pages

MOST = 200
"""Messages on one page."""


def add_timeline_page(blueprint: Blueprint, pages: Pages) -> None:
    """The timeline of one person, and the events that let it grow."""
    keeper = pages.world.keeper

    @blueprint.get("/plugins/<id>/timeline")
    def timeline(id: str) -> str:
        installation = pages.installation(id)
        last = keeper.last_noted(id)
        until = _number(request.args.get("until", "")) or last
        found = keeper.lately(id, pages.known_person(), until=until, most=MOST + 1)
        shown = found[-MOST:]
        return render_template(
            "chatgpt/timeline.html",
            plugin=installation,
            flows=flows_of(shown, is_mcp=installation.is_mcp),
            older=shown[0].number - 1 if len(found) > MOST else 0,
            is_latest=until >= last,
            mark=str(last),
        )

    @blueprint.get("/plugins/<id>/timeline/events")
    def timeline_events(id: str) -> Response:
        pages.installation(id)
        return event_stream(lambda: str(keeper.last_noted(id)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
