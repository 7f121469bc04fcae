"""The circle for slowness: a clock that jumps where the plugin is slow, so that nobody waits."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import TimedOut, WsgiTransport
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.wire import Request, Response

WHOLE, HALF = "transport.answers-in-time", "transport.answers-in-half-the-time"
PROVEN = frozenset({WHOLE, HALF})
"""The checks that are caught failing here; `tests/circle/test_circle.py` counts on it."""
TARGET = "http://localhost:5000"


@dataclass
class Slow(WsgiTransport):
    """An app that takes `seconds_at` a path; the stopwatch says so, and nobody waits."""

    seconds_at: dict[str, float] = field(default_factory=dict)
    now: float = 0.0

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Send to the app; what takes longer than `seconds` has timed out."""
        took = self.seconds_at.get(request.target.removeprefix(TARGET).partition("?")[0], 0.01)
        self.now += min(took, seconds)
        if took > seconds:
            raise TimedOut(f"timed out after {seconds:g} s")
        return super().send(request, seconds=seconds, keep=keep, most=most)

    def stopwatch(self) -> float:
        """Seconds since nobody knows when."""
        return self.now


@pytest.mark.parametrize(
    ("seconds_at", "found"),
    [
        ({}, set()),
        ({"/openapi.json": 7.0, "/todos": 22.0, "/token": 22.0}, set()),
        ({"/openapi.json": 8.0}, {HALF}),
        ({"/todos": 23.0}, {HALF}),
        ({"/token": 23.0}, {HALF}),
        ({"/.well-known/ai-plugin.json": 16.0}, {WHOLE, HALF}),
        ({"/openapi.json": 16.0}, {WHOLE, HALF}),
        ({"/todos": 46.0}, {WHOLE, HALF}),
    ],
)
def test_slow_answers_are_noticed_and_quick_ones_are_not(
    seconds_at: dict[str, float], found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config, clock = PluginConfig(), MovableClock()
    transport = Slow(create_app(config, clock), seconds_at=seconds_at)
    monkeypatch.setattr(
        "mockauth.engine.http.recorder.time", SimpleNamespace(perf_counter=transport.stopwatch)
    )
    options = replace(options_for(config, TARGET), select=(WHOLE, HALF))

    *_, last = run_check(options, transport=transport, clock=clock)

    assert isinstance(last, RunFinished)
    states = {r.rule.id: r.state for r in last.run.results}
    assert states.keys() == {WHOLE, HALF}
    assert {name for name, state in states.items() if state in ("fail", "warn")} == found
    assert set(states.values()) <= {"pass", "warn", "fail"}
