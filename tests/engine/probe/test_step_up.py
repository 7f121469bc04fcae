"""Where a run finds an operation that its token is not enough for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server

RULES = ("api.scope-enforced", "scope.step-up-works", "scope.insufficient-challenge-complete")


def run_of(config: PluginConfig, rules: tuple[str, ...] = RULES, operation: str = "") -> Run:
    served = as_mcp_server(config)
    options = replace(
        options_for(served, "http://localhost:5000", "mcp", "post"),
        select=rules,
        operation=operation,
    )
    clock = MovableClock()
    transport = WsgiTransport(create_app(served, clock))
    *_, last = run_check(options, transport=transport, clock=clock)
    assert isinstance(last, RunFinished)
    return last.run


def states(config: PluginConfig, *more: str, operation: str = "") -> dict[str, str]:
    run = run_of(config, (*RULES, *more), operation)
    return {result.rule.id: result.state for result in run.results}


def test_a_tool_says_which_scope_it_needs() -> None:
    assert states(PluginConfig()) == dict.fromkeys(RULES, "pass")


def test_what_the_ordinary_token_is_refused_is_stepped_up_to() -> None:
    config = PluginConfig(
        scope="todos:write todos:read",
        policy=Behaviour(challenge_style="first-scope", mcp_tools_declare=False),
    )

    assert states(config) == dict.fromkeys(RULES, "pass")


def first_scope(**policy: Any) -> PluginConfig:
    """A server whose first challenge names less than its tool needs."""
    made = Behaviour(challenge_style="first-scope", mcp_tools_declare=False, **policy)
    return PluginConfig(scope="todos:read todos:write todos:audit", policy=made)


def test_a_first_call_that_is_refused_for_its_scope_is_stepped_up_to() -> None:
    more = ("api.valid-token-accepted", "scope.challenge-single-round")

    run = run_of(first_scope(), (*RULES, *more), operation="add_todo")

    assert {r.rule.id: r.state for r in run.results} == dict.fromkeys((*RULES, *more), "pass")
    assert any(note.startswith("the first call was refused for its scope") for note in run.notes)
    assert run.today is not None
    assert run.today.connects


def test_scopes_that_are_demanded_one_by_one_are_asked_for_as_long_as_clients_do() -> None:
    config = first_scope(scope_in_instalments="todos:audit")
    more = ("api.valid-token-accepted", "scope.challenge-single-round")

    came = states(config, *more, operation="add_todo")

    assert came["api.valid-token-accepted"] == "pass"
    assert came["scope.challenge-single-round"] in ("warn", "fail")


def test_a_step_up_that_opens_nothing_is_found() -> None:
    config = first_scope(step_up_forgotten=True)

    came = states(config, "api.valid-token-accepted", operation="add_todo")

    assert came["scope.step-up-works"] == "warn"
    assert came["api.valid-token-accepted"] == "fail"
