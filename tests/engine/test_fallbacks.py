"""What is tried when the ordinary exchange fails, against services made for it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

import pytest
from werkzeug.wrappers import Request, Response

from mockauth.engine.check import run_check
from mockauth.engine.demo import as_action, options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.flow.fallbacks import WithOrigin, as_built
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.profiles.action import TokenExchange
from mockauth.wire import Request as Sent
from mockauth.wire import Secret

BASE = "http://localhost:5000"
ODD = "Qz+7/pl%us=="
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def checked(
    app: App,
    config: PluginConfig,
    *select: str,
    exchange: TokenExchange = "post",
    secret: str = "",
) -> Run:
    """A run of the selected rules as a GPT Action."""
    options = options_for(config, BASE, "action", exchange)
    if secret:
        options = replace(options, given=replace(options.given, client_secret=Secret(secret)))
    last = list(run_check(replace(options, select=select), transport=WsgiTransport(app)))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def states(run: Run) -> dict[str, str]:
    """The state of each rule."""
    return {result.rule.id: result.state for result in run.results}


def guarded(app: App) -> App:
    """A service whose forms must come from its own pages."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        foreign = request.headers.get("Origin") not in (BASE, None)
        if request.path == "/token" and (foreign or request.headers.get("Origin") is None):
            return Response("not here", 403, content_type="text/plain")(environ, start)
        return app(environ, start)

    return answer


def test_a_guard_that_wants_an_origin_is_found_and_the_run_goes_on() -> None:
    config = as_action(PluginConfig())

    run = checked(guarded(create_app(config)), config, "token.no-browser-needed", "refresh.works")

    assert states(run) == {"token.no-browser-needed": "fail", "refresh.works": "pass"}
    [found] = [r for r in run.results if r.rule.id == "token.no-browser-needed"]
    assert "CSRF guard" in found.fix


def test_an_origin_goes_to_the_token_endpoint_alone() -> None:
    placed = WithOrigin(as_built, BASE)
    request = Sent(method="POST", url=f"{BASE}/token")

    assert placed(request, "token").header("Origin") == BASE
    assert placed(request, "api").header("Origin") is None


def reading_basic(app: App, decode: Callable[[str], str]) -> App:
    """A service that reads a Basic header in one way only."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        header = environ.get("HTTP_AUTHORIZATION", "")
        if environ["PATH_INFO"] == "/token" and header.startswith("Basic "):
            pair = base64.b64decode(header[6:]).decode()
            name, _, secret = pair.partition(":")
            right = decode(secret) == ODD
            made = f"{name}:{'demo-secret-3f9a7c51d2' if right else 'wrong'}"
            environ["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(made.encode()).decode()
        return app(environ, start)

    return answer


@pytest.mark.parametrize(
    ("decode", "decoded", "raw"),
    [(str, "warn", "n/a"), (unquote_plus, "pass", "warn")],
    ids=["raw", "form-encoded"],
)
def test_a_secret_that_works_in_one_way_only_is_a_warning(
    decode: Callable[[str], str], decoded: str, raw: str
) -> None:
    config = as_action(PluginConfig())

    run = checked(
        reading_basic(create_app(config), decode),
        config,
        "token.exchange-works",
        "token.basic-form-decoded",
        "token.basic-raw-accepted",
        exchange="basic",
        secret=ODD,
    )

    assert states(run) == {
        "token.exchange-works": "pass",
        "token.basic-form-decoded": decoded,
        "token.basic-raw-accepted": raw,
    }
