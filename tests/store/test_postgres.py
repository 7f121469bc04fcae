"""The store on PostgreSQL: all that it does in memory, and what two programs do on one database."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select

from mockauth.clock import MovableClock
from mockauth.store.database import Database
from mockauth.store.keys import VARIABLE
from mockauth.store.place import url_of
from mockauth.store.rotation import rotate
from mockauth.store.schema import VERSIONS, upgrade
from mockauth.store.store import Store, open_store
from mockauth.store.tables import Base, InstallationRow, TextsRow
from tests.store import made, test_logins, test_store

globals().update(
    (name, test)
    for module in (test_logins, test_store)
    for name, test in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_") and "store" in inspect.signature(test).parameters
)
"""The same tests; the fixture `store` below makes the difference."""


@pytest.fixture
def store(where: str, clock: MovableClock) -> Iterator[Store]:
    """A store on the server."""
    with open_store(where, clock=clock) as opened:
        yield opened


Worker = Callable[[str], str]
"""Sends a line to another program and returns its answer."""


@pytest.fixture
def worker(where: str) -> Iterator[Callable[[], Worker]]:
    """Starts programs that open the store at their first line."""
    with ExitStack() as stack:

        def start() -> Worker:
            program = subprocess.Popen(
                [sys.executable, "-m", "tests.store.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                cwd=Path(__file__).parents[2], env={**os.environ, "STORE": where},
            )  # fmt: skip
            stack.enter_context(program)
            assert program.stdin
            assert program.stdout
            told, heard = program.stdin, program.stdout
            assert heard.readline() == "ready\n"

            def say(line: str) -> str:
                told.write(line + "\n")
                return heard.readline().strip()

            return say

        yield start


def test_a_login_that_began_on_one_program_is_finished_by_the_other(
    where: str, worker: Callable[[], Worker]
) -> None:
    other = worker()
    other("open")
    with open_store(where) as store:
        there, ann = made.installed(store)
        begun_there = other(f"begin {there.id} {ann.id} browser")
        claimed_here = store.claim_login(begun_there, there.plugin_id, "browser")
        begun_here = store.begin_login(made.login(there, ann), "browser").state
        connected_there = other(f"finish {begun_here} {there.plugin_id} browser")
        kept = store.connection(there.id, ann.id)

    assert not isinstance(claimed_here, str), "a login, not the reason for none"
    assert kept is not None
    assert (kept.id, kept.access_token.reveal()) == (connected_there, "an access token")


def test_of_two_programs_that_claim_at_once_one_wins(
    where: str, worker: Callable[[], Worker]
) -> None:
    programs = [worker(), worker()]
    with open_store(where) as store, ThreadPoolExecutor(2) as threads:
        there, ann = made.installed(store)
        begun = [store.begin_login(made.login(there, ann), "browser") for _ in range(50)]
        states = " ".join(login.state for login in begun)
        list(threads.map(lambda say: say("open"), programs))
        first, second = threads.map(
            lambda say: say(f"claim {there.plugin_id} browser {states}"), programs
        )

    assert [int(a) + int(b) for a, b in zip(first, second, strict=True)] == [1] * 50


def test_programs_that_open_an_empty_database_at_once_share_the_store(
    worker: Callable[[], Worker],
) -> None:
    programs = [worker() for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        opened = list(threads.map(lambda say: say("open"), programs))

    assert opened == ["opened"] * 3


def test_a_reader_sees_one_state_while_another_program_writes(where: str) -> None:
    with open_store(where) as store:
        there, _ = made.installed(store)
        database = Database(url_of(where))
        with database.reading() as session:
            before = session.scalars(select(InstallationRow.name)).one()
            store.save(replace(there, name="Changed", manifest="changed"))
            manifest = session.scalars(select(TextsRow.manifest)).one()
        database.close()

    assert (before, manifest) == (there.name, there.manifest)


def test_a_reader_of_a_timeline_never_misses_an_entry(where: str) -> None:
    with open_store(where) as store, open_store(where) as other, ThreadPoolExecutor(4) as threads:
        there, _ = made.installed(store)
        writes = [
            threads.submit((store, other)[number % 2].record, there.id, ["{}", "{}"])
            for number in range(40)
        ]
        seen: list[int] = []
        while not all(write.done() for write in writes):
            seen += [one.number for one in other.timeline(there.id, after=len(seen))]
        seen += [one.number for one in other.timeline(there.id, after=len(seen))]

    assert seen == list(range(1, 81))


def test_no_secret_is_lost_that_is_written_during_a_rotation(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with open_store(where) as store, open_store(where) as other, ThreadPoolExecutor(4) as threads:
        there, _ = made.installed(store)
        writes = [
            threads.submit(one.connect, made.connection(there, one.add_person()))
            for _ in range(20)
            for one in (store, other)
        ]
        rotations = [threads.submit(rotate, where) for _ in range(3)]
        done = [write.result() for write in writes]
        assert all(rotation.result() for rotation in rotations)

    with open_store(where) as store:
        assert sorted(one.id for one in store.connections(there.id)) == sorted(w.id for w in done)
    (key,) = next(iter(tmp_path.rglob("*.key"))).read_text().split()
    assert key


def test_the_migrations_make_the_tables_of_the_code_here_too(where: str) -> None:
    engine = create_engine(where.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        upgrade(connection, "0001")
    with open_store(where) as store:
        made.installed(store)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
