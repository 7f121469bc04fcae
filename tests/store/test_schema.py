"""A store is made, migrated, or refused as a whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import mockauth.store
from mockauth.errors import UsageError
from mockauth.store.schema import HEAD, VERSIONS, upgrade
from mockauth.store.store import open_store
from mockauth.store.tables import Base

KEPT = Path(__file__).parent / "kept"
KEY = "b2xkLXNjaGVtYSB0ZXN0IGtleSwgMzIgYnl0ZXMgIS4="
"""Of the kept stores."""
ENVIRON = {"MOCKAUTH_STORE_KEY": KEY}


def kept(folder: Path, name: str) -> Path:
    """A store as an older mockauth made it."""
    path = folder / "old.db"
    with sqlite3.connect(path) as old:
        old.executescript((KEPT / name).read_text())
    old.close()
    return path


def test_the_migrations_make_the_tables_of_the_code() -> None:
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})

        assert compare_metadata(context, Base.metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    config = Config()
    folder = Path(mockauth.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


@pytest.mark.parametrize("name", sorted(path.name for path in KEPT.iterdir()))
def test_a_store_of_an_older_schema_is_migrated_and_keeps_what_it_has(
    tmp_path: Path, name: str
) -> None:
    path = kept(tmp_path, name)

    with open_store(f"sqlite:///{path}", environ=ENVIRON) as store:
        there = store.installation("i1")
        run = store.run("r1")
        connection = store.connection("i1", "ann")
        entries = store.timeline("i1")

    assert there is not None
    assert there.client_secret.reveal() == "kept client secret"
    assert connection is not None
    assert connection.access_token.reveal() == "kept access token"
    assert run is not None
    assert (run.summary.counts, run.summary.profile) == ({"pass": 1}, "")
    assert [entry.number for entry in entries] == [1]
    with sqlite3.connect(path) as migrated:
        assert migrated.execute("SELECT * FROM mockauth_schema").fetchall() == [(HEAD,)]
    migrated.close()


def test_every_migration_but_the_newest_has_a_kept_store() -> None:
    folder = Path(mockauth.store.__file__).parent / "migrations" / "versions"
    numbers = sorted(path.name[1:5] for path in folder.glob("v*.py"))

    assert [path.stem for path in sorted(KEPT.iterdir())] == [f"schema-{n}" for n in numbers[:-1]]


def test_a_store_of_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = kept(tmp_path, "schema-0001.sql")
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE mockauth_schema SET version_num = '9999'")
    newer.close()
    with pytest.raises(UsageError, match="made by a newer mockauth"):
        open_store(f"sqlite:///{path}", environ=ENVIRON)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=r"9999.*nothing was changed"):
        open_store(f"sqlite:///{path}", environ=ENVIRON)

    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE sessions (id)")
    other.close()

    with pytest.raises(UsageError, match="already exists"):
        open_store(f"sqlite:///{path}", environ=ENVIRON)

    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("sessions",)]
    other.close()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 100)

    with pytest.raises(UsageError, match="not a database"):
        open_store(f"sqlite:///{path}")

    assert path.read_text() == "Buy milk. " * 100
