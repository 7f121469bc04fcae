"""`mockauth lint`: judge files offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mockauth.engine.lint import FileReport


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Failures only.")
def lint(files: tuple[Path, ...], quiet: bool) -> None:
    """Judge manifests, OpenAPI documents and scenario files offline."""
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
        click.echo(str(problem))
    for result in report.results:
        shown = ("fail", "error") if quiet else ("fail", "error", "warn", "info")
        if result.state not in shown and result not in report.unfinished:
            continue
        for finding in result.findings:
            place = f"{report.path}: {finding.at}" if finding.at else str(report.path)
            click.echo(f"{place}: {result.state} {result.rule.id}")
            click.echo(f"    expected {finding.expected}; found {finding.actual}")
            click.echo(f"    fix: {finding.fix or result.rule.fix}")
        if not result.findings:
            click.echo(f"{report.path}: {result.state} {result.rule.id}: {result.actual}")
