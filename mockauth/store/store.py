"""The store: opened once, used by every request of ChatGPT's pages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from mockauth.clock import Clock, SystemClock
from mockauth.store.connections import Connections
from mockauth.store.installations import Installations
from mockauth.store.logins import Logins
from mockauth.store.opening import opened
from mockauth.store.people import People
from mockauth.store.runs import Runs
from mockauth.store.schema import prepare
from mockauth.store.seal import vault_of
from mockauth.store.timelines import Timelines


class Store(People, Installations, Logins, Connections, Runs, Timelines):
    """Everything that is kept. Any number of threads may use one; each call is a transaction of its
    own, and what it returns is a value."""

    @property
    def place(self) -> str:
        """Where it is, for a reader: `memory`, a path, or a URL without its password."""
        return self._database.place

    def close(self) -> None:
        """Let go of the database; what was in memory is gone."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        wrong: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()


def open_store(
    where: str = "", *, clock: Clock | None = None, environ: Mapping[str, str] = os.environ
) -> Store:
    """Open what `--store` names, made on first use: "" is a file in the user's data folder, `memory`
    lasts as long as the store, anything else is a URL of SQLAlchemy.

    Raises:
        UsageError: it cannot be opened, its key is missing or wrong, or a newer mockauth made it.
            Nothing in it is changed then.
    """
    with opened(where) as database:
        prepare(database)
        vault = vault_of(database, environ)
        return Store(database, vault, clock or SystemClock())
