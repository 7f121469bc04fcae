"""A program that is killed again and again while it writes to a store; run by test_killed.py.

It forks from a warm process, because a hundred starts of Python would take minutes. It prints how
many writes the killed ones had finished, or ends with an error.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from dataclasses import replace
from pathlib import Path

from mockauth.store.rotation import rotate
from mockauth.store.store import Store, open_store
from tests.store import made

ROUNDS = 100
MOST_AWAITED = 4
"""Installations; after four the writer rotates the key."""
LONGEST = 0.03
"""Seconds, about as long as an installation with all its parts takes."""
NEW_STORE = 10
"""Every tenth round makes a store, so that some are killed while they do."""
HALVES = (
    "SELECT count(*) FROM installations WHERE id NOT IN (SELECT installation FROM installation_texts)",
    "SELECT count(*) FROM runs WHERE id NOT IN (SELECT run FROM run_reports)",
)
"""What must not be there: an installation without its texts, a run without its report."""


def write(where: str, told: int) -> None:
    """Write until the end, and tell of each installation once it is kept."""
    while True:
        with open_store(where) as store:
            for _ in range(4):
                there, ann = made.installed(store, manifest="m" * 20_000, document="d" * 20_000)
                connection = store.connect(made.connection(there, ann))
                os.write(told, f"{there.id} {ann.id}\n".encode())
                store.save(replace(there, name="Changed", manifest="n" * 20_000))
                store.renew(connection)
                store.record(there.id, ["{}", "{}"])
                store.add_run(made.run(there, report="r" * 20_000))
        rotate(where)


def killed(where: str, chance: random.Random) -> list[str]:
    """What a writer had told of when it was killed: some time after as many lines as chance says,
    so that a slow machine gets as far as a quick one."""
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        try:
            write(where, tells)
        finally:
            os._exit(1)
    os.close(tells)
    with os.fdopen(hears, "rb") as pipe:
        lines = [pipe.readline() for _ in range(chance.randrange(MOST_AWAITED + 1))]
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        lines += pipe.readlines()
    if os.WIFEXITED(status):
        raise SystemExit("the writer ended by itself")
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def judge(path: Path, store: Store, told: list[str]) -> None:
    """Everything that was told of is there, and nothing is there by half."""
    plain = sqlite3.connect(path)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    for query in HALVES:
        assert plain.execute(query).fetchone() == (0,)
    plain.close()
    for line in told:
        installation, person = line.split()
        there = store.installation(installation)
        assert there is not None
        assert there.client_secret.reveal() == "a client secret"
        assert there.manifest[0] == ("n" if there.name == "Changed" else "m")
        connection = store.connection(installation, person)
        assert connection is not None
        assert connection.access_token.reveal() == "an access token"
        assert [one.number for one in store.timeline(installation)] in ([], [1, 2])


def main(folder: Path, seed: int) -> None:
    """Kill as often as ROUNDS says."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    writes = 0
    for number in range(ROUNDS):
        path = folder / f"store-{number // NEW_STORE}.db"
        told = killed(f"sqlite:///{path}", chance)
        with open_store(f"sqlite:///{path}") as store:
            judge(path, store, told)
        writes += len(told)
    sys.stdout.write(f"{writes}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
