"""Waiting for a target stays within the time that was given."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import TransportError, WsgiTransport
from mockauth.engine.target.wait import TRY_SECONDS, wait_for
from mockauth.wire import Request, Response


@dataclass
class Sleeper(WsgiTransport):
    """A target that answers from its nth request on; time passes only as it is slept."""

    app: None = None  # type: ignore[assignment]  # never called
    ready_after: int = 99
    takes: float = 0.0
    now: float = 0.0
    asked: list[tuple[float, float]] = field(default_factory=list)

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        self.asked.append((self.now, seconds))
        self.now += min(self.takes, seconds)
        if len(self.asked) < self.ready_after:
            raise TransportError("connection refused")
        return Response(status=503)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def waited(monkeypatch: pytest.MonkeyPatch, target: Sleeper, seconds: float) -> Sleeper:
    monkeypatch.setattr(time, "monotonic", lambda: target.now)
    monkeypatch.setattr(time, "sleep", target.sleep)
    wait_for(target, "http://localhost:1", seconds)
    return target


def test_any_answer_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(waited(monkeypatch, Sleeper(ready_after=3), 60).asked) == 3


@pytest.mark.parametrize("seconds", [0, 0.5, 2, 7, 30])
@pytest.mark.parametrize("takes", [0.0, 1.5, 60.0])
def test_silence_ends_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch, takes: float, seconds: float
) -> None:
    target = waited(monkeypatch, Sleeper(takes=takes), seconds)
    assert target.asked
    assert target.now <= seconds + 0.1
    assert all(allowed <= TRY_SECONDS for _, allowed in target.asked)


def test_a_long_wait_goes_on_until_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    target = waited(monkeypatch, Sleeper(), 300)
    assert target.asked[-1][0] > 200
