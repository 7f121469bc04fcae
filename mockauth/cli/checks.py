"""`mockauth checks`: list what is judged, or explain one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.engine.catalogue import Entry

LEVELS = click.Choice(["critical", "must", "should", "info", "must-not"])


@click.command()
@click.argument("check_id", required=False)
@click.option("--area", default="", help="Only this area, such as token.")
@click.option("--profile", type=click.Choice(["plugin", "action", "mcp"]), default=None,
              help="Only what applies to this profile, with its levels there.")  # fmt: skip
@click.option("--level", type=LEVELS, default=None,
              help="Only this level, under --profile (else plugin).")  # fmt: skip
@click.option(
    "--source", default="", help="Only what cites this source, such as RFC6749 or RFC6749-5."
)
@click.option("--kind", type=click.Choice(["static", "read", "probe"]), default=None)
@click.option("--scenarios", multiple=True, type=click.Path(path_type=Path),
              help="More scenario files.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text")
def checks(check_id: str | None, scenarios: tuple[Path, ...], form: str, **only: Any) -> None:
    """List the checks, or explain one: requirement, source, why, how it is tested, how to fix it,
    and where its code, its faults and its tests are."""
    # The checks and the scenario files, which --help must not load.
    from mockauth.engine.catalogue import catalogue
    from mockauth.engine.places import places_of
    from mockauth.report import reference

    entries = catalogue(scenarios)
    if check_id is not None:
        entry = _named(entries, check_id)
        if form == "markdown":
            _say(reference.section(entry).rstrip())
        else:
            _say(reference.explained(entry, places_of(check_id, scenarios)))
        return
    chosen = _filtered(entries, **only)
    if not chosen:
        click.echo("no check matches these filters", err=True)
    elif form == "markdown":
        _say(reference.markdown(chosen).rstrip())
    else:
        _say(reference.listing(chosen, only["profile"] or "plugin"))


def _named(entries: tuple[Entry, ...], check_id: str) -> Entry:
    from mockauth.engine.selection import did_you_mean

    known = {entry.rule.id: entry for entry in entries}
    if check_id not in known:
        hint = did_you_mean(check_id, known)
        raise UsageError(f"{check_id}: no such check{hint}; `mockauth checks` lists them")
    return known[check_id]


def _filtered(
    entries: tuple[Entry, ...],
    *,
    area: str,
    profile: str | None,
    level: str | None,
    source: str,
    kind: str | None,
) -> tuple[Entry, ...]:
    """The entries that are all of what was asked for; an empty wish is no wish."""
    from mockauth.checks.source import covers, documents
    from mockauth.engine.selection import did_you_mean

    areas = {entry.rule.area for entry in entries}
    if area and area not in areas:
        raise UsageError(f"--area {area}: no such area; there are {', '.join(sorted(areas))}")
    refs = {ref for entry in entries for ref in entry.rule.refs}
    if source and not any(covers(source, ref) for ref in refs):
        hint = did_you_mean(source, {word for ref in refs for word in documents(ref)})
        raise UsageError(f"--source {source}: no check cites this source{hint}")
    return tuple(
        entry
        for entry in entries
        if (not area or entry.rule.area == area)
        and (not profile or entry.level(profile))
        and (not level or entry.level(profile or "plugin") == level)
        and (not source or any(covers(source, ref) for ref in entry.rule.refs))
        and (not kind or entry.rule.kind == kind)
    )


def _say(text: str) -> None:
    """Print `text` in what the terminal can show."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding))
