"""`mockauth replay`: one check of a saved run, made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mockauth.errors import OurFault, UsageError

if TYPE_CHECKING:
    from mockauth.engine.options import CheckOptions
    from mockauth.engine.result.result import Run
    from mockauth.report.formats.document import Document

NOT_HERE = {
    "select": "--select", "ignore": "--ignore", "reports": "--report", "verbose": "-v", "quiet": "-q",
    "write_baseline": "--write-baseline", "github": "--github", "targets": "--targets",
}  # fmt: skip
"""Options of check that a replay decides itself."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--target", default="", help="Another address than that of the saved run.")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN.json|-")
@click.argument("check_id", metavar="ID")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF check]...")
def replay(target: str, run: Path, check_id: str, options: tuple[str, ...]) -> None:
    """Make the check ID of RUN.json again, and tell whether the result is the same.

    The sign-in is made anew, then the check; its messages are listed, each also as a curl command. A
    saved run holds no secret: credentials and all else that check was told come from the
    environment, mockauth.toml, or options of check after ID. The exit code is that of check.
    """
    from mockauth.cli.saved import saved_run
    from mockauth.cli.writing import say_plainly

    saved = saved_run(run)
    _refuse_unknown(saved, check_id)
    text, exit_code = _replayed(saved, check_id, [*options, "--", target or _target(saved)])
    say_plainly(text)
    raise click.exceptions.Exit(exit_code)


def _refuse_unknown(saved: Document, check_id: str) -> None:
    from mockauth.engine.selection import did_you_mean

    if saved.get("role") == "plugin":
        raise UsageError(
            "this is a run of check-client, where your client sends the requests; make it again with "
            f"mockauth check-client --select {check_id}"
        )
    known = [one["id"] for one in saved["checks"]]
    if check_id not in known:
        raise UsageError(f"{check_id} is no part of this run{did_you_mean(check_id, known)}")


def _target(saved: Document) -> str:
    target = str(saved["target"])
    if "‹" in target:
        raise UsageError(f"{target} is masked; give the address with --target before RUN.json")
    return target


def _replayed(saved: Document, check_id: str, words: list[str]) -> tuple[str, int]:
    """What is to be printed, and the exit code."""
    from mockauth.cli.output import run_of
    from mockauth.cli.signals import stoppable
    from mockauth.engine.check import run_check
    from mockauth.engine.interruption import Interruption
    from mockauth.engine.result.gate import gate
    from mockauth.report.json_report import members
    from mockauth.report.replayed import told

    options, gating = _asked(["--profile", saved["profile"], *words])
    wanted = replace(options, select=(check_id, *_sources(saved, check_id)), ignore=())
    stop = Interruption()
    with stoppable(stop):
        whole = run_of(run_check(wanted, interruption=stop), quiet=False)
    run = _only(whole, check_id)
    decided = gate(run, **gating)
    text = told(saved, members(run, decided), check_id)
    if left := run.secrets.left_in(text):
        raise OurFault(f"the replay would show {left}; please report this defect of mockauth")
    return text, decided.exit_code


def _sources(saved: Document, check_id: str) -> list[str]:
    """The probes whose messages the check has judged: it sends none of its own."""
    from mockauth.report.replayed import steps

    found = dict.fromkeys(one["probe"] for one in steps(saved, check_id) if one["probe"])
    return [probe for probe in found if any(one["id"] == probe for one in saved["checks"])]


def _only(run: Run, check_id: str) -> Run:
    """The run without what was made for the sake of this check."""
    results = tuple(result for result in run.results if result.rule.id == check_id)
    policy = tuple(finding for finding in run.policy if finding.id == check_id)
    return replace(run, results=results, policy=policy)


def _asked(words: list[str]) -> tuple[CheckOptions, dict[str, Any]]:
    """The options of a run, and those of its gate."""
    from mockauth.cli.check import check
    from mockauth.cli.check_options import options_of

    group = click.get_current_context().parent
    with check.make_context("check", words, parent=group) as context:
        for name, flag in NOT_HERE.items():
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise UsageError(f"{flag} is no option of replay; use mockauth check")
        values = context.params
        options = options_of(values["target"], values)
    gating = {name: values[name] for name in ("fail_on", "strict")}
    return options, gating
