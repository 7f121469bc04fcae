"""Traps that other mock servers have fallen into, each with the peer where it was seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from mockauth.plugin.config import PluginConfig
from tests.plugin.tour import CALLBACK, CHALLENGE, VERIFIER, Tour, error

OTHER = CALLBACK.replace("chat.openai.com", "chatgpt.com")


@pytest.mark.parametrize("verifier", ["w" * 43, VERIFIER + "=", CHALLENGE, "", None])
def test_a_wrong_verifier_is_refused_as_oidc_provider_mock_did_not(verifier: str | None) -> None:
    tour = Tour()
    code = tour.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    assert tour.token(code, code_verifier=verifier).status_code == 400
    assert tour.token(code, code_verifier=VERIFIER).status_code == 200


@pytest.mark.parametrize("scheme", ["form", "JSON"])
def test_a_code_works_once_as_oauth2_mock_server_forgot(scheme: str) -> None:
    tour = Tour()
    code = tour.code()
    found = []
    for _ in range(2):
        if scheme == "form":
            found.append(error(tour.token(code)))
            continue
        client = tour.config.clients[0]
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": client.id,
            "client_secret": client.secret,
        }
        found.append(error(tour.outside().post("/token", json=body)))

    assert found == ["200", "400 invalid_grant"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other-client", "client_secret": PluginConfig().clients[1].secret},
        {"redirect_uri": OTHER},
        {"redirect_uri": None},
        {"code": "nonsense"},
    ],
)
def test_a_code_of_another_or_of_nobody_is_refused_as_oauth2_mock_server_took_it(
    changes: dict[str, str | None],
) -> None:
    tour = Tour()

    assert tour.token(**changes).status_code == 400


def test_expires_in_is_seconds_and_not_nanoseconds_as_in_mockoidc() -> None:
    tour = Tour(config=PluginConfig(access_seconds=120))
    grant = tour.grant()
    tour.clock.sleep(119)
    before = tour.api(grant["access_token"]).status_code
    tour.clock.sleep(1)

    assert (grant["expires_in"], type(grant["expires_in"])) == (120, int)
    assert (before, tour.api(grant["access_token"]).status_code) == (200, 401)


def test_garbage_is_no_refresh_token_as_navikts_server_took_it() -> None:
    tour = Tour()
    tour.grant()

    assert error(tour.refresh("garbage")) == "400 invalid_grant"


def test_no_private_key_is_published_as_oidc_provider_mock_did() -> None:
    tour = Tour(config=PluginConfig(token_format="jwt"))
    [key] = tour.outside().get("/.well-known/jwks.json").get_json()["keys"]

    assert key.keys().isdisjoint({"d", "p", "q", "dp", "dq", "qi"})


@contextmanager
def served(*options: str) -> Iterator[str]:
    """`mockauth serve` in a process of its own; gives the address that it prints."""
    command = [sys.executable, "-m", "mockauth", "serve", "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own interpreter
    try:
        assert server.stdout is not None
        first = server.stdout.readline()
        yield first.split()[-1].removesuffix("/.well-known/ai-plugin.json")
    finally:
        server.terminate()
        server.communicate()


def test_every_address_has_the_port_that_was_asked_for_as_nanoidps_did_not(tmp_path: Path) -> None:
    with served("--config", _empty(tmp_path)) as base:
        manifest = requests.get(f"{base}/.well-known/ai-plugin.json", timeout=60).json()
        metadata = requests.get(f"{base}/.well-known/oauth-authorization-server", timeout=60).json()

    assert metadata["issuer"] == base
    assert metadata["token_endpoint"] == manifest["auth"]["authorization_url"] == f"{base}/token"


def test_the_command_line_serves_embeddings_that_are_rate_limited_at_first(tmp_path: Path) -> None:
    options = ("--api", "embeddings", "--fault", "api.rate-limited:once")
    with served("--config", _empty(tmp_path), *options) as base:
        key = {"Authorization": f"Bearer {PluginConfig().service_token}"}
        asked: dict[str, Any] = {"model": "text-embedding-ada-002", "input": ["a", "b"]}
        found = [
            requests.post(f"{base}/v1/embeddings", json=asked, headers=key, timeout=60)
            for _ in range(2)
        ]

    assert [answer.status_code for answer in found] == [429, 200]
    assert len(found[1].json()["data"][1]["embedding"]) == 1536


def _empty(folder: Path) -> str:
    file = folder / "mockauth.toml"
    file.write_text("")
    return str(file)
