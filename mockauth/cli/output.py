"""Running a stream of events to its end, and writing the reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.engine.events import Event
    from mockauth.engine.result.baseline import Baseline
    from mockauth.engine.result.gate import Gate
    from mockauth.engine.result.result import Run

FORMATS = ("json",)
PLANNED = ("junit", "sarif", "html", "markdown", "har")


def report_targets(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """`FORMAT=PATH` options as pairs.

    Raises:
        UsageError: for another shape or a format that does not exist.
    """
    pairs = []
    for value in values:
        kind, equals, path = value.partition("=")
        if not equals or not path:
            raise UsageError(f"--report {value}: write FORMAT=PATH, such as json=report.json")
        if kind in PLANNED:
            raise UsageError(f"--report {kind}: not in this release, which writes json")
        if kind not in FORMATS:
            raise UsageError(f"--report {kind}: unknown format; this release writes json")
        pairs.append((kind, path))
    return pairs


def finish(
    events: Iterator[Event],
    reports: list[tuple[str, str]],
    *,
    fail_on: Literal["must", "should", "never"] = "must",
    strict: bool = False,
    verbose: bool = False,
    quiet: bool = False,
    baseline: Baseline | None = None,
    write_baseline: Path | None = None,
) -> int:
    """Consume a run, write its reports, and return the exit code.

    `write_baseline` is written with what is broken now. The exit code does not change by it: a job
    that writes its baseline anew each time must not be green for ever.
    """
    # The engine brings requests and rich with it, which --help must not.
    from mockauth.engine.events import RunFinished
    from mockauth.engine.result.gate import gate
    from mockauth.report import json_report, terminal
    from mockauth.report.progress import Progress

    progress = Progress(sys.stderr, quiet=quiet)
    run = None
    for event in events:
        progress.show(event)
        if isinstance(event, RunFinished):
            run = event.run
    progress.end()
    assert run is not None  # noqa: S101 - a run ends with RunFinished, or raises
    decided = gate(run, fail_on=fail_on, strict=strict)
    for _, path in reports:
        text = json_report.render(run, decided)
        if path == "-":
            click.echo(text, nl=False)
        else:
            try:
                Path(path).write_text(text, "utf-8")
            except OSError as wrong:
                raise UsageError(f"--report json={path}: {wrong.strerror}") from wrong
    # With JSON on standard output, what people read goes to standard error.
    stream = sys.stderr if any(path == "-" for _, path in reports) else sys.stdout
    if write_baseline:
        _write_baseline(write_baseline, run, decided, baseline)
    terminal.write(run, decided, stream, verbose=verbose, quiet=quiet)
    return decided.exit_code


def _write_baseline(path: Path, run: Run, decided: Gate, before: Baseline | None) -> None:
    from mockauth.engine.result.baseline import Baseline, render, written

    if decided.exit_code == 3:
        click.echo(f"mockauth: {path} was not written: nothing could be judged", err=True)
        return
    known = written(run, before or Baseline())
    try:
        path.write_text(render(known, path), "utf-8")
    except OSError as wrong:
        raise UsageError(f"--write-baseline {path}: {wrong.strerror}") from wrong
    click.echo(
        f"mockauth: {path} lists {len(known.states)} checks that may stay broken; "
        f"check with --baseline {path}",
        err=True,
    )
