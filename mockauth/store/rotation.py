"""Rotating a store's key: all secrets are encrypted anew, and the old key goes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from mockauth.errors import UsageError
from mockauth.store.database import Database
from mockauth.store.keys import VARIABLE, GivenKeys, KeyFile, Keys, fingerprint, new_key
from mockauth.store.opening import opened
from mockauth.store.place import exists, named, url_of
from mockauth.store.schema import prepare
from mockauth.store.seal import source_of, vault_of
from mockauth.store.tables import ENCRYPTED, SealRow


def rotate(where: str = "", *, environ: Mapping[str, str] = os.environ) -> int:
    """Give the store that `--store` names a new key and return how many secrets were encrypted anew.

    The new key is written before the first secret is, and the old one goes after the last: whenever
    it is interrupted, every secret can be read, and the next call goes on. Programs that use the
    store go on, too; they read the new key from its file.

    Raises:
        UsageError: there is no such store, its key is missing, or the keys are in the environment
            and no new one is among them.
    """
    url = url_of(where)
    if not exists(url):
        raise UsageError(f"there is no store at {named(url)}, so no key to rotate")
    with opened(where) as database:
        prepare(database)
        vault_of(database, environ)
        count = _encrypt_anew(database, environ)
        database.wipe()
        _forget_old_keys(database, environ)
        database.close()
    return count


def _encrypt_anew(database: Database, environ: Mapping[str, str]) -> int:
    with database.alone() as session:
        # Writers of secrets hold a share of this row: those under way end first, new ones wait.
        seal = session.scalars(select(SealRow).with_for_update()).one()
        keys = _with_new_key(source_of(seal.store, database, environ), seal.fingerprint)
        both = MultiFernet([Fernet(key) for key in keys])
        count = sum(_encrypt_column(session, column, both) for column in ENCRYPTED)
        seal.fingerprint = fingerprint(keys[0])
    return count


def _with_new_key(source: GivenKeys | KeyFile, current: str) -> Keys:
    """The keys with a new one in front. One that an interrupted rotation has left there is used."""
    keys = source.read()
    if fingerprint(keys[0]) != current:
        return keys
    if isinstance(source, GivenKeys):
        raise UsageError(
            f"{VARIABLE} has the key that is in use in front: set it to NEW,OLD, where "
            "`mockauth keys new` prints a new one, rotate, then set it to NEW"
        )
    keys = (new_key(), *keys)
    source.write(keys)
    return keys


def _encrypt_column(session: Session, column: InstrumentedAttribute[str], both: MultiFernet) -> int:
    table = column.class_
    sealed = session.execute(select(table.id, column).where(column != "")).all()
    rows = [{"id": id, column.key: both.rotate(old.encode()).decode()} for id, old in sealed]
    if rows:
        session.execute(update(table), rows)
    return len(rows)


def _forget_old_keys(database: Database, environ: Mapping[str, str]) -> None:
    # Alone, because another rotation may be about to write its new key into the file.
    with database.alone() as session:
        seal = session.scalars(select(SealRow)).one()
        source = source_of(seal.store, database, environ)
        if isinstance(source, KeyFile):
            source.write(tuple(k for k in source.read() if fingerprint(k) == seal.fingerprint))
