"""The plugin store: what is installed, and the way to develop a plugin of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.address import typed_address
from mockauth.engine.installation.installation import Phase
from mockauth.engine.installation.keeper import Listed
from mockauth.engine.installation.setup import find
from mockauth.profiles import PLUGIN
from mockauth.web.pages import Pages
from mockauth.web.person import admit
from mockauth.web.plugin_id import wrong_id

NO_ADDRESS = (
    "This is no address of a plugin. Give a domain such as todo.example.com, or localhost with a "
    "port, such as localhost:3333."
)


MOST_LISTED = 200
"""Plugins that are shown at once, the last changed first."""
NOT_READY: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.UNREADABLE: "cannot be installed",
        Phase.FOUND: "credentials are not entered yet",
        Phase.VERIFYING: "verification token is not verified yet",
    }
)
CONNECTED: Mapping[str, str] = MappingProxyType(
    {
        "none": "installed",
        "service_http": "installed",
        "user_http": "installed with your key",
        "oauth": "connected",
    }
)
NOT_CONNECTED: Mapping[str, str] = MappingProxyType(
    {
        "none": "not installed for you",
        "service_http": "not installed for you",
        "user_http": "your key is missing",
        "oauth": "you are not logged in",
    }
)


def add_store_page(blueprint: Blueprint, pages: Pages) -> None:
    """The store, the form that finds a plugin, and the door for the admin token."""
    settings, keeper = pages.settings, pages.world.keeper

    @blueprint.get("/")
    def store() -> str:
        return _store(pages)

    @blueprint.post("/find")
    def found() -> BaseResponse | tuple[str, int]:
        typed, plugin_id = request.form.get("target", ""), request.form.get("plugin_id", "").strip()
        target = typed_address(typed)
        wrong = "" if target else NO_ADDRESS
        wrong = wrong or wrong_id(keeper, PLUGIN, plugin_id, pages.person(), target)
        if wrong:
            return _store(pages, typed=typed, plugin_id=plugin_id, wrong=wrong), 400
        known = keeper.installation(plugin_id) if plugin_id else None
        if known is not None and known.owner != pages.known_person():
            return redirect(url_for(".plugin", id=known.id), 303)
        new = find(pages.world, pages.person(), target, plugin_id)
        return redirect(url_for(".plugin", id=new.id), 303)

    @blueprint.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> BaseResponse | tuple[str, int]:
        if not settings.admin_token:
            abort(404)
        if request.method == "GET":
            return render_template("chatgpt/sign_in.html"), 200
        if admit(settings.admin_token, request.form.get("token", "")):
            return redirect(url_for(".store"), 303)
        return render_template("chatgpt/sign_in.html", wrong=True), 403


def _store(pages: Pages, *, typed: str = "", plugin_id: str = "", wrong: str = "") -> str:
    keeper, settings = pages.world.keeper, pages.settings
    listed = keeper.listed(pages.known_person())
    shown = listed if "all" in request.args else listed[:MOST_LISTED]
    return render_template(
        "chatgpt/store.html",
        rows=[(one, state_of(one)) for one in shown],
        more=len(listed) - len(shown),
        typed=typed or settings.target,
        plugin_id=plugin_id or settings.plugin_id,
        wrong=wrong,
        sample_target=sample_target(pages),
    )


def sample_target(pages: Pages) -> str:
    """Where the plugin with the published samples is; "" where there is none."""
    sample = pages.settings.sample
    if sample is None:
        return ""
    return sample.target or request.url_root.rstrip("/")


def is_sample_at(pages: Pages, target: str) -> bool:
    """Whether the plugin with the published samples is there, by either name of this machine."""
    sample = sample_target(pages)
    return bool(sample) and _numbered(sample) == _numbered(target)


def _numbered(target: str) -> str:
    return target.replace("//localhost", "//127.0.0.1", 1)


def state_of(one: Listed) -> str:
    """How it stands with a plugin for one person, in a few words."""
    if one.phase is not Phase.READY:
        return NOT_READY[one.phase]
    return (CONNECTED if one.is_connected else NOT_CONNECTED)[one.kind]
