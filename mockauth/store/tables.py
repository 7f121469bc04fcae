"""The tables. Rows do not leave the store: each becomes a value."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mockauth.store.installation import AuthType, Kind, Level


class AnyText(TypeDecorator[str]):
    """Text of others, with a sign in place of what a database cannot hold: NUL (PostgreSQL) and
    half a surrogate pair (no UTF-8)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is kept."""
        if value is None:
            return None
        return value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


class Base(DeclarativeBase):
    """What all tables have in common: constraints with names, which migrations need."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: AnyText(), float: Double()}


def key(target: str, ondelete: str = "CASCADE") -> Any:
    """A column that refers to another table's id."""
    return ForeignKey(target, ondelete=ondelete)


class SealRow(Base):
    """One row: which store this is, and which key its secrets are encrypted with."""

    __tablename__ = "seal"
    store: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]


class PersonRow(Base):
    """`Person`."""

    __tablename__ = "persons"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created: Mapped[float]


class SessionRow(Base):
    """A browser session; its id only as a hash."""

    __tablename__ = "sessions"
    hash: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(key("persons.id"), index=True)
    expires: Mapped[float]


class InstallationRow(Base):
    """`Installation`, but for its texts."""

    __tablename__ = "installations"
    __table_args__ = (UniqueConstraint("plugin_id", "owner"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    plugin_id: Mapped[str]
    kind: Mapped[Kind] = mapped_column(AnyText())
    target: Mapped[str]
    owner: Mapped[str] = mapped_column(key("persons.id"), index=True)
    level: Mapped[Level] = mapped_column(AnyText())
    auth: Mapped[AuthType] = mapped_column(AnyText())
    name: Mapped[str]
    document_url: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[str]
    service_token: Mapped[str]
    verification_token: Mapped[str]
    token_read: Mapped[str]
    state: Mapped[str]
    redirect_host: Mapped[str]
    created: Mapped[float]
    updated: Mapped[float]
    version: Mapped[int]
    entries: Mapped[int]
    """How many entries its timeline has: the number of the last one."""


class TextsRow(Base):
    """The long texts of an installation, which no list reads."""

    __tablename__ = "installation_texts"
    installation: Mapped[str] = mapped_column(key("installations.id"), primary_key=True)
    manifest: Mapped[str]
    document: Mapped[str]


class LoginRow(Base):
    """`PendingLogin`; `state` and session only as hashes."""

    __tablename__ = "pending_logins"
    state: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[str]
    installation: Mapped[str] = mapped_column(key("installations.id"), index=True)
    person: Mapped[str] = mapped_column(key("persons.id"), index=True)
    host: Mapped[str]
    redirect_uri: Mapped[str]
    flow: Mapped[str]
    created: Mapped[float]
    expires: Mapped[float] = mapped_column(index=True)
    claimed: Mapped[float | None]


class ConnectionRow(Base):
    """`Connection`."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("installation", "person"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    installation: Mapped[str] = mapped_column(key("installations.id"))
    person: Mapped[str] = mapped_column(key("persons.id"), index=True)
    access_token: Mapped[str]
    refresh_token: Mapped[str]
    token_type: Mapped[str]
    scope: Mapped[str]
    expires: Mapped[float | None]
    since: Mapped[float]
    updated: Mapped[float]
    version: Mapped[int]


class RunRow(Base):
    """`RunSummary`."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "started", "id"), Index(None, "installation", "started", "id"))
    id: Mapped[str] = mapped_column(primary_key=True)
    installation: Mapped[str | None] = mapped_column(key("installations.id", "SET NULL"))
    target: Mapped[str]
    started: Mapped[float]
    duration_ms: Mapped[int]
    exit_code: Mapped[int]
    profile: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)


class ReportRow(Base):
    """The report of a run, which no list reads."""

    __tablename__ = "run_reports"
    run: Mapped[str] = mapped_column(key("runs.id"), primary_key=True)
    report: Mapped[str]


class EntryRow(Base):
    """`Entry` of a timeline."""

    __tablename__ = "timeline"
    installation: Mapped[str] = mapped_column(key("installations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float]
    flow: Mapped[str]
    line: Mapped[str]


ENCRYPTED = (
    InstallationRow.client_secret,
    InstallationRow.service_token,
    ConnectionRow.access_token,
    ConnectionRow.refresh_token,
)
"""Every column that a rotation writes anew."""
