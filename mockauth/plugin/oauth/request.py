"""A request for the authorization server, read strictly before Authlib sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from flask import Request as FlaskRequest

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.current_request import basic_pair, decoded_basic_pair
from mockauth.wire.message import FORM, JSON, pairs_of

KNOWN = frozenset(
    {
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
        "code_challenge_method", "login_hint", "grant_type", "code", "client_secret",
        "code_verifier", "refresh_token", "token", "token_type_hint", "resource", "prompt",
        "client_assertion", "client_assertion_type",
    }
)  # fmt: skip
Right = Callable[[str, str], bool]
"""Whether a client_id and a secret belong together."""


class Incoming(OAuth2Request):
    """An OAuth request whose parameters come from the body only (or, at authorize, the query)."""

    def __init__(
        self,
        method: str,
        params: dict[str, str],
        *,
        used_basic: bool = False,
        left_empty: frozenset[str] = frozenset(),
    ) -> None:
        # In place of Authlib's own `__init__`, which would look at each request (5 µs) whether it
        # came by https: it refuses plain http off loopback, which is not its business.
        self.__dict__.update(vars(_blank()))
        self.method = method
        self.payload = BasicOAuth2Payload(params)
        self.values = params
        self.used_basic = used_basic
        self.left_empty = left_empty
        """The parameters that came without a value."""

    @property
    def has_scope(self) -> bool:
        """Whether the request names a scope, even an empty one."""
        return "scope" in self.values or "scope" in self.left_empty

    @property
    def method_used(self) -> str:
        """How the client authenticates (RFC 7591 section 2)."""
        if "client_assertion" in self.values:
            return "private_key_jwt"
        if self.used_basic:
            return "client_secret_basic"
        return "client_secret_post" if self.values.get("client_secret") else "none"

    @property
    def args(self) -> dict[str, str]:
        """The parameters."""
        return self.values

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self.values


@lru_cache(maxsize=1)
def _blank() -> OAuth2Request:
    """A request of which nothing is known yet; never changed."""
    return OAuth2Request("GET", "https://plugin.invalid/")


class Unreadable(InvalidRequestError):
    """A body that is not what its content type says."""


def authorize_request(request: FlaskRequest, config: PluginConfig) -> Incoming:
    """The authorization request, from the query (by POST from the form, where that is on).

    Raises:
        InvalidRequestError: a parameter stands twice (RFC 6749 section 3.1), or is unknown where
            those are refused.
    """
    posted = request.method == "POST" and config.policy.authorize_post and not request.args
    source = request.form if posted else request.args
    params = _params(source.items(multi=True), config)
    # A parameter without a value counts as left out (RFC 6749 section 3.1).
    return Incoming("GET", {name: value for name, value in params.items() if value})


def token_request(request: FlaskRequest, config: PluginConfig, right: Right) -> Incoming:
    """The token request: form always, JSON when the manifest declares it.

    Raises:
        Unreadable: no such body.
        InvalidRequestError: a parameter twice, or two ways of authentication.
        InvalidClientError: an Authorization header that is no Basic pair.
    """
    policy = config.policy
    pairs = list(_body(request, config)) if request.method == "POST" else []
    if policy.query_credentials_accepted or request.method != "POST":
        pairs += request.args.items(multi=True)
    params = _params(pairs, config)
    header = request.headers.get("Authorization", "")
    used_basic = bool(header)
    if used_basic:
        if not policy.basic_accepted:
            raise InvalidClientError(status_code=401)
        params = _with_basic(params, config, right)
        if "client_assertion" in params:
            raise InvalidRequestError("two ways of authentication")
    elif {"client_secret", "client_assertion"} <= params.keys():
        raise InvalidRequestError("two ways of authentication")
    elif "client_secret" in params and not policy.post_accepted:
        raise InvalidClientError(status_code=401)
    elif "client_secret" in params and policy.body_decoded_twice:
        params |= {"client_secret": unquote_plus(params["client_secret"])}
    given = {n: v for n, v in params.items() if v}
    left_empty = frozenset(params.keys() - given.keys())
    return Incoming("POST", given, used_basic=used_basic, left_empty=left_empty)


def _with_basic(params: dict[str, str], config: PluginConfig, right: Right) -> dict[str, str]:
    client_id, secret = _basic(config.policy, right)
    if "client_secret" in params:
        if config.policy.two_auth_methods_refused:
            raise InvalidRequestError("credentials in the header and in the body")
        if right(params.get("client_id", ""), params["client_secret"]):
            return params
    named = params.get("client_id", client_id)
    if named != client_id and config.policy.body_client_id_wins and right(client_id, secret):
        return params | {"client_secret": _secret_of(named, config)}
    if named != client_id:
        raise InvalidRequestError("two different client_id")
    return params | {"client_id": client_id, "client_secret": secret}


def _secret_of(client_id: str, config: PluginConfig) -> str:
    return next((one.secret for one in config.clients if one.id == client_id), "")


def _params(pairs: Iterable[tuple[str, str]], config: PluginConfig) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, value in pairs:
        if name == "resource" and name in params:
            # RFC 8707 section 2 allows several, which together are no resource of this server.
            params[name] += f" {value}"
            continue
        if name in params and config.policy.duplicates_refused:
            raise InvalidRequestError("a parameter appears twice")
        if name not in KNOWN and config.policy.unknown_parameter_refused:
            raise InvalidRequestError("an unknown parameter")
        params[name] = value
    return params


def _body(request: FlaskRequest, config: PluginConfig) -> Iterable[tuple[str, str]]:
    body = request.get_data(cache=True)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    declared_json = config.content_type.startswith(JSON)
    takes_form = not declared_json or config.policy.undeclared_form_accepted
    if request.mimetype == FORM and takes_form:
        return pairs_of(text)
    if request.mimetype == JSON and declared_json:
        return _json(text)
    raise Unreadable("the body must be of the declared content type")


def _json(text: str) -> Iterable[tuple[str, str]]:
    def pairs(items: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return items

    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None
    if not text.lstrip().startswith("{") or not all(isinstance(v, str) for _, v in value):
        raise Unreadable("the body must be a JSON object of strings")
    return [(str(name), str(text)) for name, text in value]


def _basic(policy: Behaviour, right: Right) -> tuple[str, str]:
    pair = basic_pair()
    if pair is None:
        raise InvalidClientError(status_code=401)
    # RFC 6749 section 2.3.1 wants both form-encoded; clients that forget it are understood, too.
    as_it_is = not policy.basic_form_decoded or (policy.basic_raw_taken and right(*pair))
    return pair if as_it_is else decoded_basic_pair()
