"""A client of the MCP server of the built-in plugin: messages of each revision, client documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from mockauth.clock import MovableClock
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.fetch import Bounds, Fetched, FetchError
from mockauth.plugin.oauth.assertion import TYPE
from mockauth.settings import plugins_of
from tests.plugin.tour import CHALLENGE, VERIFIER, Tour

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
BOTH = "application/json, text/event-stream"
RESOURCE = "http://localhost/mcp"
DOCUMENT = "https://client.example/app.json"
KEYS = "https://client.example/keys.json"
APP = "https://client.example/callback"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass
class Web:
    """What can be fetched: answers by address, and what was asked for."""

    pages: dict[str, Fetched] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bounds: Bounds = field(default_factory=Bounds)

    def fetch(self, url: str, bounds: Bounds) -> Fetched:
        """The answer of that address."""
        self.asked.append(url)
        self.bounds = bounds
        if url not in self.pages:
            raise FetchError("it cannot be fetched")
        return self.pages[url]

    def put(self, url: str, value: object, **more: Any) -> None:
        """Let JSON stand there."""
        served = {"status": 200, "content_type": "application/json", **more}
        self.pages[url] = Fetched(body=json.dumps(value).encode(), **served)


def described(**changes: Any) -> dict[str, Any]:
    """A client ID metadata document; None takes a member away."""
    document = {
        "client_id": DOCUMENT,
        "client_name": "An app",
        "redirect_uris": [APP],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


@dataclass
class McpTour(Tour):
    """One client at one MCP server."""

    web: Web = field(default_factory=Web)

    def __post_init__(self) -> None:
        self.app = create_app(self.config, self.clock, fetcher=self.web.fetch)
        super().__post_init__()

    def signed_in(self, **changes: str | None) -> str:
        """An access token."""
        resource = changes.pop("token_resource", None)
        code = self.code(**{**PKCE, **changes})
        answer = self.token(code, code_verifier=VERIFIER, resource=resource)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.get_json()["access_token"])

    def legacy(
        self, token: str | None, method: str, params: Any = None, **more: Any
    ) -> TestResponse:
        """A message of a revision that begins with initialize."""
        path, headers = more.pop("path", "/mcp"), {"Accept": BOTH, **more.pop("headers", {})}
        message = {"jsonrpc": "2.0", "id": 1, "method": method}
        if params is not None:
            message["params"] = params
        return self.api(token, path, "POST", json=message, headers=headers)

    def modern(
        self, token: str | None, method: str, params: Mapping[str, Any] | None = None, **more: Any
    ) -> TestResponse:
        """A message of 2026-07-28."""
        given = {"_meta": META, **(params or {})}
        headers = {
            "Accept": BOTH,
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": method,
            **({"Mcp-Name": str(given["name"])} if "name" in given else {}),
            **more.pop("headers", {}),
        }
        sent = {name: value for name, value in headers.items() if value is not None}
        message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": given}
        return self.api(token, more.pop("path", "/mcp"), "POST", json=message, headers=sent)

    def as_document(self, redirect_uri: str = APP, **changes: str | None) -> TestResponse:
        """The authorization request of a client that has a document, as far as it leaves the site."""
        return self.land(client_id=DOCUMENT, redirect_uri=redirect_uri, **{**PKCE, **changes})

    def by_document(self, **changes: str | None) -> TestResponse:
        """A whole flow of such a client, up to the token answer."""
        landed = self.as_document()
        code = landed.headers["Location"].partition("code=")[2].partition("&")[0]
        params = {
            "grant_type": "authorization_code",
            "client_id": DOCUMENT,
            "code": code,
            "redirect_uri": APP,
            "code_verifier": VERIFIER,
            **changes,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return self.post("/token", given)

    def asserted(self, key: RSAKey, **changes: Any) -> dict[str, str]:
        """The parameters of a client that proves its key."""
        now = int(self.clock.now())
        claims = {
            "iss": DOCUMENT,
            "sub": DOCUMENT,
            "aud": "http://localhost",
            "iat": now,
            "exp": now + 60,
            "jti": "1",
            **changes,
        }
        header = {"alg": "RS256", "kid": key.kid}
        proof = jwt.encode(header, claims, key, algorithms=["RS256"])
        return {"client_assertion_type": TYPE, "client_assertion": proof}


def new_key() -> RSAKey:
    """A key of a client."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def public(*keys: RSAKey) -> dict[str, Any]:
    """The key set that a client publishes."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def touring_mcp(
    shaped: Callable[[PluginConfig], PluginConfig] = lambda config: config, **table: Any
) -> McpTour:
    """A tour of an MCP server with these settings."""
    [config] = plugins_of({"login": "auto", **table}, "mockauth.toml", {"api": "mcp"})
    tour = McpTour(config=shaped(config), clock=MovableClock())
    tour.web.put(DOCUMENT, described())
    return tour


def query(**params: str) -> str:
    """An authorization request."""
    return "/authorize?" + urlencode(params)
