"""What `--login` means: the ways to sign in, the user's own function, the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockauth.errors import NothingJudged, UsageError
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from mockauth.browser.by_function import Function
    from mockauth.engine.target.logins import Logins

MARK = "MOCKAUTH_AUTHORIZE_URL: "
"""What programs look for in the line that a person's browser is to open."""
MOST_ASKED = 3
INSTEAD = (
    "--login form with --username and --password, --login browser for pages that need script, or "
    "--login MODULE:FUNC with a function of your own"
)


def logins_of(value: str, screenshots: Path | None) -> Logins:
    """How the users sign in.

    Raises:
        UsageError: the value is unknown, or names no function, or needs what is not installed.
        NothingJudged: a person is to sign in, and there is no terminal.
    """
    from mockauth.engine.target.logins import WAYS, Logins, require, unknown

    if value == "manual":
        return Logins(way=value, ask=_person())
    if value in WAYS:
        require(value)
        return Logins(way=value, screenshots=screenshots)
    if ":" not in value:
        raise UsageError(unknown(value))
    return Logins(way="function", function=function_at(value))


def function_at(value: str) -> Function:
    """The function that MODULE:FUNC names, looked for in the current folder, too.

    Raises:
        UsageError: there is none.
    """
    module, _, name = value.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as missing:
        raise UsageError(f"--login {value}: {missing}") from missing
    finally:
        sys.path.pop(0)
    if not callable(found):
        raise UsageError(f"--login {value}: {module} has no function {name!r}")
    function: Function = found
    return function


def _person() -> Callable[[str], str]:
    if not sys.stdin.isatty():
        raise NothingJudged(
            f"--login manual waits for you to paste an address, and there is no terminal; use {INSTEAD}"
        )
    return ask_person


def ask_person(url: str) -> str:
    """Show the authorization request, and read the address that the person's browser ended at.

    Raises:
        NothingJudged: nothing usable was pasted.
    """
    click.echo(
        "Waiting for you. Open this address, sign in and consent. Your browser ends at ChatGPT's "
        "callback, which will show an error; paste the whole address from its address bar here.",
        err=True,
    )
    click.echo(f"{MARK}{one_line(url)}", err=True)
    for _ in range(MOST_ASKED):
        click.echo("Waiting for you, the final address: ", err=True, nl=False)
        pasted = sys.stdin.readline()
        if not pasted:
            break
        if pasted.strip().startswith(("http://", "https://")):
            return pasted.strip()
        click.echo("That is no address; it begins with https://", err=True)
    raise NothingJudged(f"nobody pasted an address; else use {INSTEAD}")
