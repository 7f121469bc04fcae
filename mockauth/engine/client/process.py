"""Starting the client under test, and waiting for its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Protocol

from mockauth.checks.client.visit import Ending
from mockauth.errors import UsageError

MOST_OUTPUT = 64 * 1024


class Starter(Protocol):
    """Runs the client once, from its start to its end."""

    def __call__(self, settings: Mapping[str, str], seconds: float) -> Ending:
        """Run with `settings` beside the environment, for `seconds` at most.

        Raises:
            UsageError: there is no such command.
        """
        ...


@dataclass(frozen=True)
class CommandStarter:
    """A client that is a command of the developer's."""

    command: tuple[str, ...]
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def stop(self) -> None:
        """End what other threads have started and wait for."""
        for process in tuple(self._running):
            _stop(process)

    def __call__(self, settings: Mapping[str, str], seconds: float) -> Ending:
        """Start the command in a process group of its own; see `Starter`."""
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(  # noqa: S603 - the developer's own command
                    self.command,
                    env={**os.environ, **_direct(os.environ), **settings},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as wrong:
                raise UsageError(_not_started(self.command[0], wrong)) from wrong
            timed_out = False
            self._running.append(process)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                if process.poll() is None:
                    _stop(process)
                self._running.remove(process)
            return Ending(
                status=process.returncode,
                timed_out=timed_out,
                seconds=seconds,
                output=_last_of(output),
            )


def _last_of(output: IO[bytes]) -> str:
    """The last whole lines: half a token would not be known for a secret."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - MOST_OUTPUT))
    text = output.read().decode("utf-8", "replace")
    return text if size <= MOST_OUTPUT else text.partition("\n")[2]


def _direct(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings that keep a proxy of this machine out of the way to our own ports."""
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    direct = ",".join(filter(None, (known, "127.0.0.1", "localhost")))
    return {"no_proxy": direct, "NO_PROXY": direct}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process that we started, and what it has started in its group."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _not_started(name: str, wrong: OSError) -> str:
    if isinstance(wrong, FileNotFoundError) and shutil.which(name) is None:
        return f"{name}: no such command; after -- comes the command that starts your client"
    return f"{name}: the command cannot be started: {wrong.strerror}"
