"""The schema of a database: made, brought up to date, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from mockauth.errors import UsageError
from mockauth.store.database import PATIENCE, Database
from mockauth.store.place import is_memory
from mockauth.store.tables import Base

HEAD = "0002"
"""The migration that the tables of this version are at."""
VERSIONS = "mockauth_schema"
"""Not Alembic's own name for it, which a database may have for another program."""


def prepare(database: Database) -> None:
    """Bring the schema up to date, whoever else does so at the same time.

    Raises:
        UsageError: a newer version of mockauth has made it; nothing is changed.
    """
    _log_ahead(database)
    with database.reading() as session:
        if _revision(session) == HEAD:
            return
    with database.alone() as session:
        found = _revision(session)
        if found is None:
            _make(session)
        elif found != HEAD:
            _migrate(session, found, database.place)


def _log_ahead(database: Database) -> None:
    """Have SQLite keep a write-ahead log, so that readers do not wait for a writer."""
    if not database.is_sqlite or is_memory(database.url):
        return

    # SQLite does not wait for the lock that this change needs.
    @retry(
        retry=retry_if_exception(_is_locked),
        stop=stop_after_delay(PATIENCE),
        wait=wait_random(0.005, 0.05),
        reraise=True,
    )
    def change() -> None:
        database.outside_of_transactions("PRAGMA journal_mode=WAL")

    change()


def _is_locked(wrong: BaseException) -> bool:
    code = getattr(wrong, "sqlite_errorname", "")
    return str(code).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _revision(session: Session) -> str | None:
    """The migration that the database is at; None when it is empty."""
    if not inspect(session.connection()).has_table(VERSIONS):
        return None
    version = text(f"SELECT version_num FROM {VERSIONS}")  # noqa: S608 - our own name
    return str(session.execute(version).scalar_one())


def _make(session: Session) -> None:
    """All tables at once: as the migrations would, without the time that loading Alembic takes."""
    # A table that is there already belongs to somebody else: that is an error, not a table less.
    Base.metadata.create_all(session.connection(), checkfirst=False)
    session.execute(
        text(
            f"CREATE TABLE {VERSIONS} "
            f"(version_num VARCHAR(32) NOT NULL CONSTRAINT {VERSIONS}_pkc PRIMARY KEY)"
        )
    )
    session.execute(text(f"INSERT INTO {VERSIONS} VALUES (:head)"), {"head": HEAD})  # noqa: S608 - our own name


def _migrate(session: Session, found: str, place: str) -> None:
    # Alembic takes a tenth of a second to load, which only an old database needs.
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    scripts = ScriptDirectory.from_config(_config())
    try:
        scripts.get_revision(found)
    except CommandError as wrong:
        raise UsageError(
            f"{place} was made by a newer mockauth (schema {found}, this one knows {HEAD}): update "
            "mockauth, or start with another --store; nothing was changed"
        ) from wrong
    upgrade(session.connection())


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the migrations up to one, in the transaction of this connection."""
    from alembic import command

    command.upgrade(_config(connection), to)


def _config(connection: Connection | None = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSIONS
    return config
