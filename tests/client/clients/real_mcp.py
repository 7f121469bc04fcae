"""The MCP SDK's client finds the server from its challenge, registers, signs in and calls a tool."""

from __future__ import annotations

import asyncio
import os
from urllib.parse import parse_qs, urlsplit

import httpx2
from browse import browse
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

env = os.environ


class Kept:
    """What the client keeps."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None
    callback = ""

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info

    async def redirect(self, url: str) -> None:
        self.callback = await asyncio.to_thread(browse, url)

    async def arrive(self) -> AuthorizationCodeResult:
        came = parse_qs(urlsplit(self.callback).query)
        return AuthorizationCodeResult(
            code=came["code"][0], state=came["state"][0], iss=came["iss"][0]
        )


async def main() -> None:
    kept = Kept()
    asked = OAuthClientMetadata.model_validate(
        {
            "client_name": "one of the tests",
            "redirect_uris": [env["REDIRECT_URI"]],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": env["AUTH_METHOD"],
        }
    )
    auth = OAuthClientProvider(env["API_URL"], asked, kept, kept.redirect, kept.arrive)
    async with (
        httpx2.AsyncClient(auth=auth, timeout=60) as http,
        streamable_http_client(env["API_URL"], http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        said = await session.call_tool("whoami", {})
    assert said.content[0].text == "ada", said  # type: ignore[union-attr]
    assert kept.tokens is not None
    assert kept.tokens.refresh_token


asyncio.run(main())
