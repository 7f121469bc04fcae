"""ChatGPT's callback, `/aip/<plugin_id>/oauth/callback`."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.login import Callback, arrive
from mockauth.web.errors import explain_errors
from mockauth.web.guard import guard
from mockauth.web.login_pages import landed_page
from mockauth.web.pages import Pages
from mockauth.web.shown import about

MOST_MEMBERS = 50
"""Parameters of a POST that are looked at."""


def callback_blueprint(pages: Pages) -> Blueprint:
    """The callback of every plugin and every Action."""
    blueprint = Blueprint(
        "callback", "mockauth.web", url_prefix="/aip", template_folder="templates"
    )
    guard(blueprint, pages.settings)

    @blueprint.route("/<id>/oauth/callback", methods=["GET", "POST"])
    def callback(id: str) -> BaseResponse | tuple[str, int]:
        installation = pages.world.keeper.installation(id)
        if installation is None:
            return render_template("chatgpt/message.html", title="No such plugin"), 404
        who = pages.known_person()
        about(installation, pages.world.keeper.connection(id, who))
        came = Callback(
            url=request.url,
            method=request.method,
            form=tuple(request.form.items(multi=True))[:MOST_MEMBERS],
            host=request.host,
            has_session=bool(session),
        )
        return landed_page(pages, installation, arrive(pages.world, installation, who, came))

    explain_errors(blueprint)
    return blueprint
