"""MCP connectors: the form that adds one, and its tools."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation import connector
from mockauth.engine.installation.address import asked_address
from mockauth.engine.installation.installation import Connection, Installation, Phase
from mockauth.web.pages import Pages
from mockauth.web.plugin_page import base_address

NO_ADDRESS = "Give the address of the endpoint, such as https://todo.example.com/mcp."
LONGEST = 8192
"""Characters of a field."""


def add_connector_pages(blueprint: Blueprint, pages: Pages) -> None:
    """Add a connector, list its tools, call one."""
    world = pages.world

    @blueprint.route("/connector", methods=["GET", "POST"])
    def new_connector() -> BaseResponse | tuple[str, int]:
        if request.method == "GET":
            filled = {"target": request.args.get("target", "")[:LONGEST] or pages.settings.target}
            return render_template("chatgpt/connector.html", filled=filled), 200
        filled = {name: _typed(name) for name in ("target", "client_id", "client_secret")}
        target = asked_address(filled["target"].partition("#")[0])
        if not target:
            shown = {**filled, "client_secret": ""}
            page = render_template("chatgpt/connector.html", filled=shown, wrong=NO_ADDRESS)
            return page, 400
        new = connector.add(
            world,
            pages.person(),
            target,
            base_address(),
            client_id=filled["client_id"],
            client_secret=filled["client_secret"],
        )
        return redirect(url_for(".plugin", id=new.id), 303)

    @blueprint.route("/plugins/<id>/tools", methods=["GET", "POST"])
    def tools(id: str) -> BaseResponse | str:
        installation = pages.installation(id)
        connection = pages.connection(installation)
        if connection is None or not installation.is_mcp or installation.phase is not Phase.READY:
            return redirect(url_for(".plugin", id=id), 303)
        if request.method == "GET":
            return _listed(pages, installation, connection)
        name, typed = _typed("tool"), _typed("arguments")
        told = connector.call_tool(world, installation, connection, name, typed)
        return render_template(
            "chatgpt/tools.html", plugin=installation, told=told, called=name, typed=typed
        )


def _listed(pages: Pages, installation: Installation, connection: Connection) -> str:
    told = connector.tools_of(pages.world, installation, connection)
    return render_template(
        "chatgpt/tools.html",
        plugin=installation,
        told=told,
        called="",
        arguments_of=connector.arguments_of,
    )


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]
