"""Which pages may read the answers of the plugin (Fetch standard, CORS protocol)."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

from mockauth.plugin.context import Plugin
from mockauth.plugin.request_facts import PATHS
from mockauth.wire.url import origin

READABLE = ("metadata", "resource", "jwks", "token", "userinfo")
"""What a client in a page asks itself, besides the API. The user's browser visits the rest."""
METHODS = "GET, POST, PUT, DELETE"
HEADERS = "Authorization, Content-Type, MCP-Protocol-Version, Mcp-Session-Id, Last-Event-ID"
SHOWN = "WWW-Authenticate, Retry-After"


def allow_pages(app: Flask, plugin: Plugin) -> None:
    """Let the pages of registered clients read what `app` answers."""

    @app.after_request
    def allow(response: Response) -> Response:
        sent = request.headers.get("Origin", "")
        if not (sent and _is_readable() and is_registered(plugin, sent)):
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


def _is_readable() -> bool:
    return PATHS.get(request.path) in READABLE or request.blueprint == "api"
