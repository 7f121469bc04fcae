"""Logging in and out: away to client_url, back with an address that was pasted."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation import connector
from mockauth.engine.installation.arrival import Arrival
from mockauth.engine.installation.installation import Installation, Phase
from mockauth.engine.installation.login import Callback, Landed, arrive, start
from mockauth.engine.installation.pending import Way
from mockauth.web.guard import has_form_token
from mockauth.web.last_login import forget, leave, remember
from mockauth.web.pages import Pages
from mockauth.web.plugin_page import base_address, plugin_page
from mockauth.wire.url import split

LONGEST_ADDRESS = 16_384


def add_login_pages(blueprint: Blueprint, pages: Pages) -> None:
    """The login of one user."""
    world = pages.world

    @blueprint.get("/plugins/<id>/login")
    def login(id: str) -> BaseResponse | tuple[str, int]:
        # A link, not a form: Chromium applies the form-action of this page to every redirect that
        # follows a form, and would stop a login that leads on to another host.
        installation = pages.installation(id)
        if installation.kind != "oauth" or installation.phase is not Phase.READY:
            abort(404)
        if not has_form_token(request.args.get("token", "")):
            return render_template("chatgpt/message.html", title="This page is too old"), 400
        way = Way.PASTED if request.args.get("way") == Way.PASTED else Way.OWN
        return _leave(pages, installation, way)

    @blueprint.post("/plugins/<id>/pasted")
    def pasted(id: str) -> BaseResponse | tuple[str, int]:
        installation = pages.installation(id)
        address = request.form.get("address", "").strip()[:LONGEST_ADDRESS]
        parts = split(address)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            wrong = "Paste the whole address, from https:// to its end."
            return plugin_page(pages, installation, wrong=wrong), 400
        landed = arrive(world, installation, pages.person(), Callback(url=address))
        return landed_page(pages, installation, landed)


def _leave(pages: Pages, installation: Installation, way: Way) -> BaseResponse:
    if installation.is_mcp and way is Way.OWN:
        installation = connector.at_home(pages.world, installation, base_address())
        if installation.phase is not Phase.READY or installation.kind != "oauth":
            return redirect(url_for(".plugin", id=installation.id), 303)
    address = start(
        pages.world,
        installation,
        pages.person(),
        base=base_address(),
        way=way,
        state=str(uuid.uuid4()),
    )
    if _refused(address):
        abort(400)
    if way is Way.OWN:
        leave(installation)
    else:  # the address is pasted, in a page that waits for it
        forget()
    return redirect(address, 302)


def _refused(address: str) -> bool:
    """A browser is sent to a web page only, never to a script or a file."""
    parts = split(address)
    return parts is None or parts.scheme not in ("http", "https") or not parts.hostname


def landed_page(
    pages: Pages, installation: Installation, landed: Landed
) -> BaseResponse | tuple[str, int]:
    """Where a login ended: back at the plugin, or the page of what went wrong."""
    if pages.known_person():
        remember(installation, landed)
    if landed.arrival is Arrival.CONNECTED and not landed.remarks:
        return redirect(url_for("chatgpt.plugin", id=installation.id), 303)
    status = 200 if landed.arrival is Arrival.CONNECTED else 400
    page = render_template(
        "chatgpt/landed.html",
        plugin=installation,
        landed=landed,
        is_owner=installation.owner == pages.known_person(),
        is_connected=landed.arrival is Arrival.CONNECTED,
        may_be_fragment=landed.arrival is Arrival.NO_CODE,
    )
    return page, status
