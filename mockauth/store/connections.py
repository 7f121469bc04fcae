"""Persons' connections: connect, refresh, disconnect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select, update

from mockauth.store.connection import Connection
from mockauth.store.kept import Kept, Outdated
from mockauth.store.tables import ConnectionRow
from mockauth.store.vault import Sealer


class Connections(Kept):
    """The verbs about connections."""

    def connect(self, connection: Connection) -> Connection:
        """Keep a new connection in place of what this person had at this installation."""
        now = self._clock.now()
        made = replace(connection, since=connection.since or now, updated=now, version=1)
        old = delete(ConnectionRow).where(
            ConnectionRow.installation == made.installation, ConnectionRow.person == made.person
        )
        with self._database.writing() as session:
            columns = _columns(made, self._sealer(session))
            session.execute(old)
            session.add(
                ConnectionRow(
                    id=made.id, installation=made.installation, person=made.person, **columns
                )
            )
        return made

    def renew(self, renewed: Connection) -> Connection:
        """Keep the new tokens of a connection that was read before, after a refresh.

        Raises:
            Outdated: it was renewed or ended since it was read: the tokens of `renewed` may be dead.
        """
        made = replace(renewed, updated=self._clock.now(), version=renewed.version + 1)
        same = update(ConnectionRow).where(
            ConnectionRow.id == renewed.id, ConnectionRow.version == renewed.version
        )
        with self._database.writing() as session:
            columns = _columns(made, self._sealer(session))
            if not session.scalars(same.values(**columns).returning(ConnectionRow.id)).all():
                raise Outdated
        return made

    def connection(self, installation: str, person: str) -> Connection | None:
        """This person's connection to the installation of this id."""
        wanted = select(ConnectionRow).where(
            ConnectionRow.installation == installation, ConnectionRow.person == person
        )
        with self._database.reading() as session:
            row = session.scalars(wanted).one_or_none()
            return self._connection(row) if row else None

    def connections(self, installation: str) -> tuple[Connection, ...]:
        """Everybody's connections to the installation, the first one first."""
        wanted = (
            select(ConnectionRow)
            .where(ConnectionRow.installation == installation)
            .order_by(ConnectionRow.since, ConnectionRow.id)
        )
        with self._database.reading() as session:
            return tuple(self._connection(row) for row in session.scalars(wanted))

    def disconnect(self, installation: str, person: str) -> None:
        """Forget this person's tokens."""
        with self._database.writing() as session:
            session.execute(
                delete(ConnectionRow).where(
                    ConnectionRow.installation == installation, ConnectionRow.person == person
                )
            )

    def _connection(self, row: ConnectionRow) -> Connection:
        return Connection(
            id=row.id,
            installation=row.installation,
            person=row.person,
            access_token=self._vault.unsealed(row.access_token, "access token"),
            refresh_token=self._vault.unsealed(row.refresh_token, "refresh token"),
            token_type=row.token_type,
            scope=row.scope,
            expires=row.expires,
            since=row.since,
            updated=row.updated,
            version=row.version,
        )


def _columns(value: Connection, sealed: Sealer) -> dict[str, Any]:
    return {
        "access_token": sealed(value.access_token),
        "refresh_token": sealed(value.refresh_token),
        "token_type": value.token_type,
        "scope": value.scope,
        "expires": value.expires,
        "since": value.since,
        "updated": value.updated,
        "version": value.version,
    }
