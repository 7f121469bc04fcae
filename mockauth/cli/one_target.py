"""One target of many, judged in a process of its own, so that nothing it does touches the others."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockauth.cli.main import commands
from mockauth.cli.writing import take_away, write_whole
from mockauth.errors import NothingJudged, OurFault

if TYPE_CHECKING:
    from mockauth.engine.result.result import Run

LONGEST = 2000
"""Characters of a reason; more would not fit into the pipe at once."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What such a process is told. `settings` is the digest that its report gets."""

    target: str
    keywords: Mapping[str, Any] = field(repr=False)
    settings: str
    report: Path
    folder: str
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Limit:
    """How long it may take, in seconds; None without a bound."""

    seconds: float | None


@dataclass(frozen=True)
class Unjudged:
    """Why there is no report."""

    why: str


def judge(job: Job, answers: Connection) -> None:
    """Check the target and write its report; say why where there is none."""
    # The user's Ctrl-C reaches every process of the terminal; the one that started us ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir(job.folder)
    os.environ.clear()
    os.environ.update(job.environment)
    if not os.environ.get("MOCKAUTH_DEBUG"):
        _be_quiet()
    try:
        # One of other settings. Those of targets that are not reached before a signal stay.
        left = take_away(job.report)
        if left:
            raise NothingJudged(f"the report was not written: {left}")
        _judge(job, answers)
    except OurFault as wrong:
        answers.send(Unjudged("; ".join(wrong.lines)[:LONGEST]))
    except Exception as crash:  # one sentence, and no secret of a traceback
        if os.environ.get("MOCKAUTH_DEBUG"):
            raise
        told = f"mockauth itself failed ({type(crash).__name__}); MOCKAUTH_DEBUG=1 shows where"
        answers.send(Unjudged(told))


def _be_quiet() -> None:
    """Keep what the target's own code prints out of the table."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _judge(job: Job, answers: Connection) -> None:
    # The engine brings requests with it, which --help must not.
    from mockauth.cli.check_options import options_of
    from mockauth.cli.keywords import parsed
    from mockauth.cli.signals import bounded
    from mockauth.engine.check import run_check
    from mockauth.engine.events import finished
    from mockauth.engine.interruption import Interruption
    from mockauth.engine.result.gate import gate
    from mockauth.report.json_report import members, text_of

    check = commands.get_command(click.Context(commands), "check")
    assert check is not None  # noqa: S101 - it is a command
    with parsed(check, [job.target], job.keywords) as values:
        options = options_of(job.target, values)
    answers.send(Limit(options.budget and options.budget + (options.wait or 0)))
    stop = Interruption()
    with bounded(stop):
        run = finished(run_check(options, interruption=stop))
    decided = gate(run, fail_on=values["fail_on"], strict=values["strict"])
    _write(job, text_of({**members(run, decided), "settings": job.settings}), run)


def _write(job: Job, text: str, run: Run) -> None:
    left = run.secrets.left_in(text)
    if left:
        raise NothingJudged(f"the report would show {left}; please report this defect of mockauth")
    try:
        write_whole(job.report, text)
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        raise NothingJudged(f"the report was not written: {why}") from wrong
