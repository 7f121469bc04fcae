"""An option with its environment variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from mockauth.wire.url import split


class HostAndPort(click.ParamType[str]):
    """A host, with or without a port."""

    name = "HOST[:PORT]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value, when it can stand between `http://` and the path of a URL."""
        parts = split(f"http://{value}")
        if parts is None or not parts.hostname or parts.netloc != value or parts.username:
            self.fail("expected a host such as login.example.com or localhost:8080", param, ctx)
        return str(value)


def option(name: str, *renamed: str, prefix: str = "MOCKAUTH", **more: Any) -> Callable[[Any], Any]:
    """`click.option`, read from MOCKAUTH_… (`prefix`_…) too, which --help names. One that may come
    several times takes words with blanks between."""
    word = name.partition("/")[0].lstrip("-").upper().replace("-", "_")
    return click.option(name, *renamed, envvar=f"{prefix}_{word}", show_envvar=True, **more)
