"""Options from `mockauth.toml` or `[tool.mockauth]`: command line > environment > file."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from mockauth.errors import UsageError

SECRETS = (
    "client_secret", "password", "token", "other_client_secret", "other_password", "other_token",
)  # fmt: skip


def load_settings(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Make the `[check]` table of the file the defaults of the command.

    Raises:
        UsageError: when the file cannot be read or has a key that is no option.
    """
    table, source = _table(value)
    known = {p.name: p for p in context.command.params if p.name}
    for key in table:
        if key.replace("-", "_") not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{source}: [check] has no key {key!r}{hint}")
    defaults: dict[str, Any] = {key.replace("-", "_"): v for key, v in table.items()}
    for name in SECRETS:
        if name in defaults:
            click.echo(
                f"mockauth: {source} holds {name}; secrets belong in the environment "
                f"(MOCKAUTH_{name.upper()})",
                err=True,
            )
    context.default_map = {**(context.default_map or {}), **defaults}


def _table(value: str | None) -> tuple[dict[str, Any], str]:
    candidates = [value] if value else ["mockauth.toml", "pyproject.toml"]
    for name in candidates:
        path = Path(name)
        if not path.is_file():
            if value:
                raise UsageError(f"{path}: no such file (--config)")
            continue
        try:
            data = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise UsageError(f"{path}: no TOML: {wrong}") from wrong
        if path.name == "pyproject.toml":
            data = data.get("tool", {}).get("mockauth", {})
        table = data.get("check", {})
        if table:
            return dict(table), str(path)
    return {}, ""
