"""Where things are kept: what `--store` may say, and the folders it means."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_data_path
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from mockauth.errors import UsageError
from mockauth.store.keys import KeyFile

MEMORY = "memory"
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
"""What a URL without a driver means."""


def url_of(where: str) -> URL:
    """The database that `--store` names: "" is a file in the user's data folder, `memory` is none,
    anything else is a URL of SQLAlchemy.

    Raises:
        UsageError: it is no such URL; it is not shown, because it may have a password.
    """
    if not where:
        return URL.create("sqlite", database=str(data_folder() / "mockauth.db"))
    if where == MEMORY:
        return URL.create("sqlite")
    try:
        url = make_url(where)
    except ArgumentError as wrong:
        raise UsageError(
            "--store: neither `memory` nor a database URL such as sqlite:///file.db or "
            "postgresql://user@host/name"
        ) from wrong
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def is_memory(url: URL) -> bool:
    """Whether it is SQLite's database that lives in its one connection."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def named(url: URL) -> str:
    """What the store is called in a sentence: `memory`, a path, or the URL without its password."""
    if is_memory(url):
        return MEMORY
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def exists(url: URL) -> bool:
    """Whether there may be a store: of a server only opening tells."""
    if is_memory(url):
        return False
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def data_folder() -> Path:
    """The user's folder for data. Its last part keeps it apart from the keys where the system has
    one folder for data and configuration."""
    return user_data_path("mockauth", appauthor=False) / "store"


def key_folder() -> Path:
    """The user's folder for keys."""
    return user_config_path("mockauth", appauthor=False) / "keys"


def key_file(store: str, database: URL) -> KeyFile:
    """The key file of the store with this id.

    Raises:
        UsageError: the key would lie beside the data.
    """
    folder = key_folder()
    is_file = database.get_backend_name() == "sqlite" and database.database
    if is_file and Path(str(database.database)).resolve().parent == folder.resolve():
        raise UsageError(f"--store: {folder} is for keys; keep the data in another folder")
    return KeyFile(folder / f"{store}.key")
