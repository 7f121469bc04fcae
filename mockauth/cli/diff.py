"""`mockauth diff`: what changed from one saved run to a later one."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD.json")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW.json")
def diff(old: Path, new: Path) -> None:
    """Tell what got worse, what got better, and what is no longer judged, from OLD.json to NEW.json.

    Both are saved by `check --report json=PATH`. Exit code 1: something got worse; 3: nothing did, but
    NEW could judge nothing, or the two cannot be compared.
    """
    from mockauth.cli.saved import saved_run
    from mockauth.cli.writing import say_plainly
    from mockauth.report.change import change_of, told

    change = change_of(saved_run(old), saved_run(new))
    say_plainly(told(change))
    raise click.exceptions.Exit(change.exit_code)
