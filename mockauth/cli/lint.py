"""`mockauth lint`: judge files offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets
from mockauth.wire.words import Words, cut, own, render, say

if TYPE_CHECKING:
    from mockauth.engine.lint import FileReport


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
def lint(files: tuple[Path, ...], quiet: bool) -> None:
    """Check manifests, OpenAPI documents and scenario files without a server."""
    # The checks bring the validators with them, which --help must not.
    from mockauth.engine.lint import lint as lint_files

    total = failed = warned = cut = 0
    for report in lint_files(files):
        total += 1
        failed += report.failed
        cut += bool(report.unfinished)
        warned += not report.failed and any(r.state == "warn" for r in report.results)
        _print(report, quiet=quiet)
    unfinished = f", {cut} not judged to the end" if cut else ""
    click.echo(f"{total} files: {failed} with failures, {warned} with warnings only{unfinished}")
    raise click.exceptions.Exit(1 if failed else 0)


def _print(report: FileReport, *, quiet: bool) -> None:
    for problem in report.problems:
        click.echo(one_line(str(problem)))
    path = str(report.path)
    for result in report.results:
        shown = ("fail", "error") if quiet else ("fail", "error", "warn", "info")
        if result.state not in shown and result not in report.unfinished:
            continue
        verdict = own(f"{result.state} {result.rule.id}")
        for finding in result.findings:
            place = say("{}: {}", path, finding.at) if finding.at else cut(path)
            _line(say("{}: {}", place, verdict))
            _line(say("    expected {}; found {}", finding.expected, finding.actual))
            _line(say("    fix: {}", finding.fix or result.rule.fix))
        if not result.findings:
            _line(say("{}: {}: {}", path, verdict, result.actual))


def _line(words: Words) -> None:
    # A file offline has no secret that is known as one.
    click.echo(render(words, Secrets()))
