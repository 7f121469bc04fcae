"""`mockauth check --targets`: many services, a report for each, and one summary of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mockauth.cli.crew import Crew
from mockauth.cli.one_target import Job
from mockauth.cli.output import report_targets
from mockauth.cli.settings import settings_source
from mockauth.cli.settings_digest import named_in, of_all, settings_digest, texts
from mockauth.cli.signals import stoppable
from mockauth.cli.targets import OF_ONE, OF_THE_LIST, ListedTarget, read_targets
from mockauth.cli.writing import take_away, write_whole
from mockauth.engine.interruption import Interruption
from mockauth.errors import UsageError
from mockauth.report.formats.document import read_document
from mockauth.report.many import Row, State, exit_code, row_of, sentence, table
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from mockauth.report.formats.document import Document


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for. `given` are the options that the command line gives for all targets."""

    entries: tuple[ListedTarget, ...]
    given: Mapping[str, Any]
    environment: Mapping[str, str]
    """The variables that hold for all targets."""
    file: str
    """The settings file of the command, "" where there is none."""
    named: tuple[str, ...]
    """What may be files among the options that hold for all, wherever they were given."""
    folder: Path
    jobs: int
    again: bool

    def report(self, entry: ListedTarget) -> Path:
        """Where the report of a target is."""
        return self.folder / f"{entry.name}.json"

    def settings(self, entry: ListedTarget) -> str:
        """The digest of the settings of a target."""
        own = str(entry.options.get("config", ""))
        files = (own or self.file, *self.named, *named_in(own))
        return settings_digest(entry, self.given, self.environment, files)


def check_many(context: click.Context, values: Mapping[str, Any]) -> int:
    """Check the targets of a list, and return the exit code.

    Raises:
        UsageError: the list, an option or the folder cannot be used; nothing was sent.
    """
    asked = report_targets(values["reports"])
    wrong = [kind for kind, _ in asked if kind != "junit"]
    if wrong:
        raise UsageError(
            f"--report {wrong[0]}: of many targets there is junit=PATH; "
            f"mockauth report {values['folder']}/NAME.json --to {wrong[0]}=PATH makes that of one"
        )
    given = _given(context, values)
    plan = Plan(
        entries=read_targets(values["targets"], context.command),
        given=given,
        environment=of_all(context.command, os.environ),
        file=settings_source(),
        named=tuple(texts(v for k, v in values.items() if k not in (*OF_ONE, *OF_THE_LIST))),
        folder=values["folder"],
        jobs=values["jobs"],
        again=values["again"],
    )
    _make(plan.folder)
    stop = Interruption()
    with stoppable(stop):
        rows = _rows(plan, stop, quiet=values["quiet"])
    _print(rows, plan, asked, verbose=values["verbose"], quiet=values["quiet"])
    for _, path in asked:
        _write_junit(plan, rows, path)
    return 128 + stop.signal if stop.signal else exit_code(rows)


def _given(context: click.Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """The options that the command line gives, for all targets.

    Raises:
        UsageError: one of them belongs to a single target.
    """
    told = ParameterSource.COMMANDLINE
    named = [str(one.name) for one in context.command.params if isinstance(one, click.Option)]
    given = [name for name in named if context.get_parameter_source(name) is told]
    for name in given:
        if name == "write_baseline":
            raise UsageError("--write-baseline belongs to one target; check it alone, as TARGET")
        if name in OF_ONE:
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag} belongs to one target; with --targets it stands in its entry")
    known = {**values, "config": settings_source()}
    return {name: known[name] for name in given if name not in OF_THE_LIST}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise UsageError(f"--folder {folder}: {wrong.strerror or type(wrong).__name__}") from wrong


def _rows(plan: Plan, stop: Interruption, *, quiet: bool) -> list[Row]:
    """What came of each target, in the order of the list."""
    rows = {entry.name: row for entry in plan.entries if (row := _kept(plan, entry))}
    jobs: list[tuple[ListedTarget, Job]] = []
    for entry in plan.entries:
        if entry.name not in rows:
            try:
                jobs.append((entry, _job(plan, entry)))
            except UsageError as wrong:
                kept = take_away(plan.report(entry))  # of other settings, or not judged
                rows[entry.name] = _unjudged(entry, "; ".join(filter(None, (*wrong.lines, kept))))
    for row in _checked(plan, jobs, stop):
        rows[row.name] = row
        if not quiet:
            _progress(len(rows), len(plan.entries), row)
    left = (entry for entry in plan.entries if entry.name not in rows)
    rows.update({entry.name: _unjudged(entry, stop.words) for entry in left})
    return [rows[entry.name] for entry in plan.entries]


def _checked(
    plan: Plan, jobs: Sequence[tuple[ListedTarget, Job]], stop: Interruption
) -> Iterator[Row]:
    crew = Crew(plan.jobs, stop)
    for done in crew.run([(entry.place, job) for entry, job in jobs]):
        entry, job = jobs[done.number]
        document = None if done.why else _document(job.report)
        if document is None:
            yield _unjudged(entry, done.why or "its process ended before the run did")
        else:
            yield row_of(entry.name, document)


def _job(plan: Plan, entry: ListedTarget) -> Job:
    return Job(
        target=entry.target,
        keywords={**entry.keywords(os.environ), **plan.given},
        settings=plan.settings(entry),
        report=plan.report(entry).absolute(),
        folder=str(Path.cwd()),
        environment=dict(os.environ),
    )


def _kept(plan: Plan, entry: ListedTarget) -> Row | None:
    """The row of a target that was judged with these settings before."""
    document = None if plan.again else _document(plan.report(entry))
    if document is None or document.get("settings") != plan.settings(entry):
        return None
    found = row_of(entry.name, document, kept=True)
    return found if found.state is not State.UNJUDGED else None


def _document(path: Path) -> Document | None:
    """The report there, None where there is no whole one."""
    try:
        return read_document(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, UsageError):
        return None


def _unjudged(entry: ListedTarget, why: str) -> Row:
    return Row(name=entry.name, state=State.UNJUDGED, text=why)


def _progress(done: int, all_of_them: int, row: Row) -> None:
    if sys.stderr.isatty():
        click.echo(f"{done}/{all_of_them} {row.name}: {row.state.word}", err=True)


def _print(
    rows: Sequence[Row], plan: Plan, asked: Sequence[tuple[str, str]], *, verbose: int, quiet: bool
) -> None:
    to_stderr = any(path == "-" for _, path in asked)
    for text, style in () if quiet else table(rows, verbose=verbose):
        click.secho(text, err=to_stderr, fg=style or None)
    told = sentence(rows, str(plan.folder))
    click.secho(told, err=to_stderr, bold=True, fg="red" if exit_code(rows) else "green")


def _write_junit(plan: Plan, rows: Sequence[Row], path: str) -> None:
    from mockauth.report.formats.junit import render_many  # only this needs XML

    reports = {entry.name: plan.report(entry) for entry in plan.entries}
    judged = ((row, _document(reports[row.name])) for row in rows)
    text = render_many(
        (row.name, row.text, None if row.state is State.UNJUDGED else document)
        for row, document in judged
    )
    try:
        click.echo(text, nl=False) if path == "-" else write_whole(Path(path), text)
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        click.echo(f"mockauth: --report junit={one_line(path)} was not written: {why}", err=True)
