"""The wish that a run should end now, from a signal or because it takes too long."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from mockauth.wire.words import own, say

T = TypeVar("T")


READING = 2.0
"""Seconds in which a run that a signal ends may judge what is on record."""


class Interrupted(BaseException):
    """The run is to end now. No Exception: nothing that guards a check may take it for a crash."""


@dataclass
class Interruption:
    """Whether the run is to end, and how that reaches the code that is at work.

    Only within a `section` it is raised; everywhere else, as between two verdicts, it is looked
    at. Sections that only read what is on record go on for `READING` seconds. Whoever installs
    signal handlers says so in `armed`, and calls `wish` from them.
    """

    signal: int = 0
    """The signal that asked for it; 0 while none has."""
    overdue: bool = False
    """The run takes longer than it may; nothing is even read any more."""
    armed: bool = False
    wakes: bool = False
    """The next SIGINT is none that anybody sent."""
    _open: bool = False
    _reads: bool = False

    def wish(self, number: int) -> None:
        """End the run: the handler of signal `number`, in the main thread. That of SIGINT is also
        what wakes it when it is overdue.

        Raises:
            Interrupted: within a section.
        """
        if self.wakes:
            self.wakes = False
        else:
            self.signal = number
            self._later(READING)
        if self._open and (self.overdue or not self._reads):
            self._open = False
            raise Interrupted

    @property
    def wished(self) -> bool:
        """Whether the run is to end."""
        return self.overdue or self.signal != 0

    @property
    def words(self) -> str:
        """Why something was not judged; "" where it was no signal."""
        return (
            say("interrupted by {}", own(signal.Signals(self.signal).name)) if self.signal else ""
        )

    @contextmanager
    def section(self, *, reads: bool = False) -> Iterator[None]:
        """Code that may be left at any point; `reads` says that it sends nothing.

        Raises:
            Interrupted: the run is to end.
        """
        self._open, self._reads = True, reads
        try:
            if self.overdue or (self.wished and not reads):
                raise Interrupted
            yield
        finally:
            self._open = False

    def within(self, events: Iterator[T]) -> Iterator[T]:
        """The same, each of them made in a section.

        Raises:
            Interrupted: the run is to end.
        """
        while True:
            with self.section():
                event = next(events, None)
            if event is None:
                return
            yield event

    def judged(
        self, judging: Callable[[], T], otherwise: Callable[[], T], *, reads: bool = False
    ) -> T:
        """What `judging` gives, made in a section; when the run is to end, what `otherwise` does."""
        try:
            with self.section(reads=reads):
                return judging()
        except Interrupted:
            return otherwise()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Make the run overdue after so many seconds, however its time is spent."""
        if not self.armed:
            yield
            return
        watch = self._later(seconds)
        try:
            yield
        finally:
            watch.cancel()

    def _later(self, seconds: float) -> threading.Timer:
        watch = threading.Timer(seconds, self._end)
        watch.daemon = True
        watch.start()
        return watch

    def _end(self) -> None:
        if self.armed:
            self.overdue = self.wakes = True
            _thread.interrupt_main(signal.SIGINT)
