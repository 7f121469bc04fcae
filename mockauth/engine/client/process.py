"""Starting the client under test, and waiting for its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import IO, Protocol

from mockauth.checks.client.visit import Ending
from mockauth.errors import UsageError

MOST_OUTPUT = 64 * 1024
LOOK_SECONDS = 0.25
"""How often the output of a client is looked at."""


NEEDED = (
    "PATH", "PATHEXT", "HOME", "USER", "LOGNAME", "USERPROFILE", "SHELL", "COMSPEC", "TERM", "TZ",
    "LANG", "LANGUAGE", "LC_*", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR", "APPDATA",
    "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "XDG_*", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHON*", "NODE_PATH", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS",
    "JAVA_HOME", "GEM_HOME", "GEM_PATH", "RUBYLIB", "BUNDLE_GEMFILE", "GOPATH", "GOROOT", "GOCACHE",
    "CARGO_HOME", "RUSTUP_HOME", "DOTNET_ROOT", "COMPOSER_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
"""What programs need to start; the rest of the environment is nobody's business."""
OWN = "MOCKAUTH_*"
"""Our own settings, secrets among them, which no client gets."""


class Starter(Protocol):
    """Runs the client once, from its start to its end."""

    def __call__(self, settings: Mapping[str, str], seconds: float) -> Ending:
        """Run with `settings` in the environment, for `seconds` at most.

        Raises:
            UsageError: there is no such command.
        """
        ...


@dataclass(frozen=True)
class CommandStarter:
    """A client that is a command of the developer's. `passed` are names of variables of our own
    environment that it gets besides those that programs need; `*` stands for any characters."""

    command: tuple[str, ...]
    passed: tuple[str, ...] = ()
    gets_address: bool = False
    """Whether the address of the MCP server is its last argument, as in MCP's conformance suite."""
    look: Callable[[str], None] | None = None
    """Is given what the client has printed, again and again while it runs."""
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)

    def __call__(self, settings: Mapping[str, str], seconds: float) -> Ending:
        """Start the command in a process group of its own, which ends with it; see `Starter`."""
        with tempfile.TemporaryFile() as output:
            process = self._started(settings, output)
            timed_out = True
            try:
                timed_out = not self._ended(process, seconds, output)
            finally:
                _end_group(process)
                self._running.discard(process)
            return Ending(
                status=process.returncode,
                timed_out=timed_out,
                seconds=seconds,
                output=_last_of(output),
            )

    def _ended(self, process: subprocess.Popen[bytes], seconds: float, output: IO[bytes]) -> bool:
        """Wait for the end, `seconds` at most; whether it came."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                process.wait(min(left, LOOK_SECONDS) if self.look else left)
                return True
            except subprocess.TimeoutExpired:
                if self.look:
                    self.look(_read_beside(output))
        return False

    def stop(self) -> None:
        """End whatever still runs."""
        for process in list(self._running):
            _end_group(process)

    def _started(self, settings: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        address = (settings["API_URL"],) if self.gets_address else ()
        try:
            process = subprocess.Popen(  # noqa: S603 - the developer's own command
                (*self.command, *address),
                env={**environment_of(os.environ, self.passed), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as wrong:
            raise UsageError(_not_started(self.command[0], wrong)) from wrong
        self._running.add(process)
        return process


def environment_of(own: Mapping[str, str], passed: Iterable[str] = ()) -> dict[str, str]:
    """What a client gets of our own environment: what programs need, and what is `passed` by name."""
    patterns = (*NEEDED, *passed)
    found = {
        name: value
        for name, value in own.items()
        if not fnmatchcase(name, OWN) and any(fnmatchcase(name, one) for one in patterns)
    }
    return {**found, **_direct(own)}


def _read_beside(output: IO[bytes]) -> str:
    """What stands there so far. The place at which the client writes stays as it is."""
    size = os.fstat(output.fileno()).st_size
    found = os.pread(output.fileno(), MOST_OUTPUT, max(0, size - MOST_OUTPUT))
    return found.decode("utf-8", "replace")


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


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the process that we started, and what it has started in its group and left behind."""
    # PermissionError is what macOS says of a group that has only just ended.
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _not_started(name: str, wrong: OSError) -> str:
    if isinstance(wrong, FileNotFoundError) and shutil.which(name) is None:
        return f"{name}: no such command; after -- comes the command that starts your client"
    return f"{name}: the command cannot be started: {wrong.strerror}"
