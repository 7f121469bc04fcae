"""What SIGINT and SIGTERM mean for a run: the first one ends it in order, the second one at once."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockauth.engine.interruption import Interruption

NAMES = ("SIGINT", "SIGTERM", "SIGBREAK")
"""The last one is what Windows has in place of SIGTERM."""
ALARM = getattr(signal, "SIGALRM", signal.SIGABRT)
"""What says that time is over; Windows knows no better one."""


@contextmanager
def stoppable(stop: Interruption) -> Iterator[None]:
    """Within the block these signals make `stop` end the run. A shell starts a background job with
    SIGINT ignored; it is not ignored here, because its sender wants the report."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if number == ALARM:
            stop.overrun()
        elif stop.signal:
            os._exit(128 + number)
        else:
            stop.wish(number)

    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in (*numbers, ALARM)}
    stop.alarm = _alarm
    try:
        yield
    finally:
        stop.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _alarm(seconds: float) -> None:
    """Send ALARM after so many seconds, in place of the one before. A thread could not: it does not
    run while a regular expression is matched."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
    elif seconds:
        watch = threading.Timer(seconds, _thread.interrupt_main, (ALARM,))
        watch.daemon = True
        watch.start()


@contextmanager
def bounded(stop: Interruption) -> Iterator[None]:
    """Within the block an alarm of the kernel ends a run that takes longer than it may. Signals keep
    their meaning; where there is no alarm, or somebody else uses it, nothing is changed."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or sys.platform == "win32" or signal.getsignal(ALARM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(ALARM, lambda number, frame: stop.overrun())
    stop.alarm = _alarm
    try:
        yield
    finally:
        _alarm(0)
        signal.signal(ALARM, signal.SIG_DFL)
