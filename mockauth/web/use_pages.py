"""Using a plugin: its operations as forms, what came back, and the token's life."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation import use as using
from mockauth.engine.installation.installation import Connection, Installation, Phase
from mockauth.engine.installation.operation_form import OperationForm, form_of
from mockauth.engine.installation.use import Used
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.web.pages import Pages

MOST_LISTED = 200
"""Operations on the page."""


def add_use_pages(blueprint: Blueprint, pages: Pages) -> None:
    """The pages of a connected user."""
    _calls(blueprint, pages)
    _token(blueprint, pages)


def _calls(blueprint: Blueprint, pages: Pages) -> None:
    """The operations, and one of them as a form."""
    world = pages.world

    @blueprint.get("/plugins/<id>/use")
    def operations(id: str) -> BaseResponse | str:
        installation, connection = _usable(pages, id)
        if connection is None:
            return redirect(url_for(".plugin", id=id), 303)
        listed = _openapi(installation).operations
        return render_template(
            "chatgpt/operations.html",
            plugin=installation,
            operations=listed[:MOST_LISTED],
            more=max(0, len(listed) - MOST_LISTED),
        )

    @blueprint.route("/plugins/<id>/use/<int:number>", methods=["GET", "POST"])
    def operation(id: str, number: int) -> BaseResponse | str:
        installation, connection = _usable(pages, id)
        if connection is None:
            return redirect(url_for(".plugin", id=id), 303)
        openapi = _openapi(installation)
        if number >= len(openapi.operations):
            abort(404)
        form = form_of(openapi, openapi.operations[number])
        if request.method == "GET":
            return _operation(installation, form, number)
        filled = {name: value for name, value in request.form.items() if name != "csrf_token"}
        used = using.use(world, installation, connection, number, filled)
        return _operation(installation, form, number, filled=filled, used=used)


def _token(blueprint: Blueprint, pages: Pages) -> None:
    """The life of the token."""
    world = pages.world

    @blueprint.post("/plugins/<id>/refresh")
    def refresh(id: str) -> BaseResponse | str:
        installation, connection = _usable(pages, id)
        if connection is None or installation.kind != "oauth":
            abort(404)
        used = using.refresh(world, installation, connection)
        if used.is_refreshed:
            return redirect(url_for(".plugin", id=id), 303)
        is_owner = installation.owner == pages.known_person()
        return render_template(
            "chatgpt/refresh.html", plugin=installation, used=used, is_owner=is_owner
        )

    @blueprint.post("/plugins/<id>/expire")
    def expire(id: str) -> BaseResponse:
        installation, connection = _usable(pages, id)
        if connection is None or installation.kind != "oauth":
            abort(404)
        using.expire(world, connection)
        return redirect(url_for(".plugin", id=id), 303)


def _operation(
    installation: Installation,
    form: OperationForm,
    number: int,
    *,
    filled: dict[str, str] | None = None,
    used: Used | None = None,
) -> str:
    return render_template(
        "chatgpt/operation.html",
        plugin=installation,
        form=form,
        number=number,
        filled=filled,
        used=used,
    )


def _usable(pages: Pages, id: str) -> tuple[Installation, Connection | None]:
    """The plugin and what this person has of it; None where it cannot be used yet."""
    installation = pages.installation(id)
    connection = pages.connection(installation)
    return installation, connection if installation.phase is Phase.READY else None


def _openapi(installation: Installation) -> OpenApi:
    return read_openapi(installation.openapi.body, installation.openapi.url)
