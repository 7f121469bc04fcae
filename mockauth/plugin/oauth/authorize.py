"""The authorize endpoint (client_url): judged, shown to the user, answered by a redirect."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus, urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnsupportedResponseTypeError
from flask import g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import current_request
from mockauth.plugin.oauth import pages
from mockauth.plugin.oauth.callback_uri import is_local
from mockauth.plugin.oauth.issue import make_token
from mockauth.plugin.oauth.login import (
    TOO_OLD,
    form_token,
    form_token_fits,
    has_password,
    shape_of,
    signed_in,
)
from mockauth.plugin.oauth.near_miss import explain
from mockauth.plugin.oauth.redirect import finish
from mockauth.plugin.oauth.request import Incoming, authorize_request
from mockauth.plugin.oauth.resource_indicator import ResourceCrash
from mockauth.plugin.oauth.server import ScopeCrash
from mockauth.plugin.state import Family
from mockauth.wire.url import hostname, origin

ORDER = ("response_type", "client_id", "redirect_uri", "scope", "state")
UNSERVED = "The application sent a request that cannot be served: {}."


def decide(plugin: Plugin, server: Any) -> BaseResponse:
    """The answer to the consent form."""
    if plugin.policy.consent_csrf and not form_token_fits(plugin):
        return pages.error(400, TOO_OLD)
    if not plugin.policy.consent_csrf and "user" not in session:
        session["user"] = plugin.config.users[0].name
    answer = authorize(plugin, server, request.values.get("decision", "deny"))
    if answer.location and request.accept_mimetypes.best == "application/json":
        # To a script: it cannot read where a redirect to another site leads.
        return pages.private(jsonify(redirect=answer.location))
    return answer


def authorize(plugin: Plugin, server: Any, decision: str | None = None) -> BaseResponse:
    """Judge the request; then a page for the user, or the redirect that answers it."""
    try:
        incoming = authorize_request(current_request(), plugin.config)
        asked = incoming.values.copy()
        implicit = _adjust(plugin, incoming, server)
        grant = server.get_consent_grant(request=incoming)
        _queued(plugin, grant.redirect_uri)
    except OAuth2Error as wrong:
        wrong.state = request.args.get("state")  # some of Authlib's errors forget it
        return _refuse(plugin, wrong)
    except (ScopeCrash, ResourceCrash):
        return pages.error(500, UNSERVED.format("server_error"))
    except ValueError:  # Authlib quotes the value, and its own errors refuse some characters
        return pages.error(400, UNSERVED.format("invalid_request"))
    user, decision = _who(plugin, decision)
    if user is None and shape_of(plugin).by_basic:
        return _challenge()
    if user is None:
        if plugin.policy.state_returned == "twice-decoded":
            asked["state"] = unquote_plus(asked.get("state", ""))
        onward = url_for("oauth.authorize") + "?" + urlencode(asked)
        return redirect(url_for("oauth.login", next=onward), 302)
    if decision is None and _must_ask(plugin, grant.client.id):
        return _with_code(plugin, server, incoming, grant, user, _asked(plugin, grant, asked))
    return _decided(plugin, server, grant, user, decision, implicit=implicit)


def _who(plugin: Plugin, decision: str | None) -> tuple[str | None, str | None]:
    """The user, and what the user has decided: the queued user, else the one of the session, else
    the one that is taken where nobody is asked."""
    queued = plugin.control.next_user() if plugin.control and decision is None else None
    if queued is not None:
        return queued, "allow"
    user = signed_in(plugin) or _basic_user(plugin)
    if user is None and (plugin.config.login == "auto" or not plugin.policy.login_required):
        user = _hinted(plugin) or next((one.name for one in plugin.config.users), None)
        return user, "allow" if user else None
    return user, decision


def _basic_user(plugin: Plugin) -> str | None:
    """The user of the browser's own dialog, whom the session knows from then on."""
    given = request.authorization if shape_of(plugin).by_basic else None
    if given is None or not has_password(plugin, given.username, given.password):
        return None
    session["user"] = given.username
    return given.username


def _challenge() -> BaseResponse:
    """What makes a browser show its own dialog (RFC 7617)."""
    page = pages.error(401, "Log in with your user name and password.")
    page.headers["WWW-Authenticate"] = 'Basic realm="mockauth", charset="UTF-8"'
    return page


def _asked(plugin: Plugin, grant: Any, asked: dict[str, Any]) -> BaseResponse:
    """The consent page."""
    granted = grant.client.get_allowed_scope(grant.request.payload.scope)
    # An app's own scheme has no origin.
    back = origin(grant.redirect_uri) or grant.redirect_uri.partition(":")[0] + ":"
    action = url_for("oauth.consent") + "?" + urlencode(asked)
    named = grant.client.given.name or grant.client.id
    policy, given = plugin.policy, grant.client.given
    form = pages.ConsentForm(
        client=named if policy.consent_names_client else "An application",
        back=back,
        scope=granted,
        action=action,
        csrf=form_token(),
        host=hostname(given.id) if given.is_document and policy.document_host_shown else "",
        local=_is_local(plugin, given) and policy.document_local_warned,
        back_shown=policy.document_redirect_shown,
    )
    page = pages.consent(shape_of(plugin), form)
    if not policy.client_name_escaped:
        page.set_data(page.get_data() + f"<p>{named}</p>".encode())
    return page


def _is_local(plugin: Plugin, client: ClientConfig) -> bool:
    """Whether a client that nobody has checked is called back on the user's machine only, where any
    program can take its place (MCP, security best practices)."""
    return client.is_document and all(map(is_local, plugin.config.registered(client)))


def _decided(
    plugin: Plugin, server: Any, grant: Any, user: str, decision: str | None, *, implicit: bool
) -> BaseResponse:
    """The redirect to the callback, with what the user has decided."""
    refused = decision not in (None, "allow")
    if refused and not plugin.policy.deny_reported:
        return pages.error(403, "You refused. You can close this page.")
    if decision == "allow":
        if request.method == "POST":  # nobody was asked otherwise
            session["consented"] = [*session.get("consented", []), grant.client.id][-5:]
        if plugin.policy.code_in_page and "made" in session:
            return pages.private(redirect(session.pop("made"), 303))
    g.place = "redirect"
    if implicit and not refused:
        return _implicit(plugin, grant, user)
    answer: BaseResponse = server.create_authorization_response(
        request=grant.request, grant_user=None if refused else user, grant=grant
    )
    return finish(plugin, answer)


def _hinted(plugin: Plugin) -> str | None:
    """The user that the client suggests (OpenID Connect Core section 3.1.2.1), if there is one."""
    hint = request.args.get("login_hint", "")
    return hint if plugin.config.user(hint) else None


def _with_code(
    plugin: Plugin, server: Any, incoming: Incoming, grant: Any, user: str, page: BaseResponse
) -> BaseResponse:
    """The consent page; where a code is made before anybody has consented, with that code."""
    if plugin.policy.code_in_page:
        answer = server.create_authorization_response(
            request=incoming, grant_user=user, grant=grant
        )
        session["made"] = finish(plugin, answer).headers["Location"]
        page.set_data(page.get_data() + f"<!-- {session['made']} -->".encode())
    return page


def _adjust(plugin: Plugin, incoming: Incoming, server: Any) -> bool:
    """What the policy reads into a request before Authlib judges it; whether a token is wanted."""
    params, policy = incoming.payload.data, plugin.policy
    if policy.empty_scope_refused and request.args.get("scope") == "":
        params["scope"] = "-"
    if not policy.parameter_order_free and _out_of_order(params):
        raise InvalidRequestError("the parameters are out of order")
    if policy.response_modes_refused and params.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_mode is not served")
    kind = params.get("response_type")
    if policy.errors_before_redirect_uri and kind != "code":
        redirect_uri = incoming.payload.redirect_uri or ""
        raise UnsupportedResponseTypeError(kind, redirect_uri=redirect_uri)
    if policy.absent_scope_refused and "scope" not in request.args:
        raise _missing(server, incoming, "scope")
    if kind is None:
        raise _missing(server, incoming, "response_type")
    if "state" not in params and not policy.missing_state_tolerated:
        raise _missing(server, incoming, "state")
    implicit = kind == "token" and policy.implicit_grant
    if implicit or (kind != "token" and not policy.response_type_checked):
        params["response_type"] = "code"
    return implicit


def _queued(plugin: Plugin, redirect_uri: str) -> None:
    """Raise the error that is queued."""
    queued = plugin.control.next_error("authorize") if plugin.control else None
    if queued is not None:
        wrong = OAuth2Error(error=queued.error, description=queued.error_description or None)
        wrong.redirect_uri = redirect_uri
        raise wrong


def _out_of_order(params: dict[str, Any]) -> bool:
    return [n for n in params if n in ORDER] != [n for n in ORDER if n in params]


def _missing(server: Any, incoming: Incoming, name: str) -> OAuth2Error:
    """RFC 6749 section 4.1.2.1 calls it invalid_request; redirect only to a registered URI."""
    incoming.payload.data["response_type"] = "code"
    grant = server.get_consent_grant(request=incoming)  # raises for an unknown client or URI
    return InvalidRequestError(
        f"{name} is missing", redirect_uri=grant.redirect_uri, state=incoming.payload.state
    )


def _must_ask(plugin: Plugin, client_id: str) -> bool:
    if plugin.config.login in ("auto", "login"):
        return False
    remembered = client_id in session.get("consented", [])
    return not (remembered and plugin.policy.consent_remembered)


def _implicit(plugin: Plugin, grant: Any, user: str) -> BaseResponse:
    scope = grant.client.get_allowed_scope(grant.request.payload.scope)
    token = make_token(plugin, grant.client, user, scope, family=Family(), refresh=False)
    token |= {"state": grant.request.payload.state or ""}
    return pages.private(redirect(f"{grant.redirect_uri}#{urlencode(token)}", 302))


def _refuse(plugin: Plugin, wrong: OAuth2Error) -> BaseResponse:
    if plugin.policy.errors_to_unchecked_uri and request.args.get("redirect_uri"):
        wrong.redirect_uri = request.args["redirect_uri"]
    status, _, headers = wrong()
    if not plugin.policy.errors_reach_client:
        return pages.error(400, UNSERVED.format(wrong.error))
    if status in (301, 302, 303) and dict(headers).get("Location"):
        g.place = "redirect"
        return finish(plugin, redirect(dict(headers)["Location"], 302))
    # The user is told that it failed, the application's author why.
    status = plugin.policy.error_page_status
    return pages.error(status, UNSERVED.format(wrong.error), explain(plugin))
