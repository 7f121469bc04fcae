"""A PostgreSQL server of the tests' own: Debian's package, an ordinary user, a socket in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

USER = "mockauth"
ORDINARY = "nobody"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""


def programs() -> Path | None:
    """The folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return found[-1].parent if found else None


def _version(path: Path) -> int:
    name = path.parts[-3]
    return int(name) if name.isdigit() else 0


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """The folder of the socket of a server that runs as long as the block.

    Raises:
        OSError, CalledProcessError: it cannot be started here.
    """
    # Not pytest's folder, which only its owner may enter; and the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="mockauth-pg-", dir="/tmp"))
    as_user: dict[str, Any] = {}
    try:
        if os.getuid() == 0:
            shutil.chown(folder, ORDINARY)
            as_user = {"user": ORDINARY, "extra_groups": []}

        def call(program: str, *words: str) -> None:
            subprocess.run(  # noqa: S603 - Debian's program
                [programs / program, "-D", folder / "data", *words],
                check=True, capture_output=True, timeout=120, cwd=folder, **as_user,
            )  # fmt: skip

        call("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
        # No port, so that none can be taken.
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        call("pg_ctl", "start", "-w", "-o", options, "-l", str(folder / "log"))
        try:
            yield str(folder)
        finally:
            with suppress(subprocess.SubprocessError):
                call("pg_ctl", "stop", "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
