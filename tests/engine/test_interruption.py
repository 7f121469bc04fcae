"""How a run ends early: by a wish from outside, or because its time is over."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for, run_demo
from mockauth.engine.events import Event, Judged, RunFinished, StepStarted
from mockauth.engine.http.budget import Budget, Spent, Withheld
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import TimedOut, WsgiTransport
from mockauth.engine.interruption import Interrupted, Interruption
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.wire import Request, Response

TARGET = "http://localhost:5000"
CONFIG = PluginConfig()


class Counting(WsgiTransport):
    """An app whose requests are counted."""

    asked = 0

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Call the app."""
        self.asked += 1
        return super().send(request, seconds=seconds, keep=keep, most=most)


class Late(WsgiTransport):
    """An app of which one path never answers."""

    path = "/todos"
    waited = 0.0

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Call the app, or let all the time go by."""
        if request.target.removeprefix(TARGET).partition("?")[0] == self.path:
            self.waited += seconds
            raise TimedOut(f"timed out after {seconds:g} s")
        return super().send(request, seconds=seconds, keep=keep, most=most)


def run_of(events: list[Event]) -> Run:
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last.run


def ask(path: str = "/token") -> Request:
    return Request(method="POST", url=TARGET + path + "?a=b")


@pytest.mark.parametrize("path", ["/todos", "/token", "/authorize", "/login"])
def test_after_two_time_outs_nothing_more_is_sent_to_an_endpoint(path: str) -> None:
    clock = MovableClock()
    transport = Late(create_app(CONFIG, clock))
    transport.path = path
    run = run_of(list(run_check(options_for(CONFIG, TARGET), transport=transport, clock=clock)))

    assert transport.waited == 90
    reason = f"two requests to {TARGET}{path} timed out, so no more were sent there"
    assert reason in {r.actual for r in run.results if r.state == "blocked"}
    assert not [r.rule.id for r in run.results if r.state == "error"]
    assert gate(run).exit_code == 1


def test_another_endpoint_than_the_one_that_timed_out_is_asked_on() -> None:
    budget = Budget()
    for _ in range(2):
        budget.timed_out(ask(), 45, 45)

    assert budget.allowed(ask("/todos"), 45) == 45
    with pytest.raises(Withheld):
        budget.allowed(ask(), 45)


def test_a_request_may_take_what_is_left_and_says_nothing_of_an_endpoint_then() -> None:
    moment = [0.0]
    budget = Budget(60, now=lambda: moment[0])
    budget.start()
    moment[0] = 50

    assert budget.allowed(ask(), 45) == 10
    with pytest.raises(Spent, match="the budget of 60 s is spent"):
        budget.timed_out(ask(), 10, 45)
    assert budget.waited_for == f"POST {TARGET}/token"
    moment[0] = 61
    with pytest.raises(Spent):
        budget.allowed(ask(), 45)


def test_a_wait_that_is_longer_than_what_is_left_is_not_begun() -> None:
    budget = Budget(60, now=lambda: 0.0)
    budget.start()

    assert budget.require(59) == 60
    with pytest.raises(Spent):
        budget.require(60)


def test_a_run_without_time_judges_nothing_and_says_why() -> None:
    options = replace(options_for(CONFIG, TARGET), budget=1e-9)
    run = run_of(list(run_check(options, transport=WsgiTransport(create_app(CONFIG)))))

    assert run.budget_spent
    assert {r.state for r in run.results} == {"blocked", "n/a"}
    reasons = {r.actual for r in run.results if r.state == "blocked"}
    assert reasons == {"the budget of 1e-09 s is spent (--budget)"}
    assert gate(run).exit_code == 3


def test_a_run_that_is_told_to_end_reads_what_is_on_record_and_sends_nothing_more() -> None:
    stop = Interruption()
    transport = Counting(create_app(CONFIG))
    results, asked = [], 0
    for event in run_check(options_for(CONFIG, TARGET), transport=transport, interruption=stop):
        if isinstance(event, StepStarted) and event.what == "token.get-refused":
            stop.wish(signal.SIGTERM)
            asked = transport.asked
        results += [event.result] if isinstance(event, Judged) else []

    blocked = {r.rule.id for r in results if r.actual == "interrupted by SIGTERM"}
    judged = {r.rule.id for r in results if r.state == "pass"}
    assert "token.get-refused" in blocked
    assert "token.code-single-use" in blocked
    assert "grant.access-token-string" in judged
    assert transport.asked == asked > 0


def test_the_demo_ends_when_it_is_told_to() -> None:
    stop = Interruption()
    events: list[Event] = []
    for event in run_demo(CONFIG, interruption=stop):
        events.append(event)
        if isinstance(event, StepStarted):
            stop.signal = signal.SIGINT
    run = run_of(events)

    assert gate(run).exit_code == 130
    assert {r.state for r in run.results} <= {"blocked", "n/a", "pass", "warn", "info"}
    assert not [r for r in run.results if r.rule.kind == "probe" and r.counts]


def test_only_a_section_is_left_by_force() -> None:
    stop = Interruption()
    with pytest.raises(Interrupted), stop.section():
        stop.wish(signal.SIGINT)
    stop.wish(signal.SIGINT)

    with pytest.raises(Interrupted), stop.section():
        pass
    with stop.section(reads=True):
        pass
    assert stop.words == "interrupted by SIGINT"


def test_what_only_reads_goes_on_until_it_is_overdue() -> None:
    stop = Interruption()
    with stop.section(reads=True):
        stop.wish(signal.SIGINT)
    stop.overdue = True

    with pytest.raises(Interrupted), stop.section(reads=True):
        pass
