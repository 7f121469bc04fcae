"""The token endpoint (authorization_url), as ChatGPT uses it: exchange and refresh."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from urllib.parse import quote_plus

from mockauth.chatgpt.client import Client, resource_params
from mockauth.chatgpt.pkce import verifier_params
from mockauth.wire.message import Pairs, Request, Response

ACCEPT = ("Accept", "application/json")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A token answer, read leniently; `problem` is "" when ChatGPT would have gone on.

    `expires_in` is in seconds, `scope` what the answer says; both None when it says nothing.
    """

    access_token: str = ""
    refresh_token: str = ""
    expires_in: float | None = None
    scope: str | None = None
    problem: str = ""


def token_request(client: Client, code: str, redirect_uri: str) -> Request:
    """The exchange of a code, in `authorization_content_type`, the secret always in the body."""
    return _post(
        client,
        (("grant_type", "authorization_code"),),
        (
            ("code", code),
            ("redirect_uri", redirect_uri),
            *verifier_params(client.verifier),
            *resource_params(client),
        ),
    )


def refresh_request(client: Client, refresh_token: str) -> Request:
    """The refresh: same encoding and client authentication (RFC 6749 section 6)."""
    return _post(
        client,
        (("grant_type", "refresh_token"),),
        (("refresh_token", refresh_token), *resource_params(client)),
    )


def authenticated(request: Request, client_id: str, secret: str, method: str) -> Request:
    """`request` with these client credentials by `post`, `basic`, `both` or `none`.

    `none` keeps the client_id in the body (RFC 6749 section 3.2.1) and sends no secret.
    """
    names = ("client_id", "client_secret")
    rest = tuple(pair for pair in request.params if pair[0] not in names)
    body: Pairs = ()
    if method in ("post", "both"):
        body = (("client_id", client_id), ("client_secret", secret))
    elif method == "none":
        body = (("client_id", client_id),)
    # grant_type first, as in the published example.
    request = replace(request, params=(*rest[:1], *body, *rest[1:]))
    basic = basic_credentials(client_id, secret) if method in ("basic", "both") else None
    return request.with_header("Authorization", basic)


def basic_credentials(client_id: str, secret: str) -> str:
    """The Authorization header of RFC 6749 section 2.3.1: form-encoded first, then base64."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def raw_basic_credentials(client_id: str, secret: str) -> str:
    """The Authorization header of RFC 7617 section 2, nothing encoded first: what many clients
    send. No source shows which of the two ChatGPT does."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def read_token(response: Response | None) -> Grant:
    """Read a token answer the way ChatGPT does: `access_token` in the parsed JSON, or nothing."""
    if response is None:
        return Grant(problem="no answer")
    members = response.members
    token = members.get("access_token")
    if not response.ok or not isinstance(token, str) or not token:
        return Grant(problem=_missing(response))
    refresh, scope = members.get("refresh_token"), members.get("scope")
    return Grant(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) else "",
        expires_in=_seconds(members.get("expires_in")),
        scope=scope if isinstance(scope, str) else None,
    )


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value)  # type: ignore[arg-type]  # whatever a server sends
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _missing(response: Response) -> str:
    error = response.members.get("error")
    said = f", error {error}" if isinstance(error, str) else ""
    kind = response.media_type or "no Content-Type"
    return f"status {response.status} ({kind}){said}, no access_token"


def _post(client: Client, before: Pairs, after: Pairs) -> Request:
    request = Request(
        method="POST",
        url=client.auth.authorization_url,
        headers=(ACCEPT,),
        params=(*before, *after),
        encoding=client.encoding,
    )
    method = "post" if client.sends_secret else "none"
    return authenticated(request, client.id, client.secret.reveal(), method)
