"""The form of the GPT editor, which a GPT Action has in place of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.engine.installation.address import typed_address, with_scheme
from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.setup import use_form
from mockauth.manifest.editor import HEADER, EditorForm
from mockauth.profiles import ACTION
from mockauth.profiles.action import TokenExchange
from mockauth.web.pages import Pages
from mockauth.web.plugin_id import wrong_id
from mockauth.web.settings import Sample
from mockauth.web.store_page import is_sample_at
from mockauth.wire import Secret
from mockauth.wire.url import origin, split

FIELDS = (
    "openapi", "auth", "auth_scheme", "header", "key", "client_id", "client_secret",
    "authorize_url", "token_url", "scope", "token_exchange", "plugin_id",
)  # fmt: skip
URLS = ("authorize_url", "token_url")
NOTHING = ("", "")


def add_action_page(blueprint: Blueprint, pages: Pages) -> None:
    """The editor's form."""
    sample = pages.settings.sample

    @blueprint.route("/action", methods=["GET", "POST"])
    def action() -> BaseResponse | tuple[str, int]:
        if request.method == "GET":
            usual = {"auth": "oauth", "auth_scheme": "bearer", "token_exchange": "post"}
            target = pages.settings.target
            usual["openapi"] = f"{target}/openapi.json" if target else ""
            usual |= sample.form if sample else {}
            return render_template("chatgpt/action.html", filled=usual), 200
        filled = {name: request.form.get(name, "").strip() for name in FIELDS}
        filled |= {name: with_scheme(filled[name]) for name in URLS}
        if sample and _is_sample(pages, filled, sample):
            filled["plugin_id"] = sample.plugin_id
            known = pages.world.keeper.installation(sample.plugin_id)
            if known is not None and known.owner != pages.known_person():
                return redirect(url_for(".plugin", id=known.id), 303)
        field, wrong = _wrong(filled)
        if not wrong:
            who = pages.known_person()
            wrong = wrong_id(pages.world.keeper, ACTION, filled["plugin_id"], who)
            field = "plugin_id"
        if wrong:
            return render_template(
                "chatgpt/action.html", filled=_unsecret(filled), wrong=wrong, field_wrong=field
            ), 400
        new = use_form(pages.world, pages.person(), _installation(filled))
        return redirect(url_for(".plugin", id=new.id), 303)


def _is_sample(pages: Pages, filled: Mapping[str, str], sample: Sample) -> bool:
    """Whether it is the Action of this server, which knows the callback of one id only."""
    if not sample.form or filled["plugin_id"] not in ("", sample.plugin_id):
        return False
    return is_sample_at(pages, origin(typed_address(filled["openapi"])))


def _unsecret(filled: dict[str, str]) -> dict[str, str]:
    """What is shown again after a mistake: never a secret."""
    return {**filled, "client_secret": "", "key": ""}


def _wrong(filled: Mapping[str, str]) -> tuple[str, str]:
    """The field that is missing or wrong, and what to give there; two "" for nothing."""
    if not _is_url(typed_address(filled["openapi"])):
        return "openapi", "Give the address of the OpenAPI document."
    if filled["auth"] not in ("none", "service_http", "oauth"):
        return "auth", "Choose an authentication type."
    if filled["auth"] == "service_http":
        return _wrong_key(filled)
    return _wrong_oauth(filled) if filled["auth"] == "oauth" else NOTHING


def _wrong_key(filled: Mapping[str, str]) -> tuple[str, str]:
    if not filled["key"]:
        return "key", "Paste the key."
    if filled["auth_scheme"] == "custom" and not HEADER.fullmatch(filled["header"]):
        return "header", "Give the name of a header, such as X-API-Key."
    return NOTHING


def _wrong_oauth(filled: Mapping[str, str]) -> tuple[str, str]:
    for name in ("client_id", "client_secret"):
        if not filled[name]:
            return name, "Fill this in: a string that your service knows."
    for name in URLS:
        if not _is_url(filled[name]):
            return name, "Give an address, such as https://todo.example.com/authorize."
    return NOTHING


def _is_url(text: str) -> bool:
    parts = split(text)
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)


def _installation(filled: Mapping[str, str]) -> Installation:
    document = typed_address(filled["openapi"])
    kind = filled["auth"]
    return Installation(
        id=filled["plugin_id"],
        owner="",
        target=origin(document),
        form=EditorForm(openapi=document, **_chosen(filled)),
        client_id=filled["client_id"] if kind == "oauth" else "",
        client_secret=Secret(filled["client_secret"] if kind == "oauth" else "", "client_secret"),
        service_token=Secret(filled["key"] if kind == "service_http" else "", "API key"),
    )


def _chosen(filled: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the chosen authentication type; the others are left as they were found."""
    if filled["auth"] == "service_http":
        scheme = filled["auth_scheme"]
        custom = {"header": filled["header"]} if scheme == "custom" else {}
        known = scheme if scheme in ("bearer", "basic", "custom") else "bearer"
        return {"auth": "service_http", "auth_scheme": known, **custom}
    if filled["auth"] == "oauth":
        method = filled["token_exchange"]
        return {
            "auth": "oauth",
            "authorize_url": filled["authorize_url"],
            "token_url": filled["token_url"],
            "scope": filled["scope"],
            "token_exchange": method if method in get_args(TokenExchange) else "post",
        }
    return {"auth": "none"}
