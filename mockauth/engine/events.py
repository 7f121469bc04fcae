"""What happens during a run, as it happens. Progress, reports and tests consume these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockauth.engine.result.result import Result, Run


@dataclass(frozen=True)
class RunStarted:
    """The run begins; `target` is what is looked at."""

    target: str


@dataclass(frozen=True)
class Serving:
    """mockauth waits for a client that a person drives; these are the settings to give it."""

    settings: Mapping[str, str]


@dataclass(frozen=True)
class StepStarted:
    """A step of the flow or a check begins: "authorize at client_url", "token.code-single-use"."""

    what: str


@dataclass(frozen=True)
class Noted:
    """Something the reader must know, such as a URL mapped to the server under test."""

    text: str


@dataclass(frozen=True)
class Judged:
    """One rule has its verdict."""

    result: Result


@dataclass(frozen=True)
class RunFinished:
    """The run is over and complete."""

    run: Run


Event = RunStarted | Serving | StepStarted | Noted | Judged | RunFinished


def finished(events: Iterable[Event]) -> Run:
    """The run at the end of its events."""
    run = None
    for event in events:
        if isinstance(event, RunFinished):
            run = event.run
    assert run is not None  # noqa: S101 - a run ends with RunFinished, or raises
    return run
