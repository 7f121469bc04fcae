"""A request as triggers and the journal see it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import NamedTuple
from urllib.parse import unquote_plus

from flask import Request, request, session

from mockauth.plugin.context import Plugin, at_hand
from mockauth.plugin.faults.trigger import Facts
from mockauth.plugin.oauth.lookup import access_token
from mockauth.wire.message import FORM, JSON, pairs_of

MOST_PARAMS = 50
BODILESS = ("GET", "HEAD")
CARRIED = "mockauth.carried"
"""Where the environment of a request keeps what was read of it."""
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
    "/.well-known/oauth-authorization-server": "metadata",
    "/.well-known/oauth-protected-resource": "resource",
    "/.well-known/oauth-protected-resource/mcp": "resource",
    "/.well-known/jwks.json": "jwks",
}


class Body(NamedTuple):
    """What a request carries, not yet read. One is made for each request, and a frozen dataclass
    takes three times as long."""

    query: str
    content_type: str = ""
    data: bytes = b""

    def params(self) -> dict[str, str]:
        """The parameters of query, form or JSON body; the last of several."""
        found = dict(pairs_of(self.query)[:MOST_PARAMS])
        if self.content_type == JSON:
            found |= dict(_members(self.data)[:MOST_PARAMS])
        elif self.content_type == FORM:
            found |= dict(pairs_of(self.data.decode("utf-8", "replace"))[:MOST_PARAMS])
        return found


def carried(given: Request) -> Body:
    """What a request carries.

    Raises:
        RequestEntityTooLarge: it is too long; when asked again, it carries nothing.
    """
    known: Body | None = given.environ.get(CARRIED)
    if known is None:
        given.environ[CARRIED] = Body(query=given.environ.get("QUERY_STRING", ""))
        known = given.environ[CARRIED] = _carried(given)
    return known


def params() -> dict[str, str]:
    """The parameters of the request at hand."""
    return carried(at_hand()).params()


def basic_pair() -> tuple[str, str]:
    """The id and secret of a Basic header, decoded; empty where there is none."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def bearer() -> str:
    """The token of the Authorization header, whatever its scheme; "" where there is none."""
    return request.headers.get("Authorization", "").strip().partition(" ")[2].strip()


def facts(plugin: Plugin) -> Facts:
    """What triggers look at."""
    given = params()
    client = given.get("client_id", "") or basic_pair()[0]
    user = str(session.get("user", ""))
    if plugin.base.auth == "oauth" and bearer():
        shown = access_token(plugin, bearer())
        user = shown.user if shown else user
        client = shown.record.client_id if shown else client
    place = _place(given)
    return Facts(place=place, path=request.path, client=client, user=user, params=given)


def _place(given: dict[str, str]) -> str:
    place = PATHS.get(request.path, "")
    if place == "token" and given.get("grant_type") == "refresh_token":
        return "refresh"
    return place or ("api" if (request.endpoint or "").startswith("api.") else "")


def _carried(given: Request) -> Body:
    query = given.environ.get("QUERY_STRING", "")
    if given.method in BODILESS:
        return Body(query=query)
    # Read as a form first, the body would be gone for the plugin.
    data = given.get_data(cache=True)
    return Body(query=query, content_type=given.mimetype, data=data)


def _members(data: bytes) -> list[tuple[str, str]]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return []
    return [(str(n), str(v)) for n, v in found.items()] if isinstance(found, dict) else []
