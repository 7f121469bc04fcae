"""`mockauth report`: a saved run in other formats, without asking anybody."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN.json|-")
@click.option(
    "--to",
    "reports",
    multiple=True,
    required=True,
    metavar="FORMAT=PATH",
    help="Write a report (- for stdout); FORMAT is json, junit, sarif, markdown, har, html or github. "
    "May be given several times.",
)
def report(run: Path, reports: tuple[str, ...]) -> None:
    """Write RUN.json, which `check --report json=RUN.json` has saved, in other formats.

    Nothing is sent. The exit code is 0 whatever the run has found, and 2 where a file was not written.
    """
    from mockauth.cli.output import report_targets, write_reports
    from mockauth.cli.saved import saved_run
    from mockauth.wire.secret import Secrets

    asked = report_targets(reports, "--to")
    document = saved_run(run)
    # A saved run is masked, and holds no secret that could be looked for.
    done = write_reports(asked, lambda: document, Secrets(), "--to")
    raise click.exceptions.Exit(0 if done else 2)
