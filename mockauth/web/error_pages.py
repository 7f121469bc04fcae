"""What is shown when a page cannot be."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.exceptions import HTTPException

from mockauth.engine.http.budget import Withheld
from mockauth.errors import MockauthError

MESSAGES = {403: "Only who registered a plugin can change it", 404: "Not here", 413: "Too much"}


def add_error_pages(blueprint: Blueprint) -> None:
    """The pages of what went wrong within a blueprint."""

    @blueprint.errorhandler(HTTPException)
    def wrong(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        title = MESSAGES.get(code, error.name)
        return render_template("chatgpt/message.html", title=title, method=request.method), code

    @blueprint.errorhandler(MockauthError)
    def refused(error: MockauthError) -> tuple[str, int]:
        return render_template(
            "chatgpt/message.html", title="That did not work", said=error.lines
        ), 409

    @blueprint.errorhandler(Withheld)
    def waited(error: Withheld) -> tuple[str, int]:
        title = "The service did not answer in time"
        return render_template("chatgpt/message.html", title=title, said=[error.reason]), 504
