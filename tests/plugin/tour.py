"""A client and a browser for tests of the built-in plugin: no more than its addresses."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Flask
from werkzeug.test import Client, TestResponse

from mockauth.clock import MovableClock
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import DEMO_PLUGIN_ID, ClientConfig, PluginConfig

CALLBACK = f"https://chat.openai.com/aip/{DEMO_PLUGIN_ID}/oauth/callback"
VERIFIER = "v" * 43


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636 section 4.2)."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    )


CHALLENGE = s256(VERIFIER)


@dataclass
class Tour:
    """One browser and one client at one plugin."""

    config: PluginConfig = field(default_factory=PluginConfig)
    clock: MovableClock = field(default_factory=MovableClock)
    user: str = "ada"
    app: Flask | None = None

    def __post_init__(self) -> None:
        self.app = self.app or create_app(self.config, self.clock)
        self.browser = Client(self.app)

    def authorize(self, **changes: str | None) -> TestResponse:
        """The authorization request, as far as one answer."""
        params = {
            "response_type": "code",
            "client_id": self.client().id,
            "redirect_uri": CALLBACK,
            "scope": self.config.scope,
            "state": "the-state",
        }
        return self.browser.get("/authorize?" + urlencode(merged(params, changes)))

    def land(self, *, deciding: str | None = "allow", **changes: Any) -> TestResponse:
        """The authorization request through its pages, up to the answer that leaves the site."""
        answer = self.authorize(**changes)
        for _ in range(6):
            target = answer.headers.get("Location", "")
            if answer.status_code in (302, 303) and target.startswith("/"):
                answer = self.browser.get(target)
            elif b"<form" in answer.data:
                answer = self.submit(answer, deciding)
            else:
                break
        return answer

    def submit(
        self, page: TestResponse, deciding: str | None = "allow", **drop: Any
    ) -> TestResponse:
        """The form of a page, filled in."""
        html = page.get_data(as_text=True)
        action = unescape(re.search(r'action="([^"]*)"', html)[1])  # type: ignore[index]
        values: dict[str, str | None] = {
            name: unescape(value)
            for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)
        }
        if 'name="password"' in html:
            password = next(u.password for u in self.config.users if u.name == self.user)
            values |= {"username": self.user, "password": password}
        else:
            values["decision"] = deciding
        return self.browser.post(action, data=merged(values, drop))

    def callback(self, **changes: str | None) -> dict[str, list[str]]:
        """The parameters that arrive at the callback."""
        return parse_qs(self.land(**changes).headers["Location"].partition("?")[2])

    def code(self, **changes: str | None) -> str:
        """A new code."""
        return self.callback(**changes)["code"][0]

    def token(self, code: str | None = "", **changes: str | None) -> TestResponse:
        """The exchange of a code: a new one, unless one is given or left out by None."""
        params = {
            "grant_type": "authorization_code",
            "client_id": self.client().id,
            "client_secret": self.client().secret,
            "code": self.code() if code == "" else code,
            "redirect_uri": CALLBACK,
        }
        return self.post("/token", merged(params, changes))

    def refresh(self, refresh_token: str, **changes: str | None) -> TestResponse:
        """A refresh."""
        params = {
            "grant_type": "refresh_token",
            "client_id": self.client().id,
            "client_secret": self.client().secret,
            "refresh_token": refresh_token,
        }
        return self.post("/token", merged(params, changes))

    def post(self, path: str, params: Mapping[str, str], basic: str = "") -> TestResponse:
        """A form POST of the client, without the browser's cookies."""
        headers = {}
        if basic:
            headers["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        return self.outside().post(path, data=dict(params), headers=headers)

    def grant(self, **changes: str | None) -> dict[str, Any]:
        """Tokens from a whole flow."""
        answer = self.token(self.code(**changes))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def api(
        self, token: str | None = None, path: str = "/todos", method: str = "GET", **more: Any
    ) -> TestResponse:
        """A call of the API."""
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        answer: TestResponse = self.outside().open(path, method=method, headers=headers, **more)
        return answer

    def outside(self) -> Client:
        """Somebody without cookies."""
        assert self.app is not None
        return Client(self.app, use_cookies=False)

    def client(self) -> ClientConfig:
        """The first client."""
        return self.config.clients[0]


def merged(params: Mapping[str, str | None], changes: Mapping[str, str | None]) -> dict[str, str]:
    """`params` with changes; None takes one away."""
    both: dict[str, str | None] = {**params, **changes}
    return {name: value for name, value in both.items() if value is not None}


def touring(policy: Mapping[str, Any] | None = None, **config: Any) -> Tour:
    """A tour of a plugin with that policy and those settings."""
    return Tour(PluginConfig(policy=Behaviour(**(policy or {})), **config))


def error(answer: TestResponse) -> str:
    """`status error` of a refusal."""
    return f"{answer.status_code} {(answer.get_json(silent=True) or {}).get('error', '')}".strip()
