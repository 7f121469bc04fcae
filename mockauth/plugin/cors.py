"""Which pages may read the answers of the plugin (Fetch standard, CORS protocol)."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

from mockauth.plugin.context import Plugin
from mockauth.plugin.request_facts import place_of
from mockauth.wire.url import hostname, is_loopback_host, origin

READABLE = ("metadata", "resource", "jwks", "token", "userinfo")
"""What a client in a page asks itself, besides the API. The user's browser visits the rest."""
METHODS = "GET, POST, PUT, DELETE"
HEADERS = (
    "Authorization, Content-Type, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, "
    "Last-Event-ID"
)
SHOWN = "WWW-Authenticate, Retry-After, Mcp-Session-Id"
PUBLIC = ("metadata", "resource", "jwks", "register", "token")
"""What a client in a page asks before an MCP server knows it. None of it looks at cookies."""


def allow_pages(app: Flask, plugin: Plugin) -> None:
    """Let the pages of registered clients read what `app` answers."""

    @app.after_request
    def allow(response: Response) -> Response:
        sent = request.headers.get("Origin", "")
        if not sent or not (_is_public(plugin) or (_is_readable() and is_known(plugin, sent))):
            return response
        response.headers["Access-Control-Allow-Origin"] = sent
        response.headers["Access-Control-Expose-Headers"] = SHOWN
        response.vary.add("Origin")
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = HEADERS
        return response


def is_registered(plugin: Plugin, sent: str) -> bool:
    """Whether a page of this origin belongs to a client: it has a callback there."""
    config = plugin.config
    uris = (uri for client in plugin.clients for uri in config.registered(client))
    return config.cors and any(origin(uri) == sent for uri in uris)


def is_known(plugin: Plugin, sent: str) -> bool:
    """Whether a page may read what it asks: that of a client, and beside an MCP server one on the
    user's own machine, as its inspectors are."""
    local = plugin.config.api == "mcp" and plugin.config.cors and is_loopback_host(hostname(sent))
    return local or is_registered(plugin, sent)


def _is_public(plugin: Plugin) -> bool:
    config = plugin.config
    return config.api == "mcp" and config.cors and place_of(request.path) in PUBLIC


def _is_readable() -> bool:
    return place_of(request.path) in READABLE or request.blueprint == "api"
