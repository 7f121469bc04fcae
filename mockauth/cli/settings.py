"""Options and waivers from `mockauth.toml` or `[tool.mockauth]`: command line > environment > file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from mockauth.engine.result.waiver import Waiver, read_waivers
from mockauth.errors import UsageError
from mockauth.settings import hint, read_settings, settings_file
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from mockauth.browser.override import Override

WAIVERS = "mockauth.waivers"
"""Where the waivers of the file stand in `click.Context.meta`."""
LOGIN = "mockauth.login"
"""Where the table of the login's pages stands there, with the name of the file."""
SOURCE = "mockauth.source"
"""The name of the settings file, "" where there is none."""
BROKEN = "mockauth.broken"
"""Where lint keeps the path of a settings file that it could not use, and so judges."""
SECRETS = (
    "client_secret",
    "password",
    "token",
    "other_client_secret",
    "other_password",
    "other_token",
    "resource_client_secret",
)


def load_settings(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Make the `[check]` table of the file the defaults of the command, and keep its waivers.

    Raises:
        UsageError: when the file cannot be read, or has a key that is no option or a waiver that is
            not complete.
    """
    data, source = read_settings(value)
    context.meta[WAIVERS] = read_waivers(data.get("waiver", []), source)
    context.meta[LOGIN] = data.get("login", {}), source
    context.meta[SOURCE] = value or source
    defaults = defaults_of(context.command, data.get("check", {}), source)
    levels = levels_of(data.get("levels", {}), source)
    if levels:
        defaults["levels"] = [*defaults.get("levels", []), *levels]
    for name in (name for name in SECRETS if name in defaults):
        click.echo(
            f"mockauth: {one_line(source)} holds {name}; secrets belong in the environment "
            f"(MOCKAUTH_{name.upper()})",
            err=True,
        )
    context.default_map = {**(context.default_map or {}), **defaults}


def load_lint_settings(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> None:
    """Make the `[lint]` table the defaults of `lint`, and keep the waivers and levels. A file that
    was not named and cannot be used is judged as a file instead of ending the command.

    Raises:
        UsageError: when a file that was named cannot be used.
    """
    try:
        data, source = read_settings(value)
        context.meta[WAIVERS] = read_waivers(data.get("waiver", []), source)
        defaults = defaults_of(context.command, data.get("lint", {}), source)
        levels = levels_of(data.get("levels", {}), source)
    except UsageError:
        if value:
            raise
        context.meta[WAIVERS] = ()
        context.meta[BROKEN] = settings_file()
        return
    defaults["levels"] = [*defaults.get("levels", []), *levels]
    context.default_map = {**(context.default_map or {}), **defaults}


def defaults_of(command: click.Command, table: Any, source: str) -> dict[str, Any]:
    """The values of the command's table by the names of its options.

    Raises:
        UsageError: for what is no table, and for a key that is no option.
    """
    title = command.name
    if not isinstance(table, dict):
        raise UsageError(f"{source}: {title} must be a table; write [{title}]")
    options = [p for p in command.params if p.name and isinstance(p, click.Option)]
    # A name that Python keeps for itself has a line behind it: map_.
    known = {str(p.name).rstrip("_"): p for p in options}
    defaults: dict[str, Any] = {}
    for key, given in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise UsageError(f"{source}: [{title}] has no key {key!r}{hint(key, known)}")
        # An option that may be given several times takes a list; one string is a list of one.
        listed = known[name].multiple and isinstance(given, str)
        defaults[str(known[name].name)] = [given] if listed else given
    return defaults


def waivers() -> tuple[Waiver, ...]:
    """The waivers of the settings file of the command that runs."""
    found: tuple[Waiver, ...] = click.get_current_context().meta.get(WAIVERS, ())
    return found


def settings_source() -> str:
    """The name of the settings file of the command that runs, "" where there is none."""
    return str(click.get_current_context().meta.get(SOURCE, ""))


def login_pages() -> tuple[Override, ...]:
    """What the settings file of the command that runs says of the pages of the login.

    Raises:
        UsageError: an unknown key, a wrong value, or a variable that the environment lacks.
    """
    # What a page is told brings the words of the wire with it, which --help must not.
    from mockauth.browser.override import read_overrides

    table, source = click.get_current_context().meta.get(LOGIN, ({}, ""))
    return read_overrides(table, source, os.environ)


def levels_of(table: Any, source: str) -> list[str]:
    """The table as values of --level; names and levels are checked with those.

    Raises:
        UsageError: for what is no table of texts.
    """
    if not isinstance(table, dict):
        raise UsageError(f"{source}: levels must be a table; write [levels]")
    for name, level in table.items():
        if not isinstance(level, str):
            raise UsageError(
                f'{source}: [levels] {name} must be a string such as "should"; write an id with its '
                'dot in quotes, "token.form-accepted" = "should"'
            )
    return [f"{name}={level}" for name, level in table.items()]
