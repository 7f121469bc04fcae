"""Which of the addresses that a client prints are opened for it."""

from __future__ import annotations

import pytest

from mockauth.clock import SystemClock
from mockauth.engine.client import onlooker
from mockauth.engine.client.mock_server import MockServer
from mockauth.engine.client.options import ClientOptions

BASE = "http://127.0.0.1:4711"
URL = f"{BASE}/authorize?response_type=code&client_id=me&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb"


@pytest.mark.parametrize(
    ("printed", "opened"),
    [
        (f"Please open {URL}\nand come back", [URL]),
        (f'{{"url": "{URL}"}}', [URL]),
        (f"Please open\n{URL[:60]}\n{URL[60:]}\n", []),
        (f"{URL}\n   &state=abc", []),
        ("Please open http://127.0.0.1:9999/authorize?response_type=code", []),
        ("signed in", []),
    ],
)
def test_an_address_is_opened_once_and_whole(
    printed: str, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(onlooker, "SECONDS", -1.0)
    monkeypatch.setattr(onlooker, "_open", asked.append)
    server = MockServer(options=ClientOptions(profile="mcp"), clock=SystemClock(), base=BASE)
    watching = onlooker.Onlooker(server)

    watching.look(printed)
    watching.look(printed)

    assert asked == opened


def test_an_address_that_comes_again_in_the_next_start_is_opened_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(onlooker, "SECONDS", -1.0)
    monkeypatch.setattr(onlooker, "_open", asked.append)
    server = MockServer(options=ClientOptions(profile="mcp"), clock=SystemClock(), base=BASE)
    watching = onlooker.Onlooker(server)

    for _ in range(2):
        server.receive()
        watching.look(f"Please open {URL}")

    assert asked == [URL, URL]
