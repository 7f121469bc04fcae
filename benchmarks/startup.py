"""The CPU time of a command, here and in another checkout, in turns: the median of the ratios.

    python benchmarks/startup.py OTHER_CHECKOUT

Both checkouts run on this interpreter, so its packages must be those that both need.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent.parent
ROUNDS = 15
FULL_ROUNDS = 5
TARGET = "http://localhost:18471"
LOGIN = {
    "MOCKAUTH_CLIENT_SECRET": "demo-secret-3f9a7c51d2",
    "MOCKAUTH_PASSWORD": "analytical-engine",
}
FULL = ("check", TARGET, "--client-id", "demo-client", "--username", "ada", "-q")
COMMANDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "--help": (ROUNDS, ("--help",)),
    "one check": (ROUNDS, ("check", TARGET, "--select", "manifest.served", "-q")),
    "one probe": (ROUNDS, (*FULL, "--select", "token.code-single-use")),
    "full run": (FULL_ROUNDS, FULL),
}


def seconds(checkout: Path, words: tuple[str, ...]) -> float:
    """The CPU time of a command of a checkout; the machine may be busy with other things."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "mockauth", *words],
        env=environment(checkout),
        capture_output=True,
        check=False,
        cwd=tempfile.gettempdir(),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment(checkout: Path) -> dict[str, str]:
    """What makes a process use the code of a checkout, compiled, as an installed one is."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**known, **LOGIN, "PYTHONPATH": str(checkout)}


@contextmanager
def serving() -> Iterator[None]:
    """The built-in plugin of this checkout."""
    command = [sys.executable, "-m", "mockauth", "serve", "--port", TARGET.rpartition(":")[2]]
    with subprocess.Popen(
        command, env=environment(HERE), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        next(line for line in server.stdout if "Ctrl-C" in line)
        try:
            yield
        finally:
            server.terminate()


def main() -> None:
    """Print a line for each command."""
    other = Path(sys.argv[1]).resolve()
    with serving():
        for name, (rounds, words) in COMMANDS.items():
            seconds(HERE, words), seconds(other, words)  # compiled, and in the page cache
            pairs = [(seconds(HERE, words), seconds(other, words)) for _ in range(rounds)]
            here, there = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            print(f"{name:10} {here:6.3f} s here, {there:6.3f} s there, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
