"""A client under test that is a function of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockauth.checks.client.visit import Ending

FAILED = 1


@dataclass(frozen=True)
class FunctionStarter:
    """Calls the function once for each start, in a thread of its own, which is left behind when its
    time is over. An exception is what a client says when it could not sign in."""

    call: Callable[[Mapping[str, str]], Any]

    def __call__(self, settings: Mapping[str, str], seconds: float) -> Ending:
        """Call it with the settings of a start; see `Starter`."""
        ended = _Ended()
        began = time.monotonic()
        thread = threading.Thread(target=self._run, args=(dict(settings), ended), daemon=True)
        thread.start()
        thread.join(seconds)
        took = time.monotonic() - began
        if thread.is_alive():
            return Ending(status=FAILED, timed_out=True, seconds=took)
        return Ending(status=ended.status, seconds=took, output=ended.output)

    def _run(self, settings: Mapping[str, str], ended: _Ended) -> None:
        try:
            self.call(settings)
        except BaseException as failed:  # SystemExit, too, is how a client says that it failed
            ended.status = FAILED if not isinstance(failed, SystemExit) else _status(failed)
            ended.output = f"{type(failed).__name__}: {failed}"


@dataclass
class _Ended:
    status: int = 0
    output: str = field(default="", repr=False)


def _status(left: SystemExit) -> int:
    if left.code is None:
        return 0
    return left.code if isinstance(left.code, int) else FAILED
