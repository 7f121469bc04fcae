"""Where the runs of an installation are kept: under way, finished, interrupted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mockauth.clock import Clock
from mockauth.store.run import Run, RunSummary
from mockauth.store.store import Store

UNFINISHED = -1
"""The exit code of a run that has none yet."""
MOST = 100
"""Runs that are kept of one installation; the oldest makes way."""
STALE = 20.0
"""Seconds without a sign of life after which a run counts as interrupted."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is. `at` is when that was written, in seconds since the epoch."""

    judged: int = 0
    total: int = 0
    bad: int = 0
    """Checks that failed so far."""
    step: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class RunShelf:
    """The kept runs of each installation, by the plugin's id."""

    store: Store
    clock: Clock

    def start(self, plugin_id: str, target: str) -> RunSummary | None:
        """Keep a run that starts; None where the plugin is gone."""
        row = self._row(plugin_id)
        if row is None:
            return None
        for old in self.store.runs(row, most=MOST + 50)[MOST - 1 :]:
            self.store.remove_run(old.id)
        now = self.clock.now()
        started = RunSummary(
            installation=row,
            target=target,
            started=now,
            duration_ms=0,
            exit_code=UNFINISHED,
            counts={},
        )
        self.store.add_run(Run(summary=started, report=_written(Progress(at=now))))
        return started

    def show_progress(self, run: RunSummary, progress: Progress) -> None:
        """Give a sign of life."""
        written = _written(replace(progress, at=self.clock.now()))
        self.store.update_run(Run(summary=run, report=written))

    def finish(self, run: RunSummary, exit_code: int, profile: str, report: str) -> None:
        """Keep what came of it. The report is JSON, masked."""
        took = round((self.clock.now() - run.started) * 1000)
        counts: Mapping[str, int] = json.loads(report).get("summary", {})
        done = replace(run, exit_code=exit_code, profile=profile, duration_ms=took, counts=counts)
        self.store.update_run(Run(summary=done, report=report))

    def listed(self, plugin_id: str) -> Sequence[RunSummary]:
        """The runs of a plugin, the latest first."""
        row = self._row(plugin_id)
        return self.store.runs(row, most=MOST) if row is not None else ()

    def one(self, plugin_id: str, run: str) -> Run | None:
        """A run of this plugin."""
        found, row = self.store.run(run), self._row(plugin_id)
        return found if found is not None and found.summary.installation == row else None

    def before(self, plugin_id: str, run: RunSummary) -> RunSummary | None:
        """The finished run before this one that can be compared with it."""
        earlier = (
            one
            for one in self.listed(plugin_id)
            if one.started < run.started and one.exit_code != UNFINISHED and one.is_like(run)
        )
        return next(earlier, None)

    def progress(self, run: Run) -> Progress:
        """How far an unfinished run was at its last sign of life."""
        members: dict[str, Any] = json.loads(run.report).get("progress", {})
        return Progress(**members)

    def is_interrupted(self, run: Run) -> bool:
        """Whether nobody works at it any more: what made it was stopped."""
        unfinished = run.summary.exit_code == UNFINISHED
        return unfinished and self.clock.now() - self.progress(run).at > STALE

    def under_way(self, plugin_id: str) -> str:
        """The id of a run that somebody works at, be it another process; "" for none."""
        latest = next(iter(self.listed(plugin_id)), None)
        if latest is None or latest.exit_code != UNFINISHED:
            return ""
        kept = self.store.run(latest.id)
        return latest.id if kept is not None and not self.is_interrupted(kept) else ""

    def _row(self, plugin_id: str) -> str | None:
        kept = next(iter(self.store.installations_of(plugin_id)), None)
        return kept.id if kept is not None else None


def _written(progress: Progress) -> str:
    return json.dumps({"checks": [], "progress": asdict(progress)})
