"""The circle that keeps mockauth honest: each planted fault is caught by exactly the checks that
it declares, and the faultless plugin by none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockauth.engine.catalogue import catalogue
from mockauth.engine.demo import as_action
from mockauth.engine.result.result import Run
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import Fault
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.profiles.action import TokenExchange
from mockauth.scenario.library import load_library
from tests.circle import test_public, test_sockets, test_time
from tests.conftest import Checked

FAULTS = load_library().faults
FORM = "application/x-www-form-urlencoded"
FAULTLESS = {
    "oauth, JSON": PluginConfig(),
    "oauth, form": PluginConfig(content_type=FORM),
    "oauth, JWT": PluginConfig(token_format="jwt"),
    "oauth, login only": PluginConfig(login="login"),
    "oauth, a query in client_url": PluginConfig(
        manifest={"auth.client_url": "{base}/authorize?tenant=1"}
    ),
    "oauth, approves by itself": PluginConfig(login="auto"),
    "service_http, bearer": PluginConfig(auth="service_http"),
    "service_http, basic": PluginConfig(auth="service_http", authorization_type="basic"),
    "user_http, bearer": PluginConfig(auth="user_http"),
    "user_http, basic": PluginConfig(auth="user_http", authorization_type="basic"),
    "none": PluginConfig(auth="none"),
}


FAULTLESS_ACTIONS: dict[str, tuple[PluginConfig, TokenExchange]] = {
    "oauth, post": (PluginConfig(), "post"),
    "oauth, Basic": (PluginConfig(), "basic"),
    "API key, bearer": (PluginConfig(auth="service_http"), "post"),
    "API key, basic": (PluginConfig(auth="service_http", authorization_type="basic"), "post"),
    "none": (PluginConfig(auth="none"), "post"),
}


FAULTLESS_MCP = {
    "2026-07-28": PluginConfig(),
    "2025-11-25, sessions": PluginConfig(mcp_mode="session", mcp_revision="2025-11-25"),
    "2025-03-26": PluginConfig(mcp_revision="2025-03-26"),
    "some tools for everybody": PluginConfig(mixed=True, tool_challenge=True),
}

ALWAYS_NOTED = {"manifest.host-allowed-by-chatgpt", "callback.fragment-neutralised"}
"""Observations that are made of every service, a faultless one too."""
NOTED = {
    "oauth, login only": {"page.consent-shown", "page.consent-names-client"},
    "oauth, approves by itself": {"page.consent-shown"},
}
"""What is true of a mode, and no fault."""


ELSEWHERE = test_public.PROVEN | test_sockets.PROVEN | test_time.PROVEN | ALWAYS_NOTED
"""What no planted fault can show in process on localhost, and the sibling files prove."""


SHAPES = {"plugin": lambda config: config, "action": as_action, "mcp": as_mcp_server}


def broken(run: Run) -> set[str]:
    """The ids of the rules that were found broken, or where something was noted."""
    states = ("fail", "warn", "error", "info")
    return {r.rule.id for r in run.results if r.state in states} - ALWAYS_NOTED


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_caught_by_exactly_the_checks_it_declares(
    fault: Fault, checked: Checked
) -> None:
    shape = SHAPES[fault.profile]

    config, revision = shape(PluginConfig()).with_faults(fault), fault.revision or "auto"
    run = checked(config, fault.profile, revision=revision)

    assert broken(run) == set(fault.caught_by)


@pytest.mark.parametrize("name", FAULTLESS)
def test_the_faultless_plugin_breaks_no_rule(name: str, checked: Checked) -> None:
    run = checked(FAULTLESS[name])

    allowed = {"authorize.login-before-code"} if FAULTLESS[name].login == "auto" else set()
    assert broken(run) == allowed | NOTED.get(name, set())
    assert [r.rule.id for r in run.results if r.state == "blocked"] == []


@pytest.mark.parametrize("name", FAULTLESS_ACTIONS)
def test_the_faultless_plugin_breaks_no_rule_as_an_action(name: str, checked: Checked) -> None:
    config, exchange = FAULTLESS_ACTIONS[name]

    run = checked(as_action(config), "action", exchange)

    assert run.profile.name == "action"
    assert broken(run) == set()
    assert [r.rule.id for r in run.results if r.state == "blocked"] == []


@pytest.mark.parametrize("name", FAULTLESS_MCP)
def test_the_faultless_plugin_breaks_no_rule_as_an_mcp_server(name: str, checked: Checked) -> None:
    run = checked(as_mcp_server(replace(FAULTLESS_MCP[name], document_http=True)), "mcp")

    states = {r.rule.id: r.state for r in run.results if r.rule.area in ("cimd", "registration")}
    assert run.profile.name == "mcp"
    assert broken(run) == set()
    assert not run.stopped
    # Documents are of 2025-11-25 and later.
    assert set(states.values()) <= {"pass", "n/a"}
    # The second client was registered.
    between = [r.state for r in run.results if "second-client" in r.rule.needs]
    assert set(between) <= {"pass", "n/a"}


def test_every_check_is_caught_failing_by_some_fault() -> None:
    caught = {check_id for fault in FAULTS for check_id in fault.caught_by}

    # tests/client/test_run.py closes the circle for clients.
    rules = [entry.rule for entry in catalogue() if entry.rule.area != "client"]
    assert {r.id for r in rules} - caught - ELSEWHERE == set()


def test_what_is_noted_of_every_service_is_noted_of_a_faultless_one(checked: Checked) -> None:
    states = {r.rule.id: r.state for r in checked(PluginConfig()).results}

    assert {name: states[name] for name in ALWAYS_NOTED} == dict.fromkeys(ALWAYS_NOTED, "info")


def test_every_check_that_a_fault_names_exists() -> None:
    known = {entry.rule.id for entry in catalogue()}

    assert {name for fault in FAULTS for name in fault.caught_by} <= known
