"""Running a stream of events to its end, and writing the reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mockauth.cli.signals import stoppable
from mockauth.cli.writing import write_whole
from mockauth.errors import NothingJudged, OurFault, UsageError
from mockauth.report.formats.written import FORMATS, written
from mockauth.wire.one_line import one_line
from mockauth.wire.words import amount

if TYPE_CHECKING:
    from mockauth.engine.events import Event
    from mockauth.engine.interruption import Interruption
    from mockauth.engine.result.baseline import Baseline
    from mockauth.engine.result.gate import Gate
    from mockauth.engine.result.result import Run
    from mockauth.report.formats.document import Document
    from mockauth.wire.secret import Secrets


STDERR = "&2"
"""In place of a path: GitHub takes commands from there, too, and what goes to a file stays whole."""
SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names a file that other commands of the step write to, as well."""


def report_targets(values: tuple[str, ...], option: str = "--report") -> list[tuple[str, str]]:
    """The `FORMAT=PATH` values of an option as pairs.

    Raises:
        UsageError: for another shape or a format that does not exist.
    """
    pairs = []
    for value in values:
        kind, equals, path = value.partition("=")
        if not equals or not path:
            raise UsageError(f"{option} {value}: write FORMAT=PATH, such as html=report.html")
        if kind not in FORMATS:
            raise UsageError(f"{option} {kind}: unknown format; known are {', '.join(FORMATS)}")
        pairs.append((kind, path))
    if sum(path == "-" for _, path in pairs) > 1:
        raise UsageError(f"{option}: only one report can go to standard output")
    return pairs


def for_github(reports: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The reports, and in a step of GitHub Actions what it shows by itself: annotations, and the
    summary of the step; each once."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return reports
    summary = os.environ.get(SUMMARY)
    shown = [] if ("github", "-") in reports else [("github", STDERR)]
    return [*reports, *shown, *([("markdown", summary)] if summary else [])]


def finish(
    events: Iterator[Event],
    reports: list[tuple[str, str]],
    stop: Interruption,
    *,
    fail_on: Literal["must", "should", "never"] = "must",
    strict: bool = False,
    verbose: int = 0,
    quiet: bool = False,
    baseline: Baseline | None = None,
    write_baseline: Path | None = None,
) -> int:
    """Consume a run, show it, then write its files, and return the exit code.

    What cannot be written is said last and changes no exit code. `write_baseline` is written with
    what is broken now; a job that writes its baseline anew each time must not be green for ever,
    so that changes none either. `stop` is what the events look at to end early.

    Raises:
        BrokenPipeError: the reader of the output has closed it (SIGPIPE); the files are written.
    """
    # The engine brings requests and rich with it, which --help must not.
    from mockauth.engine.result.gate import gate
    from mockauth.report import terminal

    with stoppable(stop):
        run = run_of(events, quiet=quiet)
        decided = gate(run, fail_on=fail_on, strict=strict)
        # With a report on standard output, what people read goes to standard error.
        stream = sys.stderr if any(path == "-" for _, path in reports) else sys.stdout
        try:
            terminal.write(run, decided, stream, verbose=verbose, quiet=quiet)
            stream.flush()
        except SystemExit as left:
            # rich turns a broken pipe into its own exit code.
            raise BrokenPipeError from left
        except BrokenPipeError:
            raise
        except OSError as wrong:
            _unwritten("the terminal report", wrong.strerror or type(wrong).__name__)
        finally:
            write_reports(reports, cache(partial(_document, run, decided)), run.secrets)
            if write_baseline:
                _write_baseline(write_baseline, run, decided, baseline)
    return 128 + stop.signal if stop.signal else decided.exit_code


def run_of(events: Iterator[Event], *, quiet: bool) -> Run:
    """The run at the end of its events; progress is shown on a terminal."""
    from mockauth.engine.events import finished
    from mockauth.report.progress import Progress

    progress = Progress(sys.stderr, quiet=quiet)
    run = finished(map(progress.show, events))
    progress.end()
    return run


def write_reports(
    reports: Sequence[tuple[str, str]],
    document: Callable[[], Document],
    secrets: Secrets,
    option: str = "--report",
) -> bool:
    """Write each report, none before all were searched for secrets; False where one was not written.

    Raises:
        BrokenPipeError: the reader of the output has closed it (SIGPIPE).
    """
    asked = [(f"{option} {kind}={path}", kind, path) for kind, path in dict.fromkeys(reports)]
    made = [(name, path, _rendered(name, kind, document, secrets)) for name, kind, path in asked]
    done = [_written(name, path, text) for name, path, text in made if text is not None]
    return len(done) == len(made) and all(done)


def _document(run: Run, decided: Gate) -> Document:
    from mockauth.report import json_report

    return json_report.members(run, decided)


def _rendered(
    option: str, kind: str, document: Callable[[], Document], secrets: Secrets
) -> str | None:
    try:
        text = written(kind, document())
        left = secrets.left_in(text)
    except OurFault as wrong:
        _unwritten(option, str(wrong))
        return None
    except Exception as crash:  # nothing that a plugin sends may take the findings away
        _unwritten(option, f"mockauth itself failed ({type(crash).__name__})")
        return None
    if left:
        _unwritten(option, f"it would show {left}; please report this defect of mockauth")
        return None
    return text


def _written(option: str, path: str, text: str) -> bool:
    try:
        if path in ("-", STDERR):
            click.echo(text, nl=False, err=path == STDERR)
        elif path == os.environ.get(SUMMARY):
            with open(path, "a", encoding="utf-8") as summary:
                summary.write(text + "\n")
        else:
            write_whole(Path(path), text)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        _unwritten(option, wrong.strerror or type(wrong).__name__)
        return False
    return True


def _unwritten(option: str, why: str) -> None:
    click.echo(f"mockauth: {one_line(option)} was not written: {one_line(why)}", err=True)


def _write_baseline(path: Path, run: Run, decided: Gate, before: Baseline | None) -> None:
    from mockauth.engine.result.baseline import Baseline, render, written

    option = f"--write-baseline {path}"
    if run.signal:
        _unwritten(option, run.stopped)
        return
    if decided.exit_code == NothingJudged.exit_code:
        _unwritten(option, "nothing could be judged")
        return
    known = written(run, before or Baseline())
    try:
        write_whole(path, render(known, path))
    except OSError as wrong:
        _unwritten(option, wrong.strerror or type(wrong).__name__)
        return
    click.echo(
        f"mockauth: {one_line(str(path))} lists {amount(len(known.states), 'check')} that may stay broken; "
        f"check with --baseline {one_line(str(path))}",
        err=True,
    )
