"""`mockauth checks`: list what is judged, or explain one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockauth.cli.writing import say_plainly
from mockauth.errors import UsageError
from mockauth.profiles.mcp import REVISIONS, Revision

if TYPE_CHECKING:
    from mockauth.engine.catalogue import Entry

LEVELS = click.Choice(["critical", "must", "should", "info", "must-not"])


@click.command()
@click.argument("check_id", required=False)
@click.option("--area", default="", help="Only this area, such as token.")
@click.option(
    "--profile",
    type=click.Choice(["plugin", "action", "mcp"]),
    default=None,
    help="Only what applies to this profile, with its levels there.",
)
@click.option(
    "--revision",
    type=click.Choice(REVISIONS),
    default=None,
    help="Only what this revision of MCP has, with its levels there; means --profile mcp.",
)
@click.option(
    "--level", type=LEVELS, default=None, help="Only this level, under --profile (else plugin)."
)
@click.option(
    "--source", default="", help="Only what cites this source, such as RFC6749 or RFC6749-5."
)
@click.option("--kind", type=click.Choice(["static", "read", "probe"]), default=None)
@click.option(
    "--scenarios", multiple=True, type=click.Path(path_type=Path), help="More scenario files."
)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text")
def checks(
    check_id: str | None,
    scenarios: tuple[Path, ...],
    form: str,
    revision: Revision | None,
    **only: Any,
) -> None:
    """List the checks, or explain one: requirement, source, why, how it is tested, how to fix it,
    and where its code, its faults and its tests are."""
    # The checks and the scenario files, which --help must not load.
    from mockauth.engine.catalogue import at_revision, catalogue
    from mockauth.engine.places import places_of
    from mockauth.report import reference

    entries = catalogue(scenarios)
    if revision is not None:
        entries = at_revision(entries, revision)
        only["profile"] = _of_mcp(only["profile"], revision)
    if check_id is not None:
        entry = _named(entries, check_id)
        if form == "markdown":
            say_plainly(reference.section(entry).rstrip())
        else:
            say_plainly(reference.explained(entry, places_of(check_id, scenarios)))
        return
    chosen = _filtered(entries, **only)
    if not chosen:
        click.echo("no check matches these filters", err=True)
    elif form == "markdown":
        say_plainly(reference.markdown(chosen).rstrip())
    else:
        say_plainly(reference.listing(chosen, only["profile"] or "plugin"))


def _of_mcp(profile: str | None, revision: str) -> str:
    """The profile that has revisions.

    Raises:
        UsageError: another one was named.
    """
    if profile not in (None, "mcp"):
        raise UsageError(f"--revision {revision} is of MCP, and --profile is {profile}")
    return "mcp"


def _named(entries: tuple[Entry, ...], check_id: str) -> Entry:
    from mockauth.engine.selection import did_you_mean

    known = {entry.rule.id: entry for entry in entries}
    if check_id not in known:
        hint = did_you_mean(check_id, known)
        raise UsageError(f"{check_id}: no such check{hint}; `mockauth checks` lists them")
    return known[check_id]


def _filtered(entries: tuple[Entry, ...], **only: Any) -> tuple[Entry, ...]:
    """The entries that match every filter that is given."""
    _check_area(entries, only["area"])
    _check_source(entries, only["source"])
    return tuple(entry for entry in entries if _matches(entry, **only))


def _check_area(entries: tuple[Entry, ...], area: str) -> None:
    areas = sorted({entry.rule.area for entry in entries})
    if area and area not in areas:
        raise UsageError(f"--area {area}: no such area; there are {', '.join(areas)}")


def _check_source(entries: tuple[Entry, ...], source: str) -> None:
    from mockauth.checks.source import documents
    from mockauth.engine.selection import did_you_mean

    if source and not any(_cites(entry, source) for entry in entries):
        words = {word for entry in entries for ref in entry.rule.refs for word in documents(ref)}
        hint = did_you_mean(source, words)
        raise UsageError(f"--source {source}: no check cites this source{hint}")


def _matches(
    entry: Entry,
    *,
    area: str,
    profile: str | None,
    level: str | None,
    source: str,
    kind: str | None,
) -> bool:
    wishes = (
        not area or entry.rule.area == area,
        not profile or entry.level(profile) is not None,
        not level or entry.level(profile or "plugin") == level,
        not source or _cites(entry, source),
        not kind or entry.rule.kind == kind,
    )
    return all(wishes)


def _cites(entry: Entry, source: str) -> bool:
    from mockauth.checks.source import covers

    return any(covers(source, ref) for ref in entry.rule.refs)
