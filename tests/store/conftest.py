"""Stores to test, with a clock that stands still, and databases on a server of the tests' own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import psycopg
import pytest
from psycopg import sql

from mockauth.clock import MovableClock
from mockauth.store.keys import VARIABLE, new_key
from mockauth.store.store import Store, open_store
from tests.store import postgres


@pytest.fixture
def clock() -> MovableClock:
    """The store's time."""
    return MovableClock()


@pytest.fixture
def store(clock: MovableClock) -> Iterator[Store]:
    """A store in memory."""
    with open_store("memory", clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder of the socket of a running server."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL: apt-get install postgresql")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(postgres.running(programs))
        except (OSError, subprocess.SubprocessError) as wrong:
            pytest.skip(f"PostgreSQL cannot be started here: {wrong}")
        yield folder


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """A number for each database."""
    return count()


@pytest.fixture
def where(server: str, numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty database, and a key for it."""
    monkeypatch.setenv(VARIABLE, new_key().decode())
    name = f"store{next(numbers)}"
    with psycopg.connect(f"host={server} user=mockauth dbname=postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"postgresql://mockauth@/{name}?host={server}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
