"""An option with its environment variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def option(name: str, *renamed: str, prefix: str = "MOCKAUTH", **more: Any) -> Callable[[Any], Any]:
    """`click.option`, read from MOCKAUTH_… (`prefix`_…) too, which --help names. One that may come
    several times takes words with blanks between."""
    word = name.partition("/")[0].lstrip("-").upper().replace("-", "_")
    return click.option(name, *renamed, envvar=f"{prefix}_{word}", show_envvar=True, **more)
