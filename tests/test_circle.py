"""The circle that keeps mockauth honest: each planted fault is caught by exactly the checks that
it declares, and the faultless plugin by none."""

from __future__ import annotations

import pytest

from mockauth.engine.run import Run
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.fault import Fault
from mockauth.scenario.library import load_library

from .conftest import Checked

FAULTS = load_library().faults
FORM = "application/x-www-form-urlencoded"
FAULTLESS = {
    "oauth, JSON": PluginConfig(),
    "oauth, form": PluginConfig(content_type=FORM),
    "oauth, login only": PluginConfig(login="login"),
    "oauth, approves by itself": PluginConfig(login="auto"),
    "service_http, bearer": PluginConfig(auth="service_http"),
    "service_http, basic": PluginConfig(auth="service_http", authorization_type="basic"),
    "user_http, bearer": PluginConfig(auth="user_http"),
    "user_http, basic": PluginConfig(auth="user_http", authorization_type="basic"),
    "none": PluginConfig(auth="none"),
}


def broken(run: Run) -> set[str]:
    """The ids of the rules that were found broken."""
    return {r.rule.id for r in run.results if r.state in ("fail", "warn", "error")}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_caught_by_exactly_the_checks_it_declares(
    fault: Fault, checked: Checked
) -> None:
    run = checked(PluginConfig().with_faults(fault))

    assert broken(run) == set(fault.caught_by)


@pytest.mark.parametrize("name", FAULTLESS)
def test_the_faultless_plugin_breaks_no_rule(name: str, checked: Checked) -> None:
    run = checked(FAULTLESS[name])

    allowed = {"authorize.login-before-code"} if FAULTLESS[name].login == "auto" else set()
    assert broken(run) == allowed
    assert [r.rule.id for r in run.results if r.state == "blocked"] == []


def test_there_are_faults_for_every_area_that_is_probed() -> None:
    areas = {check_id.partition(".")[0] for fault in FAULTS for check_id in fault.caught_by}

    assert {
        "manifest",
        "authorize",
        "page",
        "callback",
        "token",
        "grant",
        "refresh",
        "api",
    } <= areas


def test_every_check_that_a_fault_names_exists() -> None:
    from mockauth.engine.catalogue import all_rules

    known = {rule.id for rule in all_rules()}

    assert {name for fault in FAULTS for name in fault.caught_by} <= known
