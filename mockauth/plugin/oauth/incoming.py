"""A request for the authorization server, read strictly before Authlib sees it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from flask import Request as FlaskRequest

from mockauth.wire.message import FORM, JSON, pairs_of


class Incoming(OAuth2Request):
    """An OAuth request whose parameters come from the body only (or, at authorize, the query)."""

    def __init__(self, method: str, params: dict[str, str], *, used_basic: bool = False) -> None:
        # Authlib refuses plain http off loopback; which address was asked is not its business.
        super().__init__(method, "https://plugin.invalid/")
        self.payload = BasicOAuth2Payload(params)
        self.values = params
        self.used_basic = used_basic

    @property
    def args(self) -> dict[str, str]:
        """The parameters."""
        return self.values

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self.values


def authorize_request(request: FlaskRequest) -> Incoming:
    """The authorization request.

    Raises:
        InvalidRequestError: a parameter stands twice (RFC 6749 section 3.1).
    """
    params = _single(request.args.items(multi=True))
    # A parameter without a value counts as left out (RFC 6749 section 3.1).
    return Incoming("GET", {name: value for name, value in params.items() if value})


def token_request(request: FlaskRequest, declared: str) -> Incoming:
    """The token request: form always, JSON when the manifest declares it.

    Raises:
        InvalidRequestError: no such body, a parameter twice, or two ways of authentication.
        InvalidClientError: an Authorization header that is no Basic pair.
    """
    params = _single(_body(request, declared))
    header = request.headers.get("Authorization", "")
    if not header:
        return Incoming("POST", {n: v for n, v in params.items() if v})
    if "client_secret" in params:
        raise InvalidRequestError("credentials in the header and in the body")
    client_id, secret = _basic(header)
    if params.get("client_id", client_id) != client_id:
        raise InvalidRequestError("two different client_id")
    params |= {"client_id": client_id, "client_secret": secret}
    return Incoming("POST", {n: v for n, v in params.items() if v}, used_basic=True)


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, value in pairs:
        if name in params:
            raise InvalidRequestError("a parameter stands twice")
        params[name] = value
    return params


def _body(request: FlaskRequest, declared: str) -> Iterable[tuple[str, str]]:
    body = request.get_data(cache=True)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequestError("the body is not UTF-8") from None
    if request.mimetype == FORM:
        return pairs_of(text)
    if request.mimetype == JSON and declared.startswith(JSON):
        return _json(text)
    raise InvalidRequestError("the body must be of the declared content type")


def _json(text: str) -> Iterable[tuple[str, str]]:
    def pairs(items: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return items

    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise InvalidRequestError("the body is not JSON") from None
    if not text.lstrip().startswith("{") or not all(isinstance(v, str) for _, v in value):
        raise InvalidRequestError("the body must be a JSON object of texts")
    return [(str(name), str(text)) for name, text in value]


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise InvalidClientError(status_code=401) from None
    if scheme.lower() != "basic" or ":" not in pair:
        raise InvalidClientError(status_code=401)
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749 section 2.3.1
