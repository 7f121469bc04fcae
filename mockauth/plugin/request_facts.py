"""What the triggers of faults look at in a request."""

from __future__ import annotations

from flask import request, session

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import bearer, decoded_basic_pair
from mockauth.plugin.faults.body import params
from mockauth.plugin.faults.trigger import Facts
from mockauth.plugin.oauth.lookup import access_token

PATHS = {
    "/.well-known/ai-plugin.json": "manifest",
    "/openapi.json": "openapi",
    "/logo.png": "logo",
    "/authorize": "authorize",
    "/login": "login",
    "/consent": "consent",
    "/token": "token",
    "/revoke": "revoke",
    "/introspect": "introspect",
    "/register": "register",
    "/userinfo": "userinfo",
    "/.well-known/jwks.json": "jwks",
}


WELL_KNOWN = {
    "oauth-authorization-server": "metadata",
    "openid-configuration": "metadata",
    "oauth-protected-resource": "resource",
}
"""By what follows `/.well-known/`, which may stand before or behind the path of an issuer."""


def place_of(path: str) -> str:
    """The place that an address is of; "" for all others."""
    known = PATHS.get(path, "")
    document = "" if known else path.partition("/.well-known/")[2].partition("/")[0]
    return known or WELL_KNOWN.get(document, "")


def facts(plugin: Plugin) -> Facts:
    """What triggers look at."""
    given = params()
    client = given.get("client_id", "") or decoded_basic_pair()[0]
    user = str(session.get("user", ""))
    if plugin.base.auth == "oauth" and bearer():
        shown = access_token(plugin, bearer())
        user = shown.user if shown else user
        client = shown.record.client_id if shown else client
    place = _place(given)
    return Facts(place=place, path=request.path, client=client, user=user, params=given)


def _place(given: dict[str, str]) -> str:
    place = place_of(request.path)
    if place == "token" and given.get("grant_type") == "refresh_token":
        return "refresh"
    return place or ("api" if (request.endpoint or "").startswith("api.") else "")
