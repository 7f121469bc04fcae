"""The lists of a full store: 1,000 installations, each connected, and 10,000 runs; the median of the
milliseconds. The aim is less than 100 for each.

    python benchmarks/store.py [URL]

Without a URL: a file in a temporary folder, then memory.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

from mockauth.store.connection import Connection
from mockauth.store.installation import Installation, new_plugin_id
from mockauth.store.keys import VARIABLE, new_key
from mockauth.store.person import Person
from mockauth.store.run import Run, RunSummary
from mockauth.store.store import Store, open_store
from mockauth.wire.secret import Secret

INSTALLATIONS = 1_000
RUNS = 10_000
REPORT = '{"checks": [], "exchanges": "' + "x" * 20_000 + '"}'
TEXT = "t" * 20_000
ROUNDS = 15


def fill(store: Store) -> tuple[Person, Installation]:
    """Somebody with everything, and their last installation."""
    ann = store.add_person("Ann")
    for number in range(INSTALLATIONS):
        there = store.install(installation(number, ann))
        token = Secret(f"token {number}", "access token")
        store.connect(Connection(installation=there.id, person=ann.id, access_token=token))
    for number in range(RUNS):
        store.add_run(run(number, there))
    store.record(there.id, ["{}"] * 1_000)
    return ann, there


def installation(number: int, owner: Person) -> Installation:
    """One plugin with its texts."""
    return Installation(
        plugin_id=new_plugin_id(),
        kind="plugin",
        target="http://localhost:3333",
        owner=owner.id,
        auth="oauth",
        name=f"Plugin {number}",
        manifest=TEXT,
        document=TEXT,
        client_secret=Secret(f"secret {number}", "client secret"),
    )


def run(number: int, of: Installation) -> Run:
    """One run; every second one of the installation."""
    summary = RunSummary(
        installation=of.id if number % 2 else None,
        target="http://localhost:3333",
        started=float(number),
        duration_ms=1,
        exit_code=0,
        counts={"pass": 100, "fail": 1},
    )
    return Run(summary=summary, report=REPORT)


def milliseconds(call: Callable[[], object]) -> float:
    """The median over the rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def measure(where: str) -> None:
    """Fill a store and print a line for each list."""
    with open_store(where) as store:
        start = time.perf_counter()
        ann, there = fill(store)
        print(f"{store.place.partition('?')[0]}: filled in {time.perf_counter() - start:.1f} s")
        middle = store.runs(most=RUNS // 2)[-1]
        calls: dict[str, Callable[[], object]] = {
            "plugin store, all 1,000": lambda: store.installations(ann.id),
            "runs, first page": store.runs,
            "runs, a page in the middle": lambda: store.runs(before=middle),
            "runs of one installation": lambda: store.runs(there.id),
            "timeline, 500 entries": lambda: store.timeline(there.id),
            "one installation": lambda: store.installation(there.id),
            "one change of an installation": lambda: changed(store, there),
        }
        for name, call in calls.items():
            print(f"  {name:32} {milliseconds(call):8.2f} ms")


def changed(store: Store, there: Installation) -> None:
    """A change, as each step of an installation is one."""
    found = store.installation(there.id)
    assert found
    store.save(replace(found, token_read="new"))


def main() -> None:
    """Measure what the command line names."""
    os.environ.setdefault(VARIABLE, new_key().decode())
    if sys.argv[1:]:
        measure(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{folder}/store.db")
    measure("memory")


if __name__ == "__main__":
    main()
