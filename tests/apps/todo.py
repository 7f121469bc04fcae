"""The todo plugin without a framework: who signs in, what is kept, what is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

CLIENT_ID = "todo-client"
CLIENT_SECRET = "todo-secret-5e1b7f20c9d4"
USER, PASSWORD = "ada", "analytical-engine"
GIVEN: Mapping[str, Any] = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "username": USER,
    "password": PASSWORD,
    "plugin_id": "plugin-todo",
}
CALLBACK = "https://chat.openai.com/aip/plugin-todo/oauth/callback"
FORM = (
    '<!doctype html><html lang="en"><title>Sign in</title><form method="post">'
    '<label>Name <input name="username"></label>'
    '<label>Password <input name="password" type="password"></label>'
    "<button>Sign in</button></form></html>"
)


@dataclass
class Todo:
    """One plugin at `base`. `faulty` leaves the state out of the callback."""

    base: str = "http://localhost:5003"
    faulty: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    refreshes: dict[str, str] = field(default_factory=dict)

    def manifest(self) -> dict[str, Any]:
        """The 2023 manifest."""
        return {
            "schema_version": "v1",
            "name_for_human": "Todo",
            "name_for_model": "todo",
            "description_for_human": "Manage your todos.",
            "description_for_model": "Lists the todos of the user.",
            "auth": {
                "type": "oauth",
                "client_url": f"{self.base}/authorize",
                "scope": "todos",
                "authorization_url": f"{self.base}/token",
                "authorization_content_type": "application/json",
                "verification_tokens": {"openai": "Replace_this_string"},
            },
            "api": {"type": "openapi", "url": f"{self.base}/openapi.json"},
            "logo_url": f"{self.base}/logo.png",
            "contact_email": "dev@example.com",
            "legal_info_url": f"{self.base}/legal",
        }

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        answers = {"200": {"description": "The todos"}}
        listed = {"operationId": "listTodos", "summary": "List todos", "responses": answers}
        return {
            "openapi": "3.0.1",
            "info": {"title": "Todo", "version": "1"},
            "servers": [{"url": self.base}],
            "paths": {"/todos": {"get": listed}},
        }

    def refused(self, query: Mapping[str, str]) -> str:
        """Why an authorization request is refused; "" where it is not."""
        if query.get("client_id") != CLIENT_ID:
            return "unknown client"
        return "" if query.get("redirect_uri") == CALLBACK else "unknown redirect_uri"

    def signed_in(self, query: Mapping[str, str], form: Mapping[str, str]) -> str:
        """Where the browser goes after the form; "" when name or password are wrong."""
        if (form.get("username"), form.get("password")) != (USER, PASSWORD):
            return ""
        code = secrets.token_urlsafe(24)
        self.codes[code] = USER
        params = {"code": code, "state": query.get("state", "")}
        if self.faulty:
            del params["state"]
        return f"{query['redirect_uri']}?{urlencode(params)}"

    def exchange(self, params: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of the token endpoint."""
        if (params.get("client_id"), params.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        kept, name = self.codes, "code"
        if params.get("grant_type") == "refresh_token":
            kept, name = self.refreshes, "refresh_token"
        user = kept.pop(str(params.get(name)), "")
        if not user:
            return 400, {"error": "invalid_grant"}
        token, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.tokens[token], self.refreshes[refresh] = user, user
        answer = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        return 200, {**answer, "refresh_token": refresh}

    def todos(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """Status and body of the API."""
        user = self.tokens.get(authorization.removeprefix("Bearer "), "")
        if not user:
            return 401, {"error": "invalid_token"}
        return 200, {"user": user, "todos": ["Write the first program"]}
