"""What SIGINT and SIGTERM mean for a run: the first one ends it in order, the second one at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockauth.engine.interruption import Interruption

NAMES = ("SIGINT", "SIGTERM", "SIGBREAK")
"""The last one is what Windows has in place of SIGTERM."""


@contextmanager
def stoppable(stop: Interruption) -> Iterator[None]:
    """Within the block these signals make `stop` end the run. A shell starts a background job with
    SIGINT ignored; it is not ignored here, because whoever sends it wants the report."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.signal and not stop.wakes:
            os._exit(128 + number)
        stop.wish(number)

    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    stop.armed = True
    try:
        yield
    finally:
        stop.armed = False
        for number, handler in before.items():
            signal.signal(number, handler)
