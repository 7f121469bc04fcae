"""The pages as blueprints, and a Flask app that has them and nothing else."""

from __future__ import annotations

import os

from flask import Blueprint, Flask

from mockauth.web.action_page import add_action_page
from mockauth.web.callback import callback_blueprint, connector_blueprint
from mockauth.web.connector_pages import add_connector_pages
from mockauth.web.errors import explain_errors
from mockauth.web.front import front_blueprint
from mockauth.web.guard import guard
from mockauth.web.login_pages import add_login_pages
from mockauth.web.pages import Pages, pages_of
from mockauth.web.person import BoundSessions
from mockauth.web.plugin_page import add_plugin_page
from mockauth.web.plugin_side import plugin_side_blueprint
from mockauth.web.rule_page import add_rule_page
from mockauth.web.run_pages import add_run_pages
from mockauth.web.session_key import session_key
from mockauth.web.settings import PageSettings
from mockauth.web.setup_pages import add_setup_pages
from mockauth.web.shown import add_filters
from mockauth.web.store_page import add_store_page
from mockauth.web.timeline_page import add_timeline_page
from mockauth.web.use_pages import add_use_pages

LARGEST_FORM = 1024 * 1024
"""Bytes of a form."""


def create_pages(settings: PageSettings | None = None) -> Flask:
    """A Flask app with ChatGPT's pages: `/`, `/chatgpt/` and `/aip/…/oauth/callback`."""
    settings = settings or PageSettings()
    app = Flask("mockauth.web", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=session_key(settings.store, os.environ),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
    )
    app.session_interface = BoundSessions()
    register(app, settings)
    app.register_blueprint(front_blueprint(settings))
    return app


def register(app: Flask, settings: PageSettings | None = None) -> None:
    """Put the pages into an app: `/chatgpt/` and the callback. The app needs a SECRET_KEY, and its
    session cookie must be sent at `/aip/` and `/chatgpt/`."""
    pages = pages_of(settings or PageSettings())
    app.register_blueprint(chatgpt_blueprint(pages))
    app.register_blueprint(callback_blueprint(pages))
    app.register_blueprint(connector_blueprint(pages))
    if pages.settings.controls:
        app.register_blueprint(plugin_side_blueprint(pages.settings))


def chatgpt_blueprint(pages: Pages) -> Blueprint:
    """The pages below /chatgpt/."""
    blueprint = Blueprint(
        "chatgpt",
        "mockauth.web",
        url_prefix="/chatgpt",
        template_folder="templates",
        static_folder="static",
    )
    guard(blueprint, pages.settings)
    add_filters(blueprint)
    for add in (
        add_store_page,
        add_setup_pages,
        add_action_page,
        add_connector_pages,
        add_plugin_page,
        add_login_pages,
        add_use_pages,
        add_rule_page,
        add_run_pages,
        add_timeline_page,
    ):
        add(blueprint, pages)
    explain_errors(blueprint)
    return blueprint
