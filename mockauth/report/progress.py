"""Progress while a run goes on: one line that is rewritten, and only on a terminal."""

from __future__ import annotations

from typing import TextIO

from mockauth.engine.events import Event, Judged, StepStarted
from mockauth.wire.one_line import one_line

WIDTH = 78


class Progress:
    """Shows which step or check is under way; silent when `out` is not a terminal."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out = out
        self._on = out.isatty() and not quiet
        self._judged = 0

    def show(self, event: Event) -> Event:
        """Take note of an event, and hand it on."""
        self._judged += isinstance(event, Judged)
        if self._on and isinstance(event, StepStarted):
            self._write(f"{self._judged} judged · {one_line(event.what)}")
        return event

    def end(self) -> None:
        """Clear the line."""
        if self._on:
            self._write("")

    def _write(self, text: str) -> None:
        self._out.write("\r" + text[:WIDTH].ljust(WIDTH) + "\r")
        self._out.flush()
