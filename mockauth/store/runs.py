"""Finished runs: add, list, compare, remove."""

from __future__ import annotations

from sqlalchemy import delete, select, tuple_, update

from mockauth.store.kept import Kept
from mockauth.store.run import Comparison, Run, RunSummary, compared
from mockauth.store.tables import ReportRow, RunRow

PAGE = 50


class Runs(Kept):
    """The verbs about runs."""

    def add_run(self, run: Run) -> None:
        """Keep a run. Its report is masked already."""
        summary = run.summary
        with self._database.writing() as session:
            session.add(
                RunRow(
                    id=summary.id,
                    installation=summary.installation,
                    target=summary.target,
                    started=summary.started,
                    duration_ms=summary.duration_ms,
                    exit_code=summary.exit_code,
                    profile=summary.profile,
                    counts=dict(summary.counts),
                )
            )
            session.flush()
            session.add(ReportRow(run=summary.id, report=run.report))

    def update_run(self, run: Run) -> None:
        """Keep what has become of a run since it was added; nothing where it was removed."""
        summary = run.summary
        row = update(RunRow).where(RunRow.id == summary.id)
        columns = {
            "duration_ms": summary.duration_ms,
            "exit_code": summary.exit_code,
            "profile": summary.profile,
            "counts": dict(summary.counts),
        }
        report = update(ReportRow).where(ReportRow.run == summary.id)
        with self._database.writing() as session:
            session.execute(row.values(**columns))
            session.execute(report.values(report=run.report))

    def run(self, run: str) -> Run | None:
        """The run of this id, with its report."""
        with self._database.reading() as session:
            row = session.get(RunRow, run)
            if row is None:
                return None
            return Run(summary=_summary(row), report=session.get_one(ReportRow, run).report)

    def runs(
        self, installation: str | None = None, *, before: RunSummary | None = None, most: int = PAGE
    ) -> tuple[RunSummary, ...]:
        """A page of the list, the latest first: of one installation, or all; `before` is the last
        run of the page before."""
        wanted = select(RunRow).order_by(RunRow.started.desc(), RunRow.id.desc()).limit(most)
        if installation is not None:
            wanted = wanted.where(RunRow.installation == installation)
        if before is not None:
            place = tuple_(RunRow.started, RunRow.id)
            wanted = wanted.where(place < (before.started, before.id))
        with self._database.reading() as session:
            return tuple(_summary(row) for row in session.scalars(wanted))

    def compare_runs(self, old: str, new: str) -> Comparison | None:
        """What changed between the runs of these ids; None when one is not kept."""
        first, second = self.run(old), self.run(new)
        return compared(first.states, second.states) if first and second else None

    def remove_run(self, run: str) -> None:
        """Forget a run and its report."""
        with self._database.writing() as session:
            session.execute(delete(RunRow).where(RunRow.id == run))


def _summary(row: RunRow) -> RunSummary:
    return RunSummary(
        id=row.id,
        installation=row.installation,
        target=row.target,
        started=row.started,
        duration_ms=row.duration_ms,
        exit_code=row.exit_code,
        profile=row.profile,
        counts=row.counts,
    )
