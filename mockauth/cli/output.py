"""Running a stream of events to its end, and writing the reports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mockauth.cli.signals import stoppable
from mockauth.cli.writing import write_whole
from mockauth.errors import OurFault, UsageError
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from mockauth.engine.events import Event
    from mockauth.engine.interruption import Interruption
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
    from mockauth.report import json_report, terminal

    with stoppable(stop):
        run = _run_of(events, quiet=quiet)
        decided = gate(run, fail_on=fail_on, strict=strict)
        # With JSON on standard output, what people read goes to standard error.
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
            for _, path in reports:
                _report(path, partial(json_report.render, run, decided))
            if write_baseline:
                _write_baseline(write_baseline, run, decided, baseline)
    return 128 + stop.signal if stop.signal else decided.exit_code


def _run_of(events: Iterator[Event], *, quiet: bool) -> Run:
    from mockauth.engine.events import RunFinished
    from mockauth.report.progress import Progress

    progress = Progress(sys.stderr, quiet=quiet)
    run = None
    for event in events:
        progress.show(event)
        if isinstance(event, RunFinished):
            run = event.run
    progress.end()
    assert run is not None  # noqa: S101 - a run ends with RunFinished, or raises
    return run


def _report(path: str, render: Callable[[], str]) -> None:
    try:
        text = render()
        if path == "-":
            click.echo(text, nl=False)
        else:
            write_whole(Path(path), text)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        _unwritten(f"--report json={path}", wrong.strerror or type(wrong).__name__)
    except OurFault as wrong:
        _unwritten(f"--report json={path}", str(wrong))
    except Exception as crash:  # nothing that a plugin sends may take the findings away
        _unwritten(f"--report json={path}", f"mockauth itself failed ({type(crash).__name__})")


def _unwritten(option: str, why: str) -> None:
    click.echo(f"mockauth: {one_line(option)} was not written: {one_line(why)}", err=True)


def _write_baseline(path: Path, run: Run, decided: Gate, before: Baseline | None) -> None:
    from mockauth.engine.result.baseline import Baseline, render, written

    option = f"--write-baseline {path}"
    if run.signal:
        _unwritten(option, run.stopped)
        return
    if decided.exit_code == 3:
        _unwritten(option, "nothing could be judged")
        return
    known = written(run, before or Baseline())
    try:
        write_whole(path, render(known, path))
    except OSError as wrong:
        _unwritten(option, wrong.strerror or type(wrong).__name__)
        return
    click.echo(
        f"mockauth: {one_line(str(path))} lists {len(known.states)} checks that may stay broken; "
        f"check with --baseline {one_line(str(path))}",
        err=True,
    )
