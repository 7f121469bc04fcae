"""Opening a database, and what is said when it cannot be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from mockauth.errors import UsageError
from mockauth.store.database import Database, Unavailable, said
from mockauth.store.place import named, url_of


@contextmanager
def opened(where: str) -> Iterator[Database]:
    """The database that `--store` names; it is closed again when the block fails.

    Raises:
        UsageError: it cannot be opened, or what is in it is not ours.
    """
    url = url_of(where)
    with _explained(url):
        database = Database(url)
        try:
            yield database
        except BaseException:
            database.close()
            raise


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    place = named(url)
    try:
        yield
    except OSError as wrong:
        raise UsageError(f"{place} cannot be opened: {wrong.strerror}") from wrong
    except NoSuchModuleError as wrong:
        raise UsageError(
            f"--store: there is no database called {url.drivername}; mockauth is tested with SQLite "
            "and PostgreSQL"
        ) from wrong
    except ModuleNotFoundError as wrong:
        raise UsageError(
            f"--store: the driver {wrong.name} is not installed; for PostgreSQL: "
            "pip install 'mockauth[postgres]'"
        ) from wrong
    except sqlite3.OperationalError as wrong:
        raise Unavailable(f"{place} cannot be opened: {said(wrong, url)}") from wrong
    except (DBAPIError, sqlite3.Error) as wrong:
        raise UsageError(
            f"{place} is not a store of mockauth, or is damaged ({said(wrong, url)}): start with "
            "another --store; nothing was changed"
        ) from wrong
