"""`mockauth lint`: judge files offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets
from mockauth.wire.words import Words, cut, own, render, say

if TYPE_CHECKING:
    from mockauth.checks.finding import Finding
    from mockauth.engine.lint import FileReport


NEITHER = say("neither a manifest, nor an OpenAPI document, nor a scenario file")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
def lint(files: tuple[Path, ...], quiet: bool) -> None:
    """Check manifests, OpenAPI documents and scenario files without a server."""
    # The checks bring the validators with them, which --help must not.
    from mockauth.engine.lint import lint as lint_files

    total = failed = warned = cut = skipped = 0
    for report in lint_files(files):
        if report.kind == "other" and not report.is_named:
            skipped += 1
            if not quiet:
                _line(say("{}: skipped: {}", str(report.path), NEITHER))
            continue
        total += 1
        failed += report.failed
        cut += bool(report.unfinished)
        warned += not report.failed and any(r.state == "warn" for r in report.results)
        _print(report, quiet=quiet)
    unfinished = f", {cut} not judged to the end" if cut else ""
    passed_over = f", {skipped} skipped" if skipped else ""
    click.echo(
        f"{total} {'file' if total == 1 else 'files'}: {failed} with failures, {warned} with warnings only"
        f"{unfinished}{passed_over}"
    )
    raise click.exceptions.Exit(1 if failed else 0)


def _print(report: FileReport, *, quiet: bool) -> None:
    for problem in report.problems:
        click.echo(one_line(str(problem)))
    path = str(report.path)
    if report.kind == "other":
        _line(say("{}: error: {}", path, NEITHER))
    for result in report.results:
        shown = ("fail", "error") if quiet else ("fail", "error", "warn", "info")
        if result.state not in shown and result not in report.unfinished:
            continue
        verdict = own(f"{result.state} {result.rule.id}")
        for finding in result.findings:
            state = "warn" if finding.tolerated and result.state == "fail" else result.state
            if state not in shown:
                continue
            verdict = own(f"{state} {result.rule.id}")
            _line(say("{}: {}", _place(path, finding), verdict))
            _line(say("    expected {}; found {}", finding.expected, finding.actual))
            _line(say("    fix: {}", finding.fix or result.rule.fix))
        if not result.findings:
            _line(say("{}: {}: {}", path, verdict, result.actual))


def _place(path: str, finding: Finding) -> Words:
    """`file:line:column` as far as they are known, and the pointer."""
    from mockauth.engine.result.located import place_of, pointer_of

    place, pointer = place_of(finding) or cut(path), pointer_of(finding)
    return say("{}: {}", place, pointer) if pointer else place


def _line(words: Words) -> None:
    # A file offline has no secret that is known as one.
    click.echo(render(words, Secrets()))
