"""What a run says of a token that was asked for another resource."""

from __future__ import annotations

from dataclasses import replace

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Result
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.scenario.misbehaving import with_faults

TRIAL, GRANTED = "api.foreign-audience-refused", "resource.token-request-within-grant"
BOUND, UNKNOWN = "resource.token-audience-bound", "resource.unknown-not-granted"
BASE = "http://localhost:5000"


def judged(
    config: PluginConfig, *faults: str, other: str = "", more: tuple[str, ...] = ()
) -> dict[str, Result]:
    served = with_faults(as_mcp_server(config), faults)
    options = options_for(served, BASE, "mcp", "post")
    chosen = replace(
        options,
        select=(TRIAL, GRANTED, BOUND, UNKNOWN, *more),
        given=replace(options.given, other_resource=other),
    )
    clock = MovableClock()
    transport = WsgiTransport(create_app(served, clock))
    *_, last = run_check(chosen, transport=transport, clock=clock)
    assert isinstance(last, RunFinished)
    return {result.rule.id: result for result in last.run.results}


def test_an_opaque_token_of_a_server_that_ignores_resource_leads_to_a_question() -> None:
    results = judged(PluginConfig(), "resource.ignored")

    assert {r.state for r in results.values()} == {"blocked"}
    assert {r.blocked_by for r in results.values()} == {"--other-resource"}


def test_two_servers_that_the_user_names_are_told_apart_by_trial() -> None:
    results = judged(PluginConfig(), "resource.ignored", other=f"{BASE}/mcp2")

    assert (results[TRIAL].state, results[BOUND].state) == ("fail", "fail")


def test_a_refusal_to_the_second_server_proves_the_audience_of_opaque_tokens() -> None:
    results = judged(PluginConfig(), other=f"{BASE}/mcp2")

    assert {r.state for r in results.values()} == {"pass"}
    assert results[TRIAL].confidence == "proven"


def test_a_jwt_tells_without_a_second_server() -> None:
    results = judged(PluginConfig(token_format="jwt"))

    assert results[BOUND].state == "pass"
    assert results[TRIAL].blocked_by == "--other-resource"


def introspected(*faults: str) -> dict[str, Result]:
    """A server that describes opaque tokens to everybody."""
    open_to_all = PluginConfig(policy=Behaviour(introspection_checks_client=False))
    return judged(open_to_all, *faults, more=("revoke.introspection-active-boolean",))


def test_introspection_tells_whom_an_opaque_token_is_for() -> None:
    results = introspected()

    assert results[BOUND].state == "pass"
    assert "introspection" in results[BOUND].actual


def test_introspection_shows_that_a_server_takes_tokens_for_others() -> None:
    results = introspected("authorize.any-resource", "api.foreign-audience")

    assert results[TRIAL].state == "fail"
    assert "audience is https://resource.invalid/mcp" in results[TRIAL].actual


def test_introspection_shows_that_resource_was_ignored() -> None:
    results = introspected("resource.ignored")

    # The token is for this server, whatever was asked for: nothing is known of tokens for others.
    assert {results[TRIAL].state, results[BOUND].state} == {"blocked", "pass"}
    assert results[GRANTED].state == "pass"
