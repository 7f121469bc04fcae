"""The page of what cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, render_template
from werkzeug.exceptions import HTTPException

from mockauth.engine.http.budget import Withheld
from mockauth.errors import MockauthError

TITLES: Mapping[int, str] = MappingProxyType(
    {403: "Only who registered a plugin can change it", 404: "Not here", 413: "Too much"}
)


def explain_errors(blueprint: Blueprint) -> None:
    """Give a blueprint a page for everything that ends a request early."""

    @blueprint.errorhandler(HTTPException)
    def wrong(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        title = TITLES.get(code, error.name)
        return render_template("chatgpt/message.html", title=title), code

    @blueprint.errorhandler(MockauthError)
    def refused(error: MockauthError) -> tuple[str, int]:
        title = "That did not work"
        return render_template("chatgpt/message.html", title=title, said=error.lines), 409

    @blueprint.errorhandler(Withheld)
    def waited(error: Withheld) -> tuple[str, int]:
        title = "The service did not answer in time"
        return render_template("chatgpt/message.html", title=title, said=[error.reason]), 504
