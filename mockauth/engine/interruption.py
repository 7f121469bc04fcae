"""The wish that a run should end now, from a signal or because it takes too long."""

from __future__ import annotations

import signal
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
    signal handlers has them call `wish` and `overrun`, in the main thread.
    """

    signal: int = 0
    """The signal that asked for it; 0 while none has."""
    overdue: bool = False
    """The run takes longer than it may; nothing is even read any more."""
    alarm: Callable[[float], object] = lambda seconds: None
    """Has `overrun` called after so many seconds, also where a match of a regular expression keeps
    every other thread from running; 0 calls it off."""
    _open: bool = False
    _reads: bool = False

    def wish(self, number: int) -> None:
        """End the run: signal `number` came.

        Raises:
            Interrupted: within a section that sends.
        """
        self.signal = number
        self.alarm(READING)
        if not self._reads:
            self._leave()

    def overrun(self) -> None:
        """End it without reading on.

        Raises:
            Interrupted: within a section.
        """
        self.overdue = True
        self._leave()

    def _leave(self) -> None:
        if self._open:
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
        self.alarm(seconds)
        try:
            yield
        finally:
            self.alarm(0)
