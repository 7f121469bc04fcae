"""The addresses of the authorization server."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from flask import Blueprint, abort, g, jsonify, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.config import McpRevision, PluginConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.oauth import authorize as authorizing
from mockauth.plugin.oauth import login as login_pages
from mockauth.plugin.oauth import pages
from mockauth.plugin.oauth.introspect import introspection
from mockauth.plugin.oauth.metadata import metadata_document, openid_document
from mockauth.plugin.oauth.revoke import revocation
from mockauth.plugin.oauth.server import build_server
from mockauth.plugin.oauth.token import token as token_answer
from mockauth.plugin.resource import (
    MCP_PATHS,
    WELL_KNOWN,
    has_resource_metadata,
    resource_document,
)
from mockauth.plugin.signing import Signing

OAUTH = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
MCP_VERSIONS = get_args(McpRevision)


def oauth_blueprint(plugin: Plugin) -> Blueprint:
    """The OAuth endpoints of one app."""
    blueprint = Blueprint("oauth", __name__)
    views = _Views(plugin)
    _add(blueprint, "/authorize", views.authorize, "GET", "POST")
    _add(blueprint, "/consent", views.consent, "GET", "POST")
    _add(blueprint, "/login", views.login, "GET", "POST")
    _add(blueprint, "/token", views.token, "GET", "POST")
    _add(blueprint, "/assets/turbo.min.js", views.turbo, "GET")
    for path in metadata_paths(plugin.base):
        _add(blueprint, path, views.openid if OPENID in path else views.metadata, "GET")
    for path in _resource_paths(plugin.base):
        _add(blueprint, path, views.resource, "GET")
    if plugin.base.revocation:
        _add(blueprint, "/revoke", views.revoke, "POST")
    if plugin.base.registration:
        _add(blueprint, "/register", views.register, "POST")
    if plugin.base.introspection:
        _add(blueprint, "/introspect", views.introspect, "GET", "POST")
    if plugin.signing is not None:
        _add(blueprint, "/.well-known/jwks.json", _Keys(plugin, plugin.signing).jwks, "GET")
    return blueprint


def metadata_paths(config: PluginConfig) -> list[str]:
    """Where the metadata of the server stands (RFC 8414 section 3.1, OpenID Connect Discovery 1.0
    section 4.1): an issuer with a path has it behind the well-known part, or before it."""
    tenant = f"/{config.tenant}" if config.tenant else ""
    if not config.metadata:
        return []
    if config.policy.metadata_paths == "appended":
        return [tenant + OAUTH]
    found = [OAUTH + tenant] if config.metadata_forms != "openid" else []
    if config.metadata_forms != "oauth":
        found += dict.fromkeys((OPENID + tenant, tenant + OPENID))
    return found


def _resource_paths(config: PluginConfig) -> list[str]:
    """Where the metadata of the resources stands; the root variant is asked for, too (MCP 2025-11-25,
    basic/authorization)."""
    if not has_resource_metadata(config):
        return []
    own = [WELL_KNOWN + path for path in MCP_PATHS]
    return [WELL_KNOWN, *own] if config.policy.resource_at_root else own


def _add(blueprint: Blueprint, path: str, view: Callable[[], BaseResponse], *methods: str) -> None:
    blueprint.add_url_rule(path, view.__name__, view, methods=methods)


class _Keys:
    """The key set of a server that signs its tokens."""

    def __init__(self, plugin: Plugin, signing: Signing) -> None:
        self.plugin, self.signing = plugin, signing

    def jwks(self) -> BaseResponse:
        g.place = "jwks"
        if self.plugin.policy.keys_published == "private":
            return jsonify({"keys": [self.signing.key.as_dict(private=True)]})
        return jsonify(self.signing.key_set)


class _Views:
    """One method for each endpoint."""

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        self.server = build_server(plugin)

    def authorize(self) -> BaseResponse:
        g.place = "authorize"
        if request.method == "POST" and not self.plugin.policy.authorize_post:
            raise MethodNotAllowed(["GET"])
        return _readable(self.plugin, authorizing.authorize(self.plugin, self.server))

    def consent(self) -> BaseResponse:
        g.place = "consent"
        if request.method != "POST" and not login_pages.shape_of(self.plugin).by_links:
            raise MethodNotAllowed(["POST"])
        return authorizing.decide(self.plugin, self.server)

    def login(self) -> BaseResponse:
        g.place = "login"
        by_get = self.plugin.policy.login_by_get and "password" in request.args
        if request.method == "POST" or by_get:
            return login_pages.login(self.plugin)
        return login_pages.first_login_page(self.plugin, request.args.get("next", ""))

    def turbo(self) -> BaseResponse:
        return pages.script()

    def token(self) -> BaseResponse:
        # HEAD comes along with GET.
        if request.method != "POST" and not self.plugin.policy.token_get_accepted:
            raise MethodNotAllowed(["POST"])
        return token_answer(self.plugin, self.server)

    def metadata(self) -> BaseResponse:
        g.place = "metadata"
        _check_version(self.plugin)
        return jsonify(metadata_document(self.plugin, base_url()))

    def openid(self) -> BaseResponse:
        g.place = "metadata"
        _check_version(self.plugin)
        return jsonify(openid_document(self.plugin, base_url()))

    def resource(self) -> BaseResponse:
        g.place = "resource"
        _check_version(self.plugin)
        path = request.path.removeprefix(WELL_KNOWN)
        return jsonify(resource_document(self.plugin.config, base_url(), path))

    def revoke(self) -> BaseResponse:
        g.place = "revoke"
        return revocation(self.plugin, self.server)

    def register(self) -> BaseResponse:
        # What checks client metadata brings joserfc with it: 100 ms that most servers can save.
        from mockauth.plugin.oauth.registration import registration

        g.place = "register"
        return registration(self.plugin)

    def introspect(self) -> BaseResponse:
        g.place = "introspect"
        if request.method != "POST" and not self.plugin.policy.introspection_get:
            raise MethodNotAllowed(["POST"])
        return introspection(self.plugin, self.server)


def _check_version(plugin: Plugin) -> None:
    """Metadata is for every client, whatever version its header names; a fault forgets that."""
    version = request.headers.get("MCP-Protocol-Version", "")
    if version not in ("", *MCP_VERSIONS) and plugin.policy.metadata_version_checked:
        abort(400)


def _readable(plugin: Plugin, answer: BaseResponse) -> BaseResponse:
    if plugin.policy.authorize_cors:
        answer.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    return answer
