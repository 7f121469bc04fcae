"""The addresses of the authorization server."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth import authorize as authorizing
from mockauth.plugin.oauth import login as login_pages
from mockauth.plugin.oauth.introspect import introspection
from mockauth.plugin.oauth.metadata import metadata_document
from mockauth.plugin.oauth.revoke import revocation
from mockauth.plugin.oauth.server import build_server
from mockauth.plugin.oauth.token import token as token_answer
from mockauth.plugin.resource import PATHS, WELL_KNOWN, resource_document


def oauth_blueprint(plugin: Plugin) -> Blueprint:
    """The OAuth endpoints of one app."""
    blueprint = Blueprint("oauth", __name__)
    server = build_server(plugin)

    @blueprint.route("/authorize", methods=["GET", "POST"])
    def authorize() -> BaseResponse:
        g.place = "authorize"
        if request.method == "POST" and not plugin.policy.authorize_post:
            raise MethodNotAllowed(["GET"])
        return _readable(plugin, authorizing.authorize(plugin, server))

    @blueprint.post("/consent")
    def decide() -> BaseResponse:
        g.place = "consent"
        return authorizing.decide(plugin, server)

    @blueprint.get("/login")
    def login_page() -> BaseResponse:
        g.place = "login"
        onward = request.args.get("next", "")
        return login_pages.login_page(plugin, onward, hint=login_pages.hint_of(onward))

    @blueprint.post("/login")
    def login() -> BaseResponse:
        g.place = "login"
        return login_pages.login(plugin)

    @blueprint.route("/token", methods=["GET", "POST"])
    def token() -> BaseResponse:
        # HEAD comes along with GET.
        if request.method != "POST" and not plugin.policy.token_get_accepted:
            raise MethodNotAllowed(["POST"])
        return token_answer(plugin, server)

    if plugin.base.metadata:

        @blueprint.get("/.well-known/oauth-authorization-server")
        def metadata() -> BaseResponse:
            g.place = "metadata"
            return jsonify(metadata_document(plugin, base_url()))

    if plugin.base.api == "mcp":
        # The root variant is asked for, too (MCP 2025-11-25, basic/authorization).
        @blueprint.get(WELL_KNOWN)
        @blueprint.get(WELL_KNOWN + PATHS["mcp"])
        def resource() -> BaseResponse:
            g.place = "resource"
            return jsonify(resource_document(plugin.config, base_url()))

    if plugin.base.revocation:

        @blueprint.post("/revoke")
        def revoke() -> BaseResponse:
            g.place = "revoke"
            return revocation(plugin, server)

    if plugin.base.registration:
        # What checks client metadata brings joserfc with it: 100 ms that most servers can save.
        from mockauth.plugin.oauth.registration import registration

        @blueprint.post("/register")
        def register() -> BaseResponse:
            g.place = "register"
            return registration(plugin)

    if plugin.base.introspection:

        @blueprint.post("/introspect")
        def introspect() -> BaseResponse:
            g.place = "introspect"
            return introspection(plugin, server)

    if plugin.signing is not None:

        @blueprint.get("/.well-known/jwks.json")
        def keys() -> BaseResponse:
            g.place = "jwks"
            assert plugin.signing is not None  # noqa: S101 - the route is there only then
            return jsonify(plugin.signing.key_set)

    return blueprint


def _readable(plugin: Plugin, answer: BaseResponse) -> BaseResponse:
    if plugin.policy.authorize_cors:
        answer.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    return answer
