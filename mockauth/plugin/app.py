"""The Flask app of the built-in plugin. All its state is its own; ten fit in one process."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import Clock, SystemClock
from mockauth.plugin.api import documents
from mockauth.plugin.api.embeddings import embeddings_blueprint
from mockauth.plugin.api.mcp.endpoint import mcp_blueprint
from mockauth.plugin.api.todos import api_blueprint
from mockauth.plugin.api.userinfo import userinfo_blueprint
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.cors import allow_pages
from mockauth.plugin.current_request import base_url
from mockauth.plugin.faults.fault import Fault
from mockauth.plugin.faults.wire import leave_body
from mockauth.plugin.fetch import Bounds, Fetched, fetch
from mockauth.plugin.misbehave import misbehave
from mockauth.plugin.server.sessions import Sessions
from mockauth.plugin.state import PluginState

if TYPE_CHECKING:
    from mockauth.plugin.signing import Signing

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
APIS: Mapping[str, Callable[[Plugin], Blueprint]] = MappingProxyType(
    {"todo": api_blueprint, "embeddings": embeddings_blueprint, "mcp": mcp_blueprint}
)
NO_FAULTS: Mapping[str, Fault] = MappingProxyType({})
CHAT_PAGES = ("https://chat.openai.com", "https://chatgpt.com")
CORS_HEADERS = "Content-Type, Authorization, openai-conversation-id, openai-ephemeral-user-id"


def create_app(
    config: PluginConfig | None = None,
    clock: Clock | None = None,
    *,
    admin_token: str = "",
    known_faults: Mapping[str, Fault] = NO_FAULTS,
    fetcher: Callable[[str, Bounds], Fetched] = fetch,
) -> Flask:
    """Build the plugin. `clock` decides expiry; the system clock when left out. `fetcher` fetches what
    clients name, such as client ID metadata documents; it raises `FetchError`.

    With `admin_token` there is a control interface at /_mockauth/ that takes this token, and can
    switch on `known_faults` by name.
    """
    config = config or PluginConfig()
    clock = clock or SystemClock()
    control = None
    if admin_token:
        # Most apps of the tests and every demo do without.
        from mockauth.plugin.control_state import Control, ShiftedClock

        clock = ShiftedClock(clock)
        control = Control(clock=clock)
    plugin = Plugin(
        base=config,
        state=PluginState(),
        clock=clock,
        signing=_signing(config),
        control=control,
        fetch=fetcher,
    )
    plugin.reset_faults()
    app = Flask("mockauth.plugin")
    app.extensions["mockauth"] = plugin
    app.config.update(
        SECRET_KEY=secrets.token_hex(32),
        SESSION_COOKIE_NAME="mockauth_session",
        SESSION_COOKIE_PATH=f"/{config.name}",
        SESSION_COOKIE_SAMESITE=_samesite(config.policy.cookie_samesite),
        MAX_CONTENT_LENGTH=1024 * 1024,
    )
    if control is not None:
        _controlled(app, plugin, admin_token, known_faults)
    _walls(app, plugin)
    app.session_interface = Sessions(app)
    _documents(app, plugin)
    app.register_blueprint(APIS[config.api](plugin))
    if config.auth == "oauth":
        # Authlib takes 150 ms to import; the other auth types never need it.
        from mockauth.plugin.oauth.endpoints import oauth_blueprint

        app.register_blueprint(oauth_blueprint(plugin))
        if config.userinfo:
            app.register_blueprint(userinfo_blueprint(plugin))
    # What is registered last runs first after a request: faults alter the CORS headers, too.
    misbehave(app, plugin)
    if config.auth == "none":
        _cors(app)
    if config.auth == "oauth":
        allow_pages(app, plugin)
    _errors(app, plugin)
    return app


def _controlled(app: Flask, plugin: Plugin, token: str, known: Mapping[str, Fault]) -> None:
    from mockauth.plugin.control.actions import PluginControl
    from mockauth.plugin.control.hooks import hook_control
    from mockauth.plugin.control.http import control_blueprint

    assert plugin.control is not None  # noqa: S101 - only called where there is one
    hook_control(app, plugin, plugin.control)
    app.register_blueprint(control_blueprint(PluginControl(plugin, known), token))


def _signing(config: PluginConfig) -> Signing | None:
    if config.auth != "oauth" or config.token_format != "jwt":
        return None
    # joserfc and cryptography take 100 ms to import; only JWTs need them.
    from mockauth.plugin.signing import Signing

    return Signing()


def _samesite(name: str) -> str | None:
    return None if name == "absent" else name


def _walls(app: Flask, plugin: Plugin) -> None:
    @app.before_request
    def wall() -> BaseResponse | None:
        if not plugin.policy.bot_wall:
            return None
        # As a filter would that knows a list of names, ours not among them.
        agent = request.headers.get("User-Agent", "")
        if "Mozilla" not in agent and request.path == "/token":
            return Response("Are you human?", status=403, mimetype="text/html")
        return None

    @app.after_request
    def leave_the_body(response: Response) -> Response:
        if not plugin.policy.bodies_read and response.status_code >= 400:
            leave_body()
        return response

    @app.teardown_request
    def forget(wrong: BaseException | None) -> None:
        plugin.now.config = None


def _documents(app: Flask, plugin: Plugin) -> None:
    if plugin.base.api != "mcp":  # an MCP server has neither

        @app.get("/.well-known/ai-plugin.json")
        def manifest() -> BaseResponse:
            g.place = "manifest"
            return jsonify(documents.manifest(plugin.config, base_url()))

        @app.get("/openapi.json")
        def openapi() -> BaseResponse:
            g.place = "openapi"
            return jsonify(documents.openapi(plugin.config, base_url()))

    @app.get("/logo.png")
    def logo() -> BaseResponse:
        g.place = "logo"
        return Response(LOGO, mimetype="image/png")

    @app.get("/legal")
    def legal() -> BaseResponse:
        return Response("This plugin is for testing. It keeps nothing.", mimetype="text/plain")

    @app.get("/health")
    def health() -> BaseResponse:
        return jsonify({"status": "ok"})


def _cors(app: Flask) -> None:
    """A plugin without sign-in may be called by the chat page in the browser."""

    @app.after_request
    def allow(response: Response) -> Response:
        if request.headers.get("Origin") in CHAT_PAGES:
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Allow-Headers"] = CORS_HEADERS
            response.headers["Access-Control-Allow-Private-Network"] = "true"
            response.headers["Vary"] = "Origin"
        return response


def _errors(app: Flask, plugin: Plugin) -> None:
    @app.errorhandler(RecursionError)
    def too_deep(error: RecursionError) -> BaseResponse:
        answer = jsonify({"error": "invalid_request", "error_description": "nested too deeply"})
        answer.status_code = 400
        return answer

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> BaseResponse:
        if error.code == 404 and plugin.policy.unknown_paths == "html":
            return Response("<!doctype html><title>Welcome</title>", mimetype="text/html")
        answer = jsonify({"error": "invalid_request", "error_description": error.name})
        answer.status_code = error.code or 500
        if error.code == 405 and hasattr(error, "valid_methods") and error.valid_methods:
            answer.headers["Allow"] = ", ".join(error.valid_methods)
        return answer
