"""What every part of the store stands on: the database, the keys, the clock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mockauth.clock import Clock
from mockauth.errors import MockauthError
from mockauth.store.database import Database
from mockauth.store.tables import SealRow
from mockauth.store.vault import Sealer, Vault


class Outdated(MockauthError):
    """What was to be saved was read before somebody else changed it: read it again."""

    def __init__(self) -> None:
        super().__init__("it was changed in the meantime: look at it again, then repeat the change")


class Kept:
    """A part of the store."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def _sealer(self, session: Session) -> Sealer:
        # The shared lock keeps a rotation away until this transaction is over, so that no secret
        # is written with a key that is about to go. SQLite has one writer at a time anyway.
        current = select(SealRow.fingerprint).with_for_update(read=True)
        return self._vault.sealer(session.scalars(current).one())
