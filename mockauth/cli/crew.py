"""Processes that judge targets: so many at a time, one for each target, none against the same server
as another. What one of them does, to die included, is its own."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from mockauth.cli.one_target import Job, Limit, Unjudged, judge

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext
    from multiprocessing.process import BaseProcess

    from mockauth.engine.interruption import Interruption

    Context = ForkServerContext | SpawnContext

LOOK = 0.5
"""Seconds after which signals and deadlines are looked at."""
START = 120.0
"""Seconds for a process to start and to read its options."""
LATE = 60.0
"""Seconds beyond a run's own bound after which its process is ended."""
PRELOADED = ("mockauth.cli.one_target", "mockauth.cli.check", "mockauth.engine.check")


@dataclass
class Worker:
    """A process at work. `place` is the server that it asks."""

    number: int
    place: str
    process: BaseProcess
    answers: Connection
    until: float | None
    """When it is ended, by the monotonic clock; None for never."""
    why: str = ""
    """Why there is no report."""

    def listen(self) -> None:
        """Take in what it says."""
        with suppress(EOFError, OSError):
            while self.answers.poll():
                said = self.answers.recv()
                if isinstance(said, Limit):
                    bound = said.seconds
                    self.until = None if bound is None else time.monotonic() + bound + LATE
                elif isinstance(said, Unjudged):
                    self.why = said.why

    def kill(self, why: str) -> None:
        """End it."""
        self.why = why
        self.process.kill()


@dataclass(frozen=True)
class Done:
    """The process of a job has ended; `why` says why there is no report, "" where there is one."""

    number: int
    why: str


@dataclass
class Crew:
    """At most `size` processes at a time; `stop` ends them all."""

    size: int
    stop: Interruption
    context: Context = field(default_factory=lambda: _context())
    workers: list[Worker] = field(default_factory=list)

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Done]:
        """Do the jobs, each with the place that it asks; gives them as they end. A job that has not
        begun when `stop` comes is left out."""
        waiting = list(enumerate(jobs))
        try:
            while self.workers or (waiting and not self.stop.wished):
                self._start(waiting)
                yield from self._ended()
        finally:
            for worker in self.workers:
                worker.process.kill()

    def _start(self, waiting: list[tuple[int, tuple[str, Job]]]) -> None:
        busy = {worker.place for worker in self.workers}
        for entry in [*waiting]:
            number, (place, job) = entry
            if len(self.workers) >= self.size or self.stop.wished:
                return
            if place not in busy:
                busy.add(place)
                waiting.remove(entry)
                self.workers.append(self._started(number, place, job))

    def _started(self, number: int, place: str, job: Job) -> Worker:
        answers, sender = self.context.Pipe(duplex=False)
        process = self.context.Process(target=judge, args=(job, sender), daemon=True)
        process.start()
        sender.close()
        return Worker(number, place, process, answers, time.monotonic() + START)

    def _ended(self) -> Iterator[Done]:
        wait([one for w in self.workers for one in (w.process.sentinel, w.answers)], timeout=LOOK)
        for worker in [*self.workers]:
            worker.listen()
            if self.stop.wished and worker.process.is_alive():
                worker.kill(self.stop.words)
            elif worker.until is not None and time.monotonic() > worker.until:
                worker.kill("it did not end when its time was over")
            if not worker.process.is_alive():
                self.workers.remove(worker)
                yield _done(worker)


def _context() -> Context:
    """Each process begins anew; where the system can, from one that has loaded mockauth."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    return context


def _done(worker: Worker) -> Done:
    worker.listen()
    worker.process.join()
    worker.answers.close()
    why = worker.why or _end(worker.process.exitcode or 0)
    worker.process.close()
    return Done(worker.number, why)


def _end(code: int) -> str:
    """What the exit code of a process means."""
    if code >= 0:
        return f"its process ended with exit code {code}" if code else ""
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"its process was ended by {name}"
