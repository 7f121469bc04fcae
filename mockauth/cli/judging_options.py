"""The options of every command that judges: what is judged, what fails the run, what is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockauth.cli.option import option

Decorator = Callable[[Any], Any]


def judging_options(command: Any) -> Any:
    """What is judged, and what fails the run. Stands above a function, as `click.option` does."""
    return _all(
        command,
        option(
            "--select",
            multiple=True,
            help="Run only these ids, areas or sources (RFC6749-4.1.2), comma-separated.",
        ),
        option(
            "--ignore", multiple=True, help="Skip these ids, areas or sources, comma-separated."
        ),
        option(
            "--level",
            "levels",
            multiple=True,
            metavar="ID=LEVEL",
            help="Change the level of an id or area, or switch it off.",
        ),
        option(
            "--baseline",
            type=click.Path(path_type=Path),
            default=None,
            help="File that lists known failures; they do not fail the run.",
        ),
        option(
            "--write-baseline",
            type=click.Path(path_type=Path),
            default=None,
            help="Write the current failures to this file, for --baseline.",
        ),
        option(
            "--scenarios",
            multiple=True,
            type=click.Path(path_type=Path),
            help="More scenario files.",
        ),
        option("--fail-on", type=click.Choice(["must", "should", "never"]), default="must"),
    )


def report_option(command: Any) -> Any:
    """Where reports are written."""
    return _all(
        command,
        option(
            "--report",
            "reports",
            multiple=True,
            metavar="FORMAT=PATH",
            help="Write a report (- for stdout); FORMAT is json, junit, sarif, markdown, har, html "
            "or github. May be given several times.",
        ),
    )


def print_options(command: Any) -> Any:
    """How much is printed."""
    return _all(
        command,
        click.option(
            "-v",
            "--verbose",
            count=True,
            help="Print all findings in full; -vv every exchange.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print the verdict only."),
    )


def _all(command: Any, *decorators: Decorator) -> Any:
    """The command with these options, in this order: click adds from the last to the first."""
    for decorate in reversed(decorators):
        command = decorate(command)
    return command
