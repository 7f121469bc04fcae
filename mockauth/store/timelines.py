"""Timelines: record, and read on from a number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from mockauth.store.kept import Kept
from mockauth.store.tables import EntryRow, InstallationRow
from mockauth.store.timeline import Entry

PAGE = 500
MOST = 5000
"""Entries that are kept of one installation; the oldest make way, `SWEEP` at once."""
SWEEP = 100


class Timelines(Kept):
    """The verbs about timelines."""

    def record(self, installation: str, lines: Sequence[str], *, flow: str = "") -> int:
        """Add lines (JSON, masked) to the timeline and return the number of the last one; 0 when
        the plugin is not installed any more.

        Only one transaction at a time counts up an installation's number, so entries become visible
        in their order: who reads on from a number misses none.
        """
        if not lines:
            return 0
        now = self._clock.now()
        count = (
            update(InstallationRow)
            .where(InstallationRow.id == installation)
            .values(entries=InstallationRow.entries + len(lines))
            .returning(InstallationRow.entries)
        )
        with self._database.writing() as session:
            last = session.scalars(count).one_or_none()
            if last is None:
                return 0
            rows = [
                {
                    "installation": installation,
                    "number": number,
                    "at": now,
                    "flow": flow,
                    "line": line,
                }
                for number, line in enumerate(lines, last - len(lines) + 1)
            ]
            session.execute(insert(EntryRow), rows)
            if last // SWEEP != (last - len(lines)) // SWEEP:
                session.execute(
                    delete(EntryRow).where(
                        EntryRow.installation == installation, EntryRow.number <= last - MOST
                    )
                )
        return last

    def last_entry(self, installation: str) -> int:
        """The number of the last entry; 0 where there is none."""
        wanted = select(InstallationRow.entries).where(InstallationRow.id == installation)
        with self._database.reading() as session:
            return session.scalars(wanted).one_or_none() or 0

    def timeline(self, installation: str, *, after: int = 0, most: int = PAGE) -> tuple[Entry, ...]:
        """The entries with a number above `after`, in their order."""
        wanted = (
            select(EntryRow)
            .where(EntryRow.installation == installation, EntryRow.number > after)
            .order_by(EntryRow.number)
            .limit(most)
        )
        with self._database.reading() as session:
            return tuple(_value(row) for row in session.scalars(wanted))

    def clear_timeline(self, installation: str) -> None:
        """Forget the entries. The numbers go on, so that who reads on from one misses none."""
        with self._database.writing() as session:
            session.execute(delete(EntryRow).where(EntryRow.installation == installation))


def _value(row: EntryRow) -> Entry:
    return Entry(
        installation=row.installation,
        number=row.number,
        at=row.at,
        flow=row.flow,
        line=row.line,
    )
