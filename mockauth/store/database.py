"""The database: transactions on SQLite or whatever else a URL names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from mockauth.errors import UsageError
from mockauth.store.place import is_memory, named

PATIENCE = 30
"""Seconds that a writer waits for another one."""
ADVISORY_LOCK = 0x6D6F636B
"""One number for all programs that use the lock: "mock" in ASCII."""
WRITES = "mockauth_writes"


class Unavailable(UsageError):
    """The database cannot be reached, is full, or is kept by somebody else for too long."""


class Database:
    """Gives out sessions, one transaction each."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._engine = _sqlite(url) if self.is_sqlite else _server(url)
        # SQLite's transactions always see one state; a server's do when they are asked to.
        one_state: dict[str, str] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self._engine.execution_options(**one_state)
        self._writer = self._engine.execution_options(**{WRITES: True})

    @property
    def place(self) -> str:
        """What the store is called in a sentence: never with a password."""
        return named(self.url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of everything."""
        with self._told(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together when the block ends, or not at all."""
        with (
            self._told(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def alone(self) -> Iterator[Session]:
        """A session that writes while no other one of this kind does, in any process."""
        with self.writing() as session:
            # On SQLite the transaction that writes has the lock.
            if self.url.get_backend_name() == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
            yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, TimeoutError) as wrong:
            raise Unavailable(f"{self.place} cannot be used: {said(wrong, self.url)}") from wrong

    def outside_of_transactions(self, statement: str) -> None:
        """Run a statement that no transaction may surround."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            cursor.close()
        finally:
            connection.close()

    def wipe(self) -> None:
        """Take out of the files what is not in the database any more, as far as nobody reads it."""
        if self.is_sqlite:
            self.outside_of_transactions("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections; a store in memory is gone."""
        self._engine.dispose()


def said(wrong: Exception, url: URL) -> str:
    """The driver's words in one line, without the password."""
    words = " ".join(str(wrong.orig if isinstance(wrong, DBAPIError) else wrong).split())
    return words.replace(url.password, "‹password›") if url.password else words


def _server(url: URL) -> Engine:
    # A server may have closed a connection that was idle: it is tried before it is used. Parameters
    # are hidden because errors reach logs.
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _sqlite(url: URL) -> Engine:
    connect: dict[str, Any] = {"timeout": PATIENCE, "check_same_thread": False}
    more: dict[str, Any] = {}
    if is_memory(url):
        # One connection, because each has a database of its own: whoever comes second waits.
        more = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    else:
        _make_private(Path(str(url.database)))
    engine = create_engine(url, connect_args=connect, hide_parameters=True, **more)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    """Create the file before SQLite does, which would let others read it. Its journals get the
    same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: DBAPIConnection, record: object) -> None:
    # The driver shall begin no transaction by itself: `_begin` does, before a change of the schema
    # as well.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    # With a write-ahead log, NORMAL loses no finished transaction when a process is killed.
    cursor.execute("PRAGMA synchronous=NORMAL")
    # What was encrypted with an old key is overwritten, not only left out.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin(connection: Any) -> None:
    # A writer takes the lock at once and waits for it. One that began by reading could not wait:
    # SQLite would refuse it as soon as another has written.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
