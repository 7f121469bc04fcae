"""Faults of `mockauth serve` that are there for clients: a right one notices, a wrong one does not."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from mockauth.testing import served_plugin
from tests.client.clients.small import Answer, Failed
from tests.client.clients.small_mcp import McpClient

CALLBACK = "http://127.0.0.1:18199/callback"


class Watched(McpClient):
    """A client that writes down what it would send elsewhere, and sends nothing there."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env, print)
        self.sent_elsewhere: list[str] = []
        self.asked_for: list[str] = []

    def asked(self, state: str) -> dict[str, str]:
        """What the authorization request says."""
        params = super().asked(state)
        self.asked_for.append(params["scope"])
        return params

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send to this machine alone."""
        if urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            self.sent_elsewhere.append(url)
            raise Failed("nobody is asked there")
        return super().send(method, url, headers, body)


def signed_in(fault: str, defect: str = "") -> Watched:
    """The client after its sign-in at a server with that fault."""
    with served_plugin(api="mcp", registration=True, redirect_uri=CALLBACK, faults=[fault]) as mock:
        client = Watched({"API_URL": mock.api_url, "REDIRECT_URI": CALLBACK, "DEFECT": defect})
        client.run()
        return client


def test_a_token_endpoint_by_http_gets_a_code_from_a_wrong_client_alone() -> None:
    assert signed_in("metadata.http-token").sent_elsewhere == []

    wrong = signed_in("metadata.http-token", "http-taken")
    assert wrong.sent_elsewhere == ["http://attacker.example/token"]


@pytest.mark.parametrize(
    ("defect", "asked"), [("", "todos:read"), ("scope-of-metadata", "todos:read todos:write")]
)
def test_the_scope_of_the_challenge_is_asked_for_by_a_right_client_alone(
    defect: str, asked: str
) -> None:
    client = signed_in("api.challenge-other-scope", defect)

    assert client.asked_for[0] == asked
