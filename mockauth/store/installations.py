"""Installed plugins and Actions: install, go on, list, uninstall."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import RowMapping, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mockauth.errors import MockauthError
from mockauth.store.installation import Installation, InstallationSummary, InstallState
from mockauth.store.kept import Kept, Outdated
from mockauth.store.tables import ConnectionRow, InstallationRow, TextsRow
from mockauth.store.vault import Sealer

LISTED = tuple(
    getattr(InstallationRow, one.name)
    for one in fields(InstallationSummary)
    if one.name != "connected"
)
"""The columns of a line of the plugin store: a thousand whole rows take twice as long."""


class InstalledAlready(MockauthError):
    """This person has installed this plugin already."""

    def __init__(self) -> None:
        super().__init__("this plugin is installed already")


class Installations(Kept):
    """The verbs about installations."""

    def install(self, installation: Installation) -> Installation:
        """Keep a new installation.

        Raises:
            InstalledAlready: its owner has one of the same plugin.
        """
        now = self._clock.now()
        made = replace(installation, created=now, updated=now, version=1)
        try:
            with self._database.writing() as session:
                columns = _columns(made, self._sealer(session))
                session.add(InstallationRow(id=made.id, created=now, entries=0, **columns))
                session.flush()
                session.add(TextsRow(installation=made.id, **_texts(made)))
        except IntegrityError as wrong:
            if self.installation_of(made.plugin_id, made.owner) is None:
                raise
            raise InstalledAlready from wrong
        return made

    def save(self, changed: Installation) -> Installation:
        """Keep the changes of an installation that was read before, and return what is kept.

        Raises:
            Outdated: it was changed or uninstalled since it was read.
        """
        made = replace(changed, updated=self._clock.now(), version=changed.version + 1)
        with self._database.writing() as session:
            columns = _columns(made, self._sealer(session))
            same = update(InstallationRow).where(
                InstallationRow.id == changed.id, InstallationRow.version == changed.version
            )
            saved = session.scalars(same.values(**columns).returning(InstallationRow.id)).all()
            if not saved:
                raise Outdated
            texts = update(TextsRow).where(TextsRow.installation == made.id)
            session.execute(texts.values(**_texts(made)))
        return made

    def installation(self, installation: str) -> Installation | None:
        """The installation of this id (`Installation.id`)."""
        with self._database.reading() as session:
            return self._installation(session, session.get(InstallationRow, installation))

    def installation_of(self, plugin_id: str, person: str) -> Installation | None:
        """What this person uses of this plugin: their own installation, or the one for everybody."""
        wanted = (
            select(InstallationRow)
            .where(InstallationRow.plugin_id == plugin_id, _seen_by(person))
            .order_by(InstallationRow.owner != person, InstallationRow.created)
            .limit(1)
        )
        with self._database.reading() as session:
            return self._installation(session, session.scalars(wanted).one_or_none())

    def installations_of(self, plugin_id: str) -> tuple[Installation, ...]:
        """The installations of this plugin by anybody, the first one first."""
        wanted = (
            select(InstallationRow)
            .where(InstallationRow.plugin_id == plugin_id)
            .order_by(InstallationRow.created, InstallationRow.id)
        )
        with self._database.reading() as session:
            found = (self._installation(session, row) for row in session.scalars(wanted).all())
            return tuple(one for one in found if one is not None)

    def installations(self, person: str) -> tuple[InstallationSummary, ...]:
        """What this person sees in the plugin store, the last changed first."""
        mine = and_(
            ConnectionRow.installation == InstallationRow.id, ConnectionRow.person == person
        )
        wanted = (
            select(*LISTED, ConnectionRow.since.label("connected"))
            .join(ConnectionRow, mine, isouter=True)
            .where(_seen_by(person))
            .order_by(InstallationRow.updated.desc(), InstallationRow.id)
        )
        with self._database.reading() as session:
            return tuple(_summary(row) for row in session.execute(wanted).mappings())

    def uninstall(self, installation: str) -> None:
        """Forget an installation with its connections, logins and timeline. Its runs stay."""
        with self._database.writing() as session:
            session.execute(delete(InstallationRow).where(InstallationRow.id == installation))

    def _installation(self, session: Session, row: InstallationRow | None) -> Installation | None:
        if row is None:
            return None
        texts = session.get_one(TextsRow, row.id)
        return Installation(
            id=row.id,
            plugin_id=row.plugin_id,
            kind=row.kind,
            target=row.target,
            owner=row.owner,
            level=row.level,
            auth=row.auth,
            name=row.name,
            manifest=texts.manifest,
            document=texts.document,
            document_url=row.document_url,
            client_id=row.client_id,
            client_secret=self._vault.unsealed(row.client_secret, "client secret"),
            service_token=self._vault.unsealed(row.service_token, "service token"),
            verification_token=row.verification_token,
            token_read=row.token_read,
            state=InstallState(row.state),
            redirect_host=row.redirect_host,
            created=row.created,
            updated=row.updated,
            version=row.version,
        )


def _seen_by(person: str) -> Any:
    return or_(InstallationRow.level == "service", InstallationRow.owner == person)


def _columns(value: Installation, sealed: Sealer) -> dict[str, Any]:
    """What changes in a row."""
    return {
        "plugin_id": value.plugin_id,
        "kind": value.kind,
        "target": value.target,
        "owner": value.owner,
        "level": value.level,
        "auth": value.auth,
        "name": value.name,
        "document_url": value.document_url,
        "client_id": value.client_id,
        "client_secret": sealed(value.client_secret),
        "service_token": sealed(value.service_token),
        "verification_token": value.verification_token,
        "token_read": value.token_read,
        "state": value.state,
        "redirect_host": value.redirect_host,
        "updated": value.updated,
        "version": value.version,
    }


def _texts(value: Installation) -> dict[str, str]:
    return {"manifest": value.manifest, "document": value.document}


def _summary(listed: RowMapping) -> InstallationSummary:
    return InstallationSummary(**{**listed, "state": InstallState(listed["state"])})
