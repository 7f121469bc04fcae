"""The authorize endpoint (client_url), its pages, and the token endpoint (authorization_url)."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from flask import Blueprint, Response, g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import Clock
from mockauth.plugin import pages
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.oauth.incoming import Incoming, authorize_request, token_request
from mockauth.plugin.oauth.server import build_server
from mockauth.plugin.state import State
from mockauth.wire.url import origin


def oauth_blueprint(config: PluginConfig, state: State, clock: Clock) -> Blueprint:
    """The OAuth endpoints of one app."""
    blueprint = Blueprint("oauth", __name__)
    server = build_server(config, state, clock)
    origins = " ".join(dict.fromkeys(map(origin, config.redirect_uris)))

    @blueprint.get("/authorize")
    def authorize() -> BaseResponse:
        g.place = "authorize"
        return _authorize(config, server, None)

    @blueprint.post("/authorize")
    def decide() -> BaseResponse:
        g.place = "consent"
        if config.policy.consent_csrf and not _csrf_fits():
            return pages.error(400, "This page is too old. Go back to ChatGPT and start again.")
        if not config.policy.consent_csrf and "user" not in session:
            session["user"] = config.users[0].name
        return _authorize(config, server, request.form.get("decision", "deny"))

    @blueprint.get("/login")
    def login_page() -> BaseResponse:
        g.place = "login"
        return pages.login(request.args.get("next", ""), _csrf(), origins)

    @blueprint.post("/login")
    def login() -> BaseResponse:
        g.place = "login"
        onward = request.form.get("next", "")
        if not _csrf_fits() or not onward.startswith("/authorize?"):
            return pages.error(400, "This page is too old. Go back to ChatGPT and start again.")
        for user in config.users:
            right = hmac.compare_digest(
                request.form.get("password", "").encode(), user.password.encode()
            )
            if user.name == request.form.get("username") and right:
                session["user"] = user.name
                return redirect(onward, 303)
        return pages.login(onward, _csrf(), origins, "Wrong user name or password.")

    @blueprint.route("/token", methods=["POST"])
    def token() -> BaseResponse:
        return _token(config, server)

    return blueprint


def _csrf() -> str:
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return str(session["csrf"])


def _csrf_fits() -> bool:
    kept, given = session.get("csrf", ""), request.form.get("csrf_token", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())


def _authorize(config: PluginConfig, server: Any, decision: str | None) -> BaseResponse:
    user = session.get("user")
    if user is None and (config.login == "auto" or not config.policy.login_required):
        user, decision = config.users[0].name, "allow"
    try:
        incoming = authorize_request(request)
        if config.policy.empty_scope_refused and request.args.get("scope") == "":
            incoming.payload.data["scope"] = "-"
        if "response_type" not in incoming.payload.data:
            raise _missing_response_type(server, incoming)
        grant = server.get_consent_grant(request=incoming, end_user=user)
        if config.policy.pkce_required and "code_challenge" not in incoming.payload.data:
            uri = incoming.payload.redirect_uri
            raise InvalidRequestError("code_challenge is required", redirect_uri=uri)
    except OAuth2Error as wrong:
        wrong.state = request.args.get("state")  # some of Authlib's errors forget it
        return _refuse(wrong)
    except ValueError:  # Authlib quotes the value, and its own errors refuse some characters
        return pages.error(400, "ChatGPT sent a request that cannot be served: invalid_request.")
    if user is None:
        return redirect(url_for("oauth.login_page", next=request.full_path.rstrip("?")), 302)
    if decision is None and config.login == "login_and_consent":
        back = origin(incoming.payload.redirect_uri or "")
        granted = grant.client.get_allowed_scope(incoming.payload.scope)
        return pages.consent(grant.client.id, back, granted, request.full_path, _csrf())
    allowed = decision in (None, "allow")
    if not allowed and not config.policy.deny_reported:
        return pages.error(403, "You refused. You can close this page.")
    g.place = "redirect"
    answer: BaseResponse = server.create_authorization_response(
        request=incoming, grant_user=user if allowed else None, grant=grant
    )
    answer.status_code = 303 if request.method == "POST" else 302
    _alter_state(config, answer)
    return pages.private(answer)


def _missing_response_type(server: Any, incoming: Incoming) -> OAuth2Error:
    """RFC 6749 section 4.1.2.1 calls it invalid_request; redirect only to a registered URI."""
    incoming.payload.data["response_type"] = "code"
    grant = server.get_consent_grant(request=incoming)  # raises for an unknown client or URI
    return InvalidRequestError(
        "response_type is missing",
        redirect_uri=grant.request.payload.redirect_uri,
        state=incoming.payload.state,
    )


def _refuse(wrong: OAuth2Error) -> BaseResponse:
    status, _, headers = wrong()
    if status in (301, 302, 303) and dict(headers).get("Location"):
        g.place = "redirect"
        return pages.private(redirect(dict(headers)["Location"], 302))
    return pages.error(400, f"ChatGPT sent a request that cannot be served: {wrong.error}.")


def _alter_state(config: PluginConfig, answer: BaseResponse) -> None:
    kept = config.policy.state_returned
    location = answer.headers.get("Location", "")
    if kept == "kept" or "state=" not in location:
        return
    cut = location.partition("state=")[2].partition("&")[0]
    if kept == "truncated":
        short = cut.partition("%")[0].partition("+")[0]
        answer.headers["Location"] = location.replace("state=" + cut, "state=" + short)
    else:
        answer.headers["Location"] = location.replace("state=" + cut, "").rstrip("&?")


def _token(config: PluginConfig, server: Any) -> BaseResponse:
    g.place = "token"
    try:
        if config.policy.declared_type_only_lies and request.mimetype == config.content_type:
            raise InvalidRequestError("the body cannot be read")
        incoming = token_request(request, config.content_type)
        if incoming.values.get("grant_type") == "refresh_token":
            g.place = "refresh"
        if not config.policy.grant_type_checked and "code" in incoming.values:
            incoming.payload.data["grant_type"] = "authorization_code"
        if "grant_type" not in incoming.payload.data:
            raise InvalidRequestError("grant_type is missing")
        answer: BaseResponse = server.create_token_response(incoming)
    except OAuth2Error as wrong:
        status = 401 if isinstance(wrong, InvalidClientError) else wrong.status_code
        answer = jsonify(dict(wrong.get_body()))
        answer.status_code = status
    except ValueError:  # as at authorize
        answer = jsonify({"error": "invalid_request"})
        answer.status_code = 400
    if answer.status_code in (400, 401) and b"invalid_client" in answer.get_data():
        answer.status_code = 401
        answer.headers["WWW-Authenticate"] = 'Basic realm="mockauth"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Pragma"] = "no-cache"
    return Response(answer.get_data(), answer.status_code, answer.headers)
