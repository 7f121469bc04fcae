"""Where credentials travel, decided as a request is sent: a Basic header or a custom header.

Requests are built with the secret in the body and the key under Authorization. Placing them last
lets every probe alter a secret in one way, wherever ChatGPT is set to send it.
"""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt.token import basic_credentials, raw_basic_credentials
from mockauth.wire.message import Request, every
from mockauth.wire.trace import Step

CREDENTIALS = ("client_id", "client_secret")
BY_CLIENT: tuple[Step, ...] = ("token", "refresh", "endpoint", "revoke", "introspect")
"""The messages in which a client proves itself."""


def in_basic_header(request: Request, *, raw: bool = False, named: bool = False) -> Request:
    """A token request with the credentials of its body in a Basic header and nowhere else; form-
    encoded first, unless `raw`. With `named` the body keeps the client_id, as MCP clients have it.

    One that already has an Authorization header, or does not have each credential once, was made
    so by a probe and stays as it is.
    """
    pairs = [every(request.params, name) for name in CREDENTIALS]
    if request.header("Authorization") is not None or any(len(values) != 1 for values in pairs):
        return request
    moved = CREDENTIALS[1:] if named else CREDENTIALS
    rest = tuple(pair for pair in request.params if pair[0] not in moved)
    made = raw_basic_credentials if raw else basic_credentials
    header = made(pairs[0][0], pairs[1][0])
    return replace(request, params=rest).with_header("Authorization", header)


def in_own_header(request: Request, name: str) -> Request:
    """A call with its key bare in the header `name`; unchanged when it carries none."""
    value = request.header("Authorization")
    if value is None:
        return request
    scheme, _, key = value.partition(" ")
    bare = key if scheme.lower() in ("bearer", "basic") else value
    return request.with_header("Authorization", None).with_header(name, bare)
