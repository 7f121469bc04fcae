"""The seal of a store: which key its secrets are encrypted with."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import select

from mockauth.store.database import Database
from mockauth.store.keys import GivenKeys, KeyFile, fingerprint, given_keys, new_key
from mockauth.store.place import is_memory, key_file
from mockauth.store.tables import SealRow
from mockauth.store.vault import Vault


def vault_of(database: Database, environ: Mapping[str, str]) -> Vault:
    """The vault of an opened store; a new store gets its key.

    Raises:
        UsageError: the key is missing or wrong.
    """
    with database.reading() as session:
        seal = session.scalars(select(SealRow)).one_or_none()
    if seal is None:
        seal, source = _first_seal(database, environ)
    else:
        source = source_of(seal.store, database, environ)
    vault = Vault(source, source.read(), database.place)
    # The first use of the key, so that a wrong one is found out before anything is written.
    vault.sealer(seal.fingerprint)
    return vault


def source_of(store: str, database: Database, environ: Mapping[str, str]) -> GivenKeys | KeyFile:
    """Where the keys of the store with this id are.

    Raises:
        UsageError: the environment has something that is no key.
    """
    if is_memory(database.url):
        return GivenKeys((new_key(),))
    return given_keys(environ) or key_file(store, database.url)


def _first_seal(
    database: Database, environ: Mapping[str, str]
) -> tuple[SealRow, GivenKeys | KeyFile]:
    with database.alone() as session:
        # Another process may have been quicker.
        seal = session.scalars(select(SealRow)).one_or_none()
        store = seal.store if seal else uuid4().hex
        source = source_of(store, database, environ)
        if seal is None:
            seal = SealRow(store=store, fingerprint=fingerprint(source.make()[0]))
            session.add(seal)
    return seal, source
