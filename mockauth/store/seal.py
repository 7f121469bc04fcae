"""The seal of a store: which key its secrets are encrypted with."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from mockauth.store.database import Database, is_memory
from mockauth.store.keys import GivenKeys, KeySource, fingerprint, given_keys, new_key
from mockauth.store.place import key_file
from mockauth.store.tables import SealRow
from mockauth.store.vault import Vault


def vault_of(database: Database, environ: Mapping[str, str]) -> Vault:
    """The vault of an opened store; a new store gets its key.

    Raises:
        UsageError: the key is missing or wrong.
    """
    given = _given(database, environ)
    with database.reading() as session:
        seal = session.scalars(select(SealRow)).one_or_none()
    if seal is None:
        with database.alone() as session:
            # Another process may have been quicker.
            seal = session.scalars(select(SealRow)).one_or_none()
            seal = seal or _sealed(session, database, given)
    source = given or key_file(seal.store, database.url)
    vault = Vault(source, source.read(), database.place)
    # The first use of the key, so that a wrong one is found out before anything is written.
    vault.sealer(seal.fingerprint)
    return vault


def _given(database: Database, environ: Mapping[str, str]) -> KeySource | None:
    if is_memory(database.url):
        return GivenKeys((new_key(),))
    return given_keys(environ)


def _sealed(session: Session, database: Database, given: KeySource | None) -> SealRow:
    store = uuid4().hex
    source = given or key_file(store, database.url)
    seal = SealRow(store=store, fingerprint=fingerprint(source.make()[0]))
    session.add(seal)
    session.flush()
    return seal
