"""Persons, and the browser sessions that tell who is there."""

from __future__ import annotations

import secrets
from uuid import uuid4

from sqlalchemy import delete, select

from mockauth.store.kept import Kept
from mockauth.store.person import Person
from mockauth.store.tables import PersonRow, SessionRow
from mockauth.store.vault import hashed

SESSION_LIFETIME = 90 * 86_400.0


class People(Kept):
    """The verbs about persons."""

    def add_person(self, name: str = "") -> Person:
        """Keep a new person."""
        person = Person(id=uuid4().hex, name=name, created=self._clock.now())
        with self._database.writing() as session:
            session.add(PersonRow(id=person.id, name=name, created=person.created))
        return person

    def person(self, person: str) -> Person | None:
        """The person of this id."""
        with self._database.reading() as session:
            row = session.get(PersonRow, person)
            return _value(row) if row else None

    def people(self) -> tuple[Person, ...]:
        """All of them, the first first."""
        with self._database.reading() as session:
            rows = session.scalars(select(PersonRow).order_by(PersonRow.created, PersonRow.id))
            return tuple(_value(row) for row in rows)

    def open_session(self, person: str, lifetime: float = SESSION_LIFETIME) -> str:
        """Begin a browser session of `lifetime` seconds and return its id, which is for the cookie:
        only its hash is kept. Sessions that are over are forgotten."""
        made = secrets.token_urlsafe(24)
        now = self._clock.now()
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.expires <= now))
            session.add(SessionRow(hash=hashed(made), person=person, expires=now + lifetime))
        return made

    def person_of(self, browser_session: str) -> Person | None:
        """Who has this session; None when it is unknown or over."""
        wanted = (
            select(PersonRow)
            .join(SessionRow, SessionRow.person == PersonRow.id)
            .where(SessionRow.hash == hashed(browser_session))
            .where(SessionRow.expires > self._clock.now())
        )
        with self._database.reading() as session:
            row = session.scalars(wanted).one_or_none()
            return _value(row) if row else None

    def close_session(self, browser_session: str) -> None:
        """Forget the session."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.hash == hashed(browser_session)))


def _value(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, created=row.created)
