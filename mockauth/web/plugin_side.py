"""The plugin's side: pages over the control of a plugin that this server plays."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.config import ClientConfig, UserConfig
from mockauth.plugin.control.actions import PluginControl
from mockauth.plugin.control.parse import ControlError
from mockauth.web.errors import explain_errors
from mockauth.web.guard import guard
from mockauth.web.plugin_faults import Controls, add_fault_pages
from mockauth.web.plugin_journal import add_journal_page
from mockauth.web.settings import PageSettings
from mockauth.web.shown import add_filters

ONLY = "plugin"
"""What the plugin of a server that has one is called in the address."""
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
MOST_TOKENS = 100


def plugin_side_blueprint(settings: PageSettings) -> Blueprint:
    """The pages below /mockauth/."""
    blueprint = Blueprint(
        "plugin_side", "mockauth.web", url_prefix="/mockauth", template_folder="templates"
    )
    guard(blueprint, settings)
    add_filters(blueprint)
    explain_errors(blueprint)
    names = {name or ONLY: name for name in settings.controls}

    def control_of(name: str) -> PluginControl:
        if name not in names:
            abort(404)
        return settings.controls[names[name]]

    @blueprint.get("/")
    def plugins() -> BaseResponse | str:
        if len(names) == 1:
            return redirect(url_for(".plugin", name=next(iter(names))), 303)
        return render_template("chatgpt/plugins.html", names=names)

    @blueprint.get("/<name>/")
    def plugin(name: str) -> str:
        control = control_of(name)
        tokens = control.tokens()
        return render_template(
            "chatgpt/plugin_side.html",
            name=name,
            control=control,
            config=control.config,
            tokens=tokens[-MOST_TOKENS:],
            holders=sorted(
                {one["user"] for one in tokens if one["is_good"] and one["kind"] != "code"}
            ),
            more=max(0, len(tokens) - MOST_TOKENS),
            units=UNITS,
        )

    _change(blueprint, control_of)
    add_fault_pages(blueprint, control_of)
    add_journal_page(blueprint, control_of)
    return blueprint


def _change(blueprint: Blueprint, control_of: Controls) -> None:
    """What the forms of the overview do."""

    @blueprint.post("/<name>/users")
    def add_user(name: str) -> BaseResponse:
        user = UserConfig(name=_text("user"), password=_text("password"), key=_text("key"))
        control_of(name).add_user(user)
        return _back(name)

    @blueprint.post("/<name>/clients")
    def add_client(name: str) -> BaseResponse:
        uris = tuple(_text("redirect_uris").split())
        client = ClientConfig(id=_text("client"), secret=_text("secret"), redirect_uris=uris)
        control_of(name).register(client)
        return _back(name)

    @blueprint.post("/<name>/clock")
    def move_clock(name: str) -> BaseResponse:
        amount = _text("amount")
        if not amount.isascii() or not amount.isdecimal() or len(amount) > 9:
            raise ControlError("the clock moves by a whole number, 0 or more")
        control_of(name).advance(int(amount) * UNITS.get(_text("unit"), 1))
        return _back(name)

    @blueprint.post("/<name>/revoke")
    def revoke(name: str) -> BaseResponse:
        control_of(name).revoke(_text("user"))
        return _back(name)

    @blueprint.post("/<name>/reset")
    def reset(name: str) -> BaseResponse:
        control_of(name).reset(tokens="tokens" in request.form)
        return _back(name)


def _text(field: str) -> str:
    return request.form.get(field, "").strip()


def _back(name: str) -> BaseResponse:
    return redirect(url_for(".plugin", name=name), 303)
