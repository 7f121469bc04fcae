"""Where a run finds an operation that its token is not enough for."""

from __future__ import annotations

from dataclasses import replace

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server

RULES = ("api.scope-enforced", "scope.step-up-works", "scope.insufficient-challenge-complete")


def states(config: PluginConfig) -> dict[str, str]:
    served = as_mcp_server(config)
    options = replace(options_for(served, "http://localhost:5000", "mcp", "post"), select=RULES)
    clock = MovableClock()
    transport = WsgiTransport(create_app(served, clock))
    *_, last = run_check(options, transport=transport, clock=clock)
    assert isinstance(last, RunFinished)
    return {result.rule.id: result.state for result in last.run.results}


def test_a_tool_says_which_scope_it_needs() -> None:
    assert states(PluginConfig()) == dict.fromkeys(RULES, "pass")


def test_what_the_ordinary_token_is_refused_is_stepped_up_to() -> None:
    first_scope = PluginConfig(
        scope="todos:write todos:read",
        policy=Behaviour(challenge_style="first-scope", mcp_tools_declare=False),
    )

    assert states(first_scope) == dict.fromkeys(RULES, "pass")
