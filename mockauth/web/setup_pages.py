"""The steps of an installation: what is pasted, verified, read again, installed for one user."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation import connector, setup
from mockauth.engine.installation.installation import Connection, Phase
from mockauth.web.pages import Pages
from mockauth.web.plugin_page import base_address, plugin_page
from mockauth.wire import Secret

LONGEST_PASTED = 8192


def add_setup_pages(blueprint: Blueprint, pages: Pages) -> None:
    """What the buttons of an installation do; each leads back to the plugin's page."""
    _for_developers(blueprint, pages)
    _for_users(blueprint, pages)


def _for_developers(blueprint: Blueprint, pages: Pages) -> None:
    """What who registered the plugin does."""
    world = pages.world

    @blueprint.post("/plugins/<id>/credentials")
    def credentials(id: str) -> BaseResponse | tuple[str, int]:
        installation = pages.owned(id)
        names = ("client_id", "client_secret", "service_token")
        given = {name: _pasted(name) for name in names}
        wanted = names[:2] if installation.kind == "oauth" else names[2:]
        if installation.phase is Phase.UNREADABLE or not all(given[name] for name in wanted):
            return plugin_page(pages, installation, wrong="Fill in every field."), 400
        setup.paste(world, installation, **{name: given[name] for name in wanted})
        return _back(id)

    @blueprint.post("/plugins/<id>/verify")
    def verify(id: str) -> BaseResponse:
        setup.verify(world, pages.owned(id))
        return _back(id)

    @blueprint.post("/plugins/<id>/published")
    def published(id: str) -> BaseResponse:
        setup.take_published(world, pages.owned(id))
        return _back(id)

    @blueprint.post("/plugins/<id>/read")
    def read_again(id: str) -> BaseResponse:
        installation = pages.owned(id)
        if installation.is_mcp:
            connector.read_again(world, installation, base_address())
        else:
            again = setup.read_form_again if installation.is_action else setup.read_again
            again(world, installation)
        return _back(id)

    @blueprint.post("/plugins/<id>/remove")
    def remove(id: str) -> BaseResponse:
        world.keeper.remove(pages.owned(id).id)
        return redirect(url_for(".store"), 303)


def _for_users(blueprint: Blueprint, pages: Pages) -> None:
    """What each user does."""
    keeper = pages.world.keeper

    @blueprint.post("/plugins/<id>/install")
    def install(id: str) -> BaseResponse:
        installation = pages.installation(id)
        if installation.phase is Phase.READY and installation.kind in setup.WITHOUT_USERS:
            keeper.connect(Connection(installation=id, person=pages.person()))
        return _back(id)

    @blueprint.post("/plugins/<id>/key")
    def key(id: str) -> BaseResponse | tuple[str, int]:
        installation = pages.installation(id)
        value = _pasted("key")
        if not value:
            return plugin_page(pages, installation, wrong="Paste your key."), 400
        keeper.connect(
            Connection(installation=id, person=pages.person(), access_token=Secret(value, "key"))
        )
        return _back(id)

    @blueprint.post("/plugins/<id>/uninstall")
    def uninstall(id: str) -> BaseResponse:
        keeper.disconnect(pages.installation(id).id, pages.person())
        return _back(id)


def _pasted(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST_PASTED]


def _back(id: str) -> BaseResponse:
    return redirect(url_for(".plugin", id=id), 303)
