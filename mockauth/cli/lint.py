"""`mockauth lint`: judge files offline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockauth.cli.option import option, separated
from mockauth.cli.settings import BROKEN, load_lint_settings, waivers
from mockauth.clock import SystemClock
from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.checks.rule import Rule
    from mockauth.engine.lint import FileReport, LintOptions
    from mockauth.engine.slip import Slip

FORMATS = ("concise", "full", "json", "sarif", "github")
STDIN = Path("-")
NAMELESS = Path("<stdin>")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER|-…"
)
@option(
    "--config",
    prefix="MOCKAUTH_LINT",
    callback=load_lint_settings,
    is_eager=True,
    expose_value=False,
    help="Settings file to read (default: mockauth.toml, pyproject.toml).",
)
@option(
    "--format",
    prefix="MOCKAUTH_LINT",
    type=click.Choice(FORMATS),
    default=None,
    help="How findings are written. (default: full in a terminal, else concise)",
)
@option(
    "--stdin-filename",
    prefix="MOCKAUTH_LINT",
    type=click.Path(path_type=Path),
    default=None,
    help="What the text from standard input (-) is called.",
)
@option(
    "--select",
    prefix="MOCKAUTH_LINT",
    multiple=True,
    help="Judge only these ids, areas or sources (OAI-plugin-auth), comma-separated.",
)
@option(
    "--ignore",
    prefix="MOCKAUTH_LINT",
    multiple=True,
    help="Skip these ids, areas or sources, comma-separated.",
)
@option(
    "--level",
    "levels",
    prefix="MOCKAUTH_LINT",
    multiple=True,
    metavar="ID=LEVEL",
    help="Change the level of an id or area, or switch it off.",
)
@option(
    "--fail-on",
    prefix="MOCKAUTH_LINT",
    type=click.Choice(["must", "should", "never"]),
    default="must",
    help="What makes the exit code 1. (default: must)",
)
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
def lint(files: tuple[Path, ...], quiet: bool, **values: Any) -> None:
    """Check manifests, OpenAPI documents, scenario and settings files without a server.

    In a folder they are found by what they hold; what .gitignore names is passed over. With - the
    text comes from standard input.
    """
    # The checks bring the validators with them, which --help must not.
    from mockauth.engine.lint import lint as lint_files
    from mockauth.engine.slip import exit_code, slips

    paths, options = _asked(files, values)
    reports = tuple(lint_files(paths, options))
    found = [slip for report in reports for slip in slips(report)]
    if quiet:
        found = [slip for slip in found if slip.state in ("fail", "error", "blocked")]
    click.echo(_written(values["format"], found), nl=False)
    click.echo(_summary(reports), err=True)
    raise click.exceptions.Exit(exit_code(reports, values["fail_on"]))


def _written(chosen: str | None, found: Sequence[Slip]) -> str:
    name = chosen or ("full" if sys.stdout.isatty() else "concise")
    module = {"json": "as_json"}.get(name, name)
    text: str = import_module(f"mockauth.report.slips.{module}").render(found)
    return text


def _asked(files: tuple[Path, ...], values: dict[str, Any]) -> tuple[list[Path], LintOptions]:
    from mockauth.cli.settings_problems import settings_problems
    from mockauth.engine.lint import LintOptions
    from mockauth.engine.result.exemptions import check_ids, policy_at
    from mockauth.engine.result.profile_options import read_levels
    from mockauth.profiles import PLUGIN

    name = values["stdin_filename"] or NAMELESS
    if values["stdin_filename"] and STDIN not in files:
        raise UsageError("--stdin-filename names the text from standard input; give - as the file")
    paths = [name if path == STDIN else path for path in files]
    broken = click.get_current_context().meta.get(BROKEN)
    policy = policy_at(SystemClock().now(), waivers(), None)
    known = _rules(bool(values["levels"] or policy.waivers))
    check_ids(policy, {rule.id for rule in known})
    return [*paths, *([broken] if broken else [])], LintOptions(
        select=_words("--select", values["select"]),
        ignore=_words("--ignore", values["ignore"]),
        profile=PLUGIN.with_levels(read_levels(values["levels"], known)),
        policy=policy,
        texts={name: sys.stdin.buffer.read()} if STDIN in files else {},
        settings=settings_problems,
    )


def _rules(needed: bool) -> tuple[Rule, ...]:
    """Every rule there is: the settings of a project are those of `check`, too. Reading them takes
    half a second."""
    from mockauth.engine.catalogue import catalogue

    return tuple(entry.rule for entry in catalogue()) if needed else ()


def _words(option: str, given: Sequence[str]) -> tuple[str, ...]:
    from mockauth.engine.lint import static_rules
    from mockauth.engine.selection import names, near

    words = separated(given)
    rules = static_rules()
    for word in words:
        if not any(names(word, rule) for rule in rules):
            raise UsageError(
                f"{option} {word}: no check of files is called that{near(word, rules)}; "
                "`mockauth checks --kind static` lists them"
            )
    return words


def _summary(reports: Sequence[FileReport]) -> str:
    judged = [report for report in reports if report.kind != "other" or report.is_named]
    failed = sum(report.failed for report in judged)
    warned = sum(
        not report.failed and any(r.state == "warn" for r in report.results) for report in judged
    )
    unfinished = sum(bool(report.unfinished) for report in judged)
    parts = [f"{failed} with failures", f"{warned} with warnings only"]
    parts += [f"{unfinished} not judged to the end"] if unfinished else []
    skipped = len(reports) - len(judged)
    parts += [f"{skipped} others passed over"] if skipped else []
    return f"{len(judged)} {'file' if len(judged) == 1 else 'files'}: {', '.join(parts)}"
