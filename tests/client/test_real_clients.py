"""Clients that nobody here wrote sign in to `mockauth serve` as they are, over http and https."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from mockauth.testing import served_plugin

CLIENTS = Path(__file__).parent / "clients"
CALLBACK = "http://127.0.0.1:18199/callback"


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("client", ["authlib", "requests_oauthlib", "mcp"])
def test_a_real_client_signs_in_calls_and_refreshes(
    client: str, scheme: str, method: str, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem" if scheme == "https" else None
    api: Literal["mcp", "todo"] = "mcp" if client == "mcp" else "todo"
    with served_plugin(https=authority, api=api, redirect_uri=CALLBACK) as plugin:
        settings = {
            "AUTHORIZE_URL": plugin.authorize_url,
            "TOKEN_URL": plugin.token_url,
            "API_URL": plugin.api_url,
            "CLIENT_ID": plugin.config.clients[1].id,  # whose secret has odd characters
            "CLIENT_SECRET": plugin.config.clients[1].secret,
            "REDIRECT_URI": CALLBACK,
            "SCOPE": plugin.config.scope,
            "AUTH_METHOD": method,
            "OAUTHLIB_INSECURE_TRANSPORT": "1",
            "NO_PROXY": "localhost,127.0.0.1",
        }
        if authority is not None:
            settings |= {"REQUESTS_CA_BUNDLE": str(authority), "SSL_CERT_FILE": str(authority)}
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-W", "ignore", str(CLIENTS / f"real_{client}.py")],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
