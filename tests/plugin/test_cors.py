"""Clients in a page: whose pages may read what the plugin answers."""

from __future__ import annotations

from typing import Any

import pytest

from mockauth.plugin.config import PluginConfig
from mockauth.scenario.misbehaving import with_faults
from tests.plugin.tour import Tour, touring

PAGE = "https://chatgpt.com"
ELSEWHERE = "https://attacker.example"
METADATA = "/.well-known/oauth-authorization-server"
ALLOWED = "Access-Control-Allow-Origin"


def read_by(tour: Tour, path: str, page: str, **more: Any) -> str | None:
    answer = tour.outside().open(path, headers={"Origin": page}, **more)
    return answer.headers.get(ALLOWED)


@pytest.mark.parametrize("path", [METADATA, "/token", "/userinfo", "/todos"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_pages_of_a_registered_client_may_read_what_they_ask(path: str, method: str) -> None:
    assert read_by(touring(), path, PAGE, method=method) == PAGE
    assert read_by(touring(), path, ELSEWHERE, method=method) is None


@pytest.mark.parametrize("path", ["/authorize", "/login", "/consent", "/introspect", "/legal"])
def test_what_a_user_visits_or_a_server_asks_is_read_by_no_page(path: str) -> None:
    assert read_by(touring(), path, PAGE) is None


def test_a_preflight_lets_the_token_through() -> None:
    headers = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    answer = touring().outside().options("/todos", headers=headers)

    assert answer.status_code == 200
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(("name", "path"), [("token.no-cors", "/token"), ("api.no-cors", "/todos")])
def test_a_fault_shuts_pages_out_of_one_place(name: str, path: str) -> None:
    tour = Tour(config=with_faults(PluginConfig(), [name]))

    assert read_by(tour, path, PAGE, method="POST") is None
    assert read_by(tour, METADATA, PAGE) == PAGE


def test_a_switch_shuts_all_pages_out() -> None:
    assert read_by(touring(None, cors=False), METADATA, PAGE) is None
