"""What correct MCP servers do is no failure, and a warning at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire.message import first, pairs_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BASE = "http://localhost:5000"
DENIAL = "error=access_denied&iss=http%3A%2F%2Flocalhost%3A5000"


def run_of(rule: str, *faults: str, denies: bool = False, sessions: bool = False) -> Run:
    mode: Literal["stateless", "session"] = "session" if sessions else "stateless"
    config = with_faults(replace(as_mcp_server(PluginConfig()), mcp_mode=mode), faults)
    known = options_for(config, BASE, "mcp")
    options = CheckOptions(target=known.target, profile="mcp", given=known.given, select=(rule,))
    if sessions:
        options = replace(options, revision="2025-11-25")
    app = create_app(config)
    *_, last = run_check(options, transport=WsgiTransport(denying(app) if denies else app))
    assert isinstance(last, RunFinished)
    return last.run


def state_of(rule: str, run: Run) -> str:
    return next(r.state for r in run.results if r.rule.id == rule)


def denying(app: WSGIApplication) -> WSGIApplication:
    """The app, which grants nothing to whoever asks for nothing."""

    def denied(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        query = pairs_of(environ.get("QUERY_STRING", ""))
        uri = first(query, "redirect_uri")
        if not uri or first(query, "scope") is not None:
            return app(environ, start)
        start("302 Found", [("Location", f"{uri}?{DENIAL}&state={first(query, 'state')}")])
        return []

    return denied


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("discovery.asm-auth-methods-published", "metadata.no-auth-methods"),
        ("registration.status-201", "register.status-200"),
    ],
)
def test_what_the_clients_of_the_sdks_take_is_a_warning(rule: str, fault: str) -> None:
    assert state_of(rule, run_of(rule, fault)) == "warn"


def test_a_server_that_denies_whoever_asks_for_no_scope_is_warned() -> None:
    rule = "scope.absent-accepted"

    assert state_of(rule, run_of(rule, denies=True)) == "warn"


def test_the_second_user_is_judged_in_a_session_of_his_own() -> None:
    rule = "api.other-user-isolated"

    run = run_of(rule, sessions=True)

    [result] = [r for r in run.results if r.rule.id == rule]
    assert "token is refused" not in str(result.actual), result.actual
