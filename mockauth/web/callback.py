"""ChatGPT's callback, `/aip/<plugin_id>/oauth/callback`."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.connector import OF_ONE, STABLE
from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.login import Callback, arrive
from mockauth.web.errors import explain_errors
from mockauth.web.guard import guard
from mockauth.web.last_login import latest
from mockauth.web.login_pages import landed_page
from mockauth.web.pages import Pages
from mockauth.web.shown import about
from mockauth.wire.words import say

MOST_MEMBERS = 50
"""Parameters of a POST that are looked at."""
NOBODYS = (
    say(
        "The callback of a connector came to a browser that has not left for a login, with a state "
        "that these pages never sent."
    ),
    say(
        "Start the login on the connector's page, in this browser and at this host name. If you did: "
        "send state back unchanged, URL-encoded once, and redirect with 302 or 303."
    ),
)
"""What is said where nobody can tell whose login it is."""


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
        return _landed(pages, installation)

    explain_errors(blueprint)
    return blueprint


def connector_blueprint(pages: Pages) -> Blueprint:
    """The callbacks of MCP connectors: one for each, and one for all whose server promises `iss`."""
    blueprint = Blueprint("connector", "mockauth.web", template_folder="templates")
    guard(blueprint, pages.settings)
    keeper = pages.world.keeper

    @blueprint.route(OF_ONE.format("<id>"), methods=["GET", "POST"])
    def of_one(id: str) -> BaseResponse | tuple[str, int]:
        return _of_connector(pages, keeper.installation(id))

    @blueprint.route(STABLE, methods=["GET", "POST"])
    def of_all() -> BaseResponse | tuple[str, int]:
        # The state says whose login it is; where it was lost or altered, the browser knows its last.
        pending = keeper.pending(request.values.get("state", ""))
        return _of_connector(
            pages, keeper.installation(pending.installation if pending else latest())
        )

    explain_errors(blueprint)
    return blueprint


def _of_connector(
    pages: Pages, installation: Installation | None
) -> BaseResponse | tuple[str, int]:
    if installation is None or not installation.is_mcp:
        title = "No login was started with this state"
        return render_template("chatgpt/message.html", title=title, said=NOBODYS), 404
    return _landed(pages, installation)


def _landed(pages: Pages, installation: Installation) -> BaseResponse | tuple[str, int]:
    who = pages.known_person()
    about(installation, pages.world.keeper.connection(installation.id, who))
    came = Callback(
        url=request.url,
        method=request.method,
        form=tuple(request.form.items(multi=True))[:MOST_MEMBERS],
        host=request.host,
        has_session=bool(session),
    )
    return landed_page(pages, installation, arrive(pages.world, installation, who, came))
