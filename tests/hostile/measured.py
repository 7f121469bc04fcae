"""Runs `mockauth` in a process of its own and measures it: time, memory, what it printed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import plugin

LAUNCH = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(used.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) % 256)
"""
"""Starts the command from a small process: Linux counts the memory of whoever forks it as its own."""
CREDENTIALS = {
    "MOCKAUTH_CLIENT_ID": plugin.CLIENT_ID,
    "MOCKAUTH_CLIENT_SECRET": plugin.CLIENT_SECRET,
    "MOCKAUTH_USERNAME": plugin.USERNAME,
    "MOCKAUTH_PASSWORD": plugin.PASSWORD,
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A run that has ended. `seconds` is wall time, `megabytes` the peak of its resident memory."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float


def measured(*arguments: str, folder: Path, limit: float) -> Measured:
    """Run the command; after `limit` seconds it is killed, and its code is 247."""
    peak, out, err = folder / "peak", folder / "out", folder / "err"
    began = time.monotonic()
    command = [sys.executable, "-S", "-c", LAUNCH, str(peak)]
    with out.open("wb") as screen, err.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, sys.executable, "-m", "mockauth", *arguments],
            stdout=screen,
            stderr=errors,
            env={**os.environ, **CREDENTIALS},
            start_new_session=True,
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = 247
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    kilobytes = int(peak.read_text()) if peak.exists() and peak.read_text() else 0
    return Measured(
        code=code,
        out=out.read_text("utf-8", "replace"),
        err=err.read_text("utf-8", "replace"),
        seconds=time.monotonic() - began,
        megabytes=kilobytes / (1024 if sys.platform != "darwin" else 1024**2),
    )
