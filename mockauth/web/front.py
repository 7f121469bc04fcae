"""The front page: what is where on this server."""

from __future__ import annotations

from flask import Blueprint, render_template

from mockauth.web.guard import guard
from mockauth.web.settings import PageSettings


def front_blueprint(settings: PageSettings) -> Blueprint:
    """The page at /."""
    blueprint = Blueprint("front", "mockauth.web", template_folder="templates")
    guard(blueprint, settings)

    @blueprint.get("/")
    def front() -> str:
        return render_template("chatgpt/front.html")

    return blueprint
