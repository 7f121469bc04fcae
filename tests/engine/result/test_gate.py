"""From results to an exit code: nothing unjudged reads as a pass."""

from __future__ import annotations

from typing import Literal

import pytest

from mockauth.checks.rule import Rule, levels
from mockauth.engine.result.gate import FailOn, gate
from mockauth.engine.result.result import PolicyFinding, Result, Run, State
from mockauth.profiles import PLUGIN, Level
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets


def result(
    state: State,
    level: Level = "must",
    kind: Literal["static", "read", "probe"] = "read",
    blocked_by: str = "",
) -> Result:
    rule = Rule(
        id=f"area.{state}", title="t", levels=levels("MMM"), refs=(), why="w", fix="f", kind=kind
    )
    return Result(
        rule=rule, state=state, level=level, expected="e", actual="a", blocked_by=blocked_by
    )


def run_of(*results: Result, stopped: str = "", policy: tuple[PolicyFinding, ...] = ()) -> Run:
    return Run(
        target="http://localhost",
        profile=PLUGIN,
        auth="oauth",
        started=0.0,
        duration_ms=1.0,
        results=results,
        trace=Trace(),
        secrets=Secrets(),
        stopped=stopped,
        policy=policy,
    )


def code(*results: Result, fail_on: FailOn = "must", strict: bool = False) -> int:
    return gate(run_of(result("pass"), *results), fail_on=fail_on, strict=strict).exit_code


@pytest.mark.parametrize("state", ["pass", "warn", "info", "n/a", "waived", "blocked"])
def test_what_breaks_no_must_leaves_the_gate_open(state: State) -> None:
    assert code(result(state)) == 0


@pytest.mark.parametrize("state", ["fail", "error"])
def test_a_broken_must_and_an_error_of_our_own_close_it(state: State) -> None:
    assert code(result(state)) == 1


def test_a_warning_closes_it_on_demand() -> None:
    assert code(result("warn"), fail_on="should") == 1


@pytest.mark.parametrize(("state", "expected"), [("fail", 0), ("warn", 0), ("error", 1)])
def test_never_closes_it_only_for_errors_of_our_own(state: State, expected: int) -> None:
    assert code(result(state), fail_on="never") == expected


def test_a_critical_check_that_the_target_blocked_closes_it() -> None:
    assert code(result("blocked", "critical")) == 1


def test_a_critical_check_that_wants_an_option_closes_it_only_when_strict() -> None:
    wants = result("blocked", "critical", blocked_by="--other-username")
    assert (code(wants), code(wants, strict=True)) == (0, 1)


@pytest.mark.parametrize(
    "results",
    [
        (),
        (result("n/a"),),
        (result("blocked"),),
        (result("pass", kind="static"), result("blocked")),
        (result("pass", kind="static"), result("blocked", kind="probe"), result("n/a")),
        (result("error"),),
    ],
)
def test_a_run_that_judged_nothing_of_the_service_is_code_3(results: tuple[Result, ...]) -> None:
    assert gate(run_of(*results)).exit_code == 3


@pytest.mark.parametrize(
    "results",
    [(result("pass", kind="static"),), (result("pass", kind="static"), result("n/a"))],
)
def test_static_checks_alone_are_a_verdict_when_nothing_else_was_asked_for(
    results: tuple[Result, ...],
) -> None:
    assert gate(run_of(*results)).exit_code == 0


def test_a_run_that_stopped_is_code_3_with_its_reason() -> None:
    stopped = gate(run_of(result("pass"), result("fail"), stopped="nothing listens there"))
    assert (stopped.exit_code, stopped.reasons) == (3, ("nothing listens there",))


@pytest.mark.parametrize(("fail_on", "expected"), [("must", 1), ("should", 1), ("never", 0)])
def test_a_list_that_is_out_of_date_closes_the_gate(fail_on: FailOn, expected: int) -> None:
    stale = PolicyFinding(id="area.x", kind="stale", text="x passes", fix="take it out")
    run = run_of(result("pass"), policy=(stale,))
    assert gate(run, fail_on=fail_on).exit_code == expected


def test_many_critical_checks_that_the_target_blocked_are_one_reason() -> None:
    blocked = [result("blocked", "critical")] * 18

    reasons = gate(run_of(result("pass"), *blocked)).reasons

    assert reasons == ("18 critical checks were not judged: a",)
