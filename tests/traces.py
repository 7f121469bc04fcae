"""Traces made by hand, for judging checks without a server."""

from __future__ import annotations

import base64
import json
from typing import Any

from mockauth.checks.evidence import Evidence, Given
from mockauth.checks.registry import Check
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.manifest.auth import Auth, OAuth
from mockauth.wire import Exchange, Pairs, Request, Response, Secret, Trace

SITE = "https://todo.example.com"
CALLBACK = "https://chat.openai.com/aip/plugin-0f1e2d3c/oauth/callback"
STATE = "6f1ed002-ab5f-4f8e-8c1b-7f0e9a1d2c3b"
CODE = "Zk3vQ0xW9sLr2TnYb7UcE5pA"
ACCESS, REFRESH = "aT9xKq3LmV0sRz7WnYb2UcE5pD8fGh1J", "rT4yHw8NcX6tBv1QmZk5SaJ9uPe2LdOi"
OAUTH = OAuth(client_url=f"{SITE}/authorize", authorization_url=f"{SITE}/token", scope="read write")
GIVEN = Given(
    client_id="todo-client",
    client_secret=Secret("s3cr3t-of-the-client"),
    username="ada",
    password=Secret("correct-horse-7"),
    redirect_uri=CALLBACK,
    other_username="bob",
    other_password=Secret("battery-staple-8"),
)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
PAGE = b"<!doctype html><title>Log in</title><form method=post><input name=u></form>"


def answer(
    status: int = 200, headers: Pairs = (), body: bytes | str | dict[str, Any] = b""
) -> Response:
    """An answer; a dict becomes JSON."""
    raw = json.dumps(body) if isinstance(body, dict) else body
    return Response(
        status=status, headers=headers, body=raw.encode() if isinstance(raw, str) else raw
    )


def granted(headers: Pairs = JSON, status: int = 200, **members: Any) -> Response:
    """A good token answer with these members; None takes one out."""
    base = {
        "access_token": ACCESS,
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": REFRESH,
        "scope": "write read",
    }
    kept = {name: value for name, value in {**base, **members}.items() if value is not None}
    return answer(status, headers, kept)


def token(response: Response | None, **more: Any) -> Exchange:
    """An exchange at the token endpoint."""
    base: dict[str, Any] = {"step": "token", "flow": 1, "response": response}
    request = Request(
        method="POST",
        url=OAUTH.authorization_url,
        encoding="form",
        params=(("code", CODE), ("client_secret", GIVEN.client_secret.reveal())),
    )
    return Exchange(**{**base, "request": request, **more})


def api(response: Response | None, **more: Any) -> Exchange:
    """A call of the API."""
    headers = (("Authorization", f"Bearer {ACCESS}"),)
    request = Request(method="GET", url=f"{SITE}/api/me", headers=headers)
    return Exchange(**{"step": "api", "flow": 1, "request": request, "response": response, **more})


def authorize(response: Response | None = None, state: str = STATE, **more: Any) -> Exchange:
    """The request to client_url."""
    query = (("client_id", "todo-client"), ("redirect_uri", CALLBACK), ("state", state))
    request = Request(method="GET", url=OAUTH.client_url, query=query)
    shown = response or answer(200, HTML, PAGE)
    return Exchange(
        **{"step": "authorize", "flow": 1, "request": request, "response": shown, **more}
    )


def posted(
    response: Response, params: Pairs = (("u", "ada"), ("p", "correct-horse-7")), **more: Any
) -> Exchange:
    """A form that was sent."""
    request = Request(method="POST", url=f"{SITE}/login", encoding="form", params=params)
    return Exchange(**{"step": "page", "flow": 1, "request": request, "response": response, **more})


def redirect(to: str = f"{CALLBACK}?code={CODE}&state={STATE}", status: int = 302) -> Response:
    """A redirect that is not stored."""
    return answer(status, (("Location", to), ("Cache-Control", "no-store")))


def callback(url: str = f"{CALLBACK}?code={CODE}&state={STATE}", **more: Any) -> Exchange:
    """A redirect that was captured before it left."""
    request = Request(**{"method": "GET", "url": url, **more.pop("sent", {})})
    return Exchange(**{"step": "callback", "flow": 1, "request": request, **more})


def trace(*exchanges: Exchange) -> Trace:
    """These exchanges, numbered."""
    made = Trace()
    for exchange in exchanges:
        made.add(exchange)
    return made


def flow(*more: Exchange, page: Response | None = None, to: str = "", status: int = 302) -> Trace:
    """The ordinary login: a page, a form, the redirect to the callback; then these."""
    url = to or f"{CALLBACK}?code={CODE}&state={STATE}"
    return trace(authorize(page), posted(redirect(url, status)), callback(url), *more)


def judged(check: Check, record: Trace, auth: Auth | None = OAUTH, **more: Any) -> Result:
    """The verdict of one check on a trace."""
    base: dict[str, Any] = {"given": GIVEN, "target": SITE, "auth": auth}
    return judge(check, Evidence(**{**base, "trace": record, **more}))


def jwt(
    claims: dict[str, Any], header: dict[str, Any] | None = None, signature: str = "c2ln" * 11
) -> str:
    """A token in compact form."""
    parts = [header or {"alg": "RS256"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return ".".join([*texts, signature])
