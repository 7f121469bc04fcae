"""Who calls the API: what the request presents, and the refusal that tells ChatGPT to sign in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url, current_request
from mockauth.plugin.oauth.comparison import same
from mockauth.plugin.oauth.lookup import access_token
from mockauth.plugin.resource import (
    document_address,
    has_resource_metadata,
    is_around,
    resource_of,
)
from mockauth.plugin.state import TokenRecord, digest

CHATGPT_ORIGINS = ("https://chat.openai.com", "https://chatgpt.com")
EVERYBODY = "everybody"
SCOPES = {
    "listTodos": "todos:read",
    "getTodo": "todos:read",
    "addTodo": "todos:write",
    "changeTodo": "todos:write",
    "deleteTodo": "todos:write",
    "createEmbedding": "embeddings",
}
"""The scope that each operation needs, where the plugin knows that scope; others need none."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A user, and what the token was granted; None is everything."""

    user: str
    scope: str | None = None


class Refused(Exception):
    """The request is not served; `answer` says why."""

    def __init__(self, answer: BaseResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


def sample_api() -> Blueprint:
    """An API without operations yet: its answers are of the place `api`, and `Refused` is answered."""
    blueprint = Blueprint("api", __name__)

    @blueprint.before_request
    def place() -> None:
        g.place = "api"

    @blueprint.errorhandler(Refused)
    def refuse(refused: Refused) -> BaseResponse:
        return refused.answer

    return blueprint


def caller(plugin: Plugin, operation: str) -> Caller:
    """Who may run `operation` with this request.

    Raises:
        Refused: 401 without a good token, 403 without the scope, 400 for two ways of sending a
            token (RFC 6750 sections 2 and 3).
    """
    found = _caller(plugin, operation)
    if found.scope is not None and plugin.policy.scope_enforced:
        _check_scope(plugin, found.user, found.scope, SCOPES.get(operation, ""))
    if plugin.policy.identity_from == "ephemeral-id":
        return Caller(user=request.headers.get("openai-ephemeral-user-id", found.user))
    return found if plugin.policy.users_told_apart else _first(plugin)


def _check_scope(plugin: Plugin, user: str, scope: str, needed: str) -> None:
    policy, known = plugin.policy, plugin.config.scope.split()
    wanted = [word for word in (needed, policy.scope_in_instalments) if word in known]
    missing = next((word for word in wanted if needed and not _covers(plugin, scope, word)), "")
    if missing and policy.step_up_forgotten:
        plugin.state.stepped.add(user)
    if missing or (needed in known and user in plugin.state.stepped):
        raise Refused(_insufficient(plugin, missing or needed))


def _covers(plugin: Plugin, scope: str, needed: str) -> bool:
    """Whether a scope is enough: the broad word is, too (`todos` for `todos:read`)."""
    granted, broad = scope.split(), needed.partition(":")[0]
    return needed in granted or (plugin.policy.scope_hierarchy and broad in granted)


def _caller(plugin: Plugin, operation: str) -> Caller:
    config, policy = plugin.config, plugin.policy
    if config.auth == "none":
        if "Authorization" in request.headers and not policy.stray_authorization_ignored:
            raise Refused(_json(401, {"error": "nobody signs in here"}))
        return Caller(user=EVERYBODY)
    if policy.api_checked == "never" or operation in policy.open_operations or _named(plugin):
        return _first(plugin)
    token = _presented(plugin)
    if not token:
        raise Refused(challenge(plugin, "", policy.unauthenticated_status))
    if policy.gateway_401:
        raise Refused(_of_gateway())
    if policy.api_checked == "presence":
        return _first(plugin)
    found = _holder(plugin, token)
    if found is None:
        raise Refused(challenge(plugin, "invalid_token"))
    if policy.openai_headers_refused and "openai-conversation-id" in request.headers:
        raise Refused(_json(400, {"error": "unknown header"}))
    return found


def _first(plugin: Plugin) -> Caller:
    return Caller(user=plugin.config.users[0].name)


def _named(plugin: Plugin) -> bool:
    """Whether the request calls itself ChatGPT, where that is enough."""
    if plugin.policy.origin_opens and request.headers.get("Origin", "") in CHATGPT_ORIGINS:
        return True
    if not (plugin.policy.openai_headers_open or plugin.policy.user_agent_opens):
        return False
    by_header = "openai-conversation-id" in request.headers or (
        "openai-ephemeral-user-id" in request.headers
    )
    by_agent = "ChatGPT-User" in request.headers.get("User-Agent", "")
    policy = plugin.policy
    return (policy.openai_headers_open and by_header) or (policy.user_agent_opens and by_agent)


def _presented(plugin: Plugin) -> str:
    """The token as it was sent; "" where there is none that counts.

    Raises:
        Refused: the header is of another scheme, or the token comes twice.
    """
    config, policy = plugin.config, plugin.policy
    given = current_request()
    query = given.args.get("access_token", "") if given.query_string else ""
    # The body is looked at only where it could be a form (RFC 6750 section 2.2).
    body = given.form.get("access_token", "") if given.mimetype.endswith("urlencoded") else ""
    if config.api_key_header:
        return given.headers.get(config.api_key_header, "").strip()
    header = given.headers.get("Authorization", "")
    if header and (query or body) and policy.token_twice_refused and config.auth == "oauth":
        raise Refused(challenge(plugin, "invalid_request", 400))
    if header:
        return _from_header(plugin, header)
    if query and policy.token_in_query:
        return query
    return body if policy.token_in_body else ""


def _from_header(plugin: Plugin, header: str) -> str:
    policy = plugin.policy
    scheme, _, rest = header.strip().partition(" ")
    token = rest.strip()  # RFC 9110 section 11.4: one or more spaces
    if not token and not policy.scheme_required:
        return header.strip()
    if policy.pasted_whitespace_crashes and (" " in token or rest != token):
        raise Refused(_json(500, {"error": "server_error"}))
    if token and policy.api_checked != "presence":
        fits = scheme == wanted(plugin).title() or policy.scheme_case_ignored
        same = scheme.lower() == wanted(plugin) and fits
        if not same and policy.scheme_checked:
            raise Refused(challenge(plugin, "invalid_token"))
    return token


def wanted(plugin: Plugin) -> str:
    """The scheme of the Authorization header, in lower case."""
    return "bearer" if plugin.config.auth == "oauth" else plugin.config.authorization_type


def _holder(plugin: Plugin, token: str) -> Caller | None:
    """Whose token it is, or None. Raises `Refused` for one that has expired."""
    config, policy = plugin.config, plugin.policy
    if policy.verification_token_opens and token == config.verification_token:
        return Caller(user=EVERYBODY)
    if policy.client_secret_opens_api and token in {c.secret for c in plugin.clients}:
        return _first(plugin)
    if config.auth == "service_http":
        return Caller(user=EVERYBODY) if _is_service_token(plugin, token) else None
    if config.auth == "user_http":
        name = next((u.name for u in config.users if u.key and same(token, u.key)), None)
        return None if name is None else Caller(user=name)
    return _granted(plugin, token)


def _is_service_token(plugin: Plugin, token: str) -> bool:
    if plugin.policy.service_basic == "encoded" and wanted(plugin) == "basic":
        try:
            token = base64.b64decode(token, validate=True).decode()
        except (binascii.Error, ValueError):
            return False
    return same(token, plugin.config.service_token)


def _granted(plugin: Plugin, token: str) -> Caller | None:
    shown = access_token(plugin, token)
    other = _other_kind(plugin, token) if shown is None else None
    record = shown.record if shown else other
    if record is None or record.revoked or _is_for_others(plugin, record):
        return None
    if record.expires_at <= plugin.clock.now() and plugin.policy.access_expires:
        raise Refused(challenge(plugin, "invalid_token", plugin.policy.expired_status))
    return Caller(user=shown.user if shown else record.user, scope=record.scope)


def _is_for_others(plugin: Plugin, record: TokenRecord) -> bool:
    """Whether a token was asked for another resource than this MCP server (MCP 2025-11-25,
    basic/authorization, token handling)."""
    config = plugin.config
    if config.api != "mcp" or not config.policy.audience_checked:
        return False
    base = base_url()
    if config.policy.resource_of_origin == "kept" and is_around(config, base, record.resource):
        return False
    wanted = resource_of(config, base, current_request().path)
    return (record.resource or resource_of(config, base)) != wanted


def _other_kind(plugin: Plugin, token: str) -> TokenRecord | None:
    """A refresh token or a code, where that opens the API."""
    state, policy = plugin.state, plugin.policy
    with state.lock:
        if policy.refresh_opens_api and digest(token) in state.refresh:
            return state.refresh[digest(token)]
        code = state.codes.get(digest(token)) if policy.code_opens_api else None
    if code is None:
        return None
    return TokenRecord(code.client_id, code.scope, code.user, code.expires_at, code.family)


def challenge(plugin: Plugin, error: str, status: int = 401) -> BaseResponse:
    """The refusal with its WWW-Authenticate (RFC 6750 section 3); without credentials no error."""
    answer = _json(status, {"error": error or "sign in first"})
    if plugin.config.api_key_header:
        # RFC 9110 wants a challenge in every 401; no scheme is registered for keys in headers.
        name = f'ApiKey header="{plugin.config.api_key_header}", realm="mockauth"'
    elif wanted(plugin) == "basic":
        name = 'Basic realm="mockauth"'
    else:
        name = _bearer(plugin, error)
    if name:
        answer.headers["WWW-Authenticate"] = name
    return answer


def _bearer(plugin: Plugin, error: str) -> str:
    """The challenge of a server with OAuth."""
    style = plugin.policy.challenge_style
    if style == "bare":
        return ""
    if style == "fixed-key":
        return 'ApiKey realm="mockauth"'
    told = f', error="{error}"' if error and style != "no-error" else ""
    whole = 'Bearer realm="mockauth"' + told + _scope_of(plugin) + _where_from(plugin)
    return whole.replace('", ', '" ') if style == "no-commas" else whole


def _of_gateway() -> BaseResponse:
    """The refusal of another make, by what stands before the server."""
    answer = _json(401, {"message": "Unauthorized"})
    answer.headers["WWW-Authenticate"] = 'Bearer realm="gateway"'
    return answer


def _scope_of(plugin: Plugin) -> str:
    """The scope to ask for, which a client of an MCP server takes from the challenge (MCP
    2025-11-25, basic/authorization, scope selection)."""
    style, scope = plugin.policy.challenge_style, plugin.config.scope
    if plugin.config.api != "mcp" or plugin.config.auth != "oauth" or style == "no-scope":
        return ""
    if style == "offline-access":
        scope = f"{scope} offline_access"
    return f', scope="{scope.split()[0] if style == "first-scope" else scope}"'


def _where_from(plugin: Plugin) -> str:
    """Where the metadata of an MCP server stands (RFC 9728 section 5.1)."""
    config, style = plugin.config, plugin.policy.challenge_style
    is_mcp = config.api == "mcp" and config.auth == "oauth"
    if not is_mcp or style == "no-metadata" or not has_resource_metadata(config):
        return ""
    address = document_address(base_url(), current_request().path)
    if style == "relative-metadata":
        address = "/" + address.partition("://")[2].partition("/")[2]
    return f', resource_metadata="{address}"'


def _insufficient(plugin: Plugin, scope: str) -> BaseResponse:
    style = plugin.policy.insufficient_scope
    answer = _json(401 if style == "401" else 403, {"error": "insufficient_scope", "scope": scope})
    if style != "no-challenge":
        told = f', scope="{scope}"' if plugin.policy.scope_challenged == "needed" else ""
        answer.headers["WWW-Authenticate"] = (
            f'Bearer realm="mockauth", error="insufficient_scope"{told}' + _where_from(plugin)
        )
    return answer


def _json(status: int, body: dict[str, str]) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    return answer
