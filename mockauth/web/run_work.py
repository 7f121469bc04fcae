"""Runs under way: each in a thread of this app, one at a time for each installation."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mockauth.checks.registry import all_checks
from mockauth.engine.check import run_check
from mockauth.engine.events import Event, Judged, RunFinished, StepStarted
from mockauth.engine.http.transport import SocketTransport
from mockauth.engine.installation.dealings import World
from mockauth.engine.interruption import Interruption
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.gate import gate
from mockauth.errors import MockauthError, NothingJudged
from mockauth.report import json_report
from mockauth.scenario.library import load_library
from mockauth.store.run import RunSummary
from mockauth.web.run_shelf import Progress, RunShelf
from mockauth.wire.secret import Secrets
from mockauth.wire.secret_names import secret_name
from mockauth.wire.words import render

MOST = 4
"""Runs at once in one app: each is a thread that sends hundreds of requests."""
PULSE = 5.0
"""Seconds between two signs of life."""
BAD = ("fail", "error")


@dataclass
class Work:
    """One run under way."""

    plugin_id: str
    run: RunSummary
    progress: Progress
    stop: Interruption = field(default_factory=Interruption)
    over: threading.Event = field(default_factory=threading.Event)
    writing: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is written, so that no sign of life comes after the end."""

    @property
    def is_over(self) -> bool:
        """Whether its report is kept."""
        return self.over.is_set()

    def end(self) -> None:
        """Have it end at the next request; what was judged so far becomes the report."""
        # Not `wish`, which raises in the thread that calls it.
        self.stop.signal = signal.SIGINT


class Works:
    """The runs under way in this app."""

    def __init__(self, world: World, shelf: RunShelf) -> None:
        self._world, self._shelf = world, shelf
        self._under_way: dict[str, Work] = {}
        self._lock = threading.Lock()

    def start(self, options: CheckOptions) -> str:
        """Start a run; its id, or that of the one that is under way at the same plugin.

        Raises:
            MockauthError: too many run already, or the plugin is gone.
        """
        plugin_id = options.plugin_id
        with self._lock:
            known = self._at_work(plugin_id) or self._shelf.under_way(plugin_id)
            if known:
                return known
            if len(self._under_way) >= MOST:
                raise MockauthError("too many checks run at once: wait until one is done")
            kept = self._shelf.start(plugin_id, options.target)
            if kept is None:
                raise MockauthError("the plugin was removed")
            work = Work(plugin_id=plugin_id, run=kept, progress=Progress(total=_total()))
            self._under_way[kept.id] = work
        for body in (lambda: self._work(work, options), lambda: self._give_signs(work)):
            threading.Thread(target=body, daemon=True, name="mockauth-run").start()
        return kept.id

    def of(self, plugin_id: str, run: str) -> Work | None:
        """The run of that id, where it is under way here, at that plugin."""
        with self._lock:
            work = self._under_way.get(run)
        return work if work is not None and work.plugin_id == plugin_id else None

    def _at_work(self, plugin_id: str) -> str:
        works = self._under_way.values()
        return next((w.run.id for w in works if w.plugin_id == plugin_id and not w.is_over), "")

    def _work(self, work: Work, options: CheckOptions) -> None:
        transport = self._world.transport()
        try:
            events = run_check(
                options,
                transport=transport,
                resolve=self._world.resolve,
                interruption=work.stop,
            )
            self._follow(work, events)
        except MockauthError as wrong:
            told = " ".join(render(line, _secrets(options)) for line in wrong.lines)
            self._fail(work, told)
        except Exception as crash:  # what a plugin sends must not end a run without a word
            self._fail(work, f"mockauth itself failed ({type(crash).__name__})")
        finally:
            with self._lock:
                del self._under_way[work.run.id]
            work.over.set()
            if isinstance(transport, SocketTransport):
                transport.close()

    def _follow(self, work: Work, events: Iterator[Event]) -> None:
        for event in events:
            work.progress = _onward(work.progress, event)
            if isinstance(event, RunFinished):
                decided = gate(event.run)
                report = json_report.render(event.run, decided)
                self._finish(work, decided.exit_code, event.run.profile.name, report)

    def _fail(self, work: Work, why: str) -> None:
        report = {"checks": [], "summary": {}, "exchanges": [], "notes": [], "verdict": why}
        self._finish(work, NothingJudged.exit_code, "", json.dumps(report))

    def _finish(self, work: Work, exit_code: int, profile: str, report: str) -> None:
        with work.writing:
            self._shelf.finish(work.run, exit_code, profile, report)
            work.over.set()

    def _give_signs(self, work: Work) -> None:
        while not work.over.wait(PULSE):
            with work.writing:
                if not work.is_over:
                    self._shelf.show_progress(work.run, work.progress)


def _onward(progress: Progress, event: Event) -> Progress:
    if isinstance(event, Judged):
        bad = progress.bad + (event.result.state in BAD)
        return replace(progress, judged=progress.judged + 1, bad=bad)
    if isinstance(event, StepStarted):
        return replace(progress, step=render(event.what, Secrets()))
    return progress


def _total() -> int:
    return len(all_checks()) + len(load_library(()).probe_files)


def _secrets(options: CheckOptions) -> Secrets:
    secrets, given = Secrets(), options.given
    for one in (
        given.client_secret,
        given.password,
        given.token,
        given.other_password,
        given.other_client_secret,
        given.other_token,
    ):
        secrets.add(one.reveal(), secret_name(one.label) or one.label)
    return secrets
