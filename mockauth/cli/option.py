"""An option with its environment variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


SLOW_SECONDS = 60.0
"""What `--slow` allows a check to wait where it says no number."""


class Patience(click.ParamType[float]):
    """Seconds; true, as a settings file may say, is `SLOW_SECONDS`, and false is none."""

    name = "[SECONDS]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds, 0 for none."""
        word = str(value).strip().lower()
        if word in ("true", "yes", "on", "false", "no", "off"):
            return SLOW_SECONDS if word in ("true", "yes", "on") else 0.0
        seconds = _number(word)
        if seconds is None:
            self.fail("expected a number of seconds, such as --slow 60", param, ctx)
        return seconds


def _number(word: str) -> float | None:
    try:
        seconds = float(word)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


class SlowCommand(click.Command):
    """A command whose `--slow` may stand alone, before the target, too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, once a bare `--slow` has its number."""
        following = [*args, ""][1:]
        bare = f"--slow={SLOW_SECONDS:g}"
        spelled = [
            bare if word == "--slow" and _number(after) is None else word
            for word, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, spelled)


def separated(values: Iterable[str]) -> tuple[str, ...]:
    """The words of an option that may come several times, each time with commas between them."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def option(name: str, *renamed: str, prefix: str = "MOCKAUTH", **more: Any) -> Callable[[Any], Any]:
    """`click.option`, read from MOCKAUTH_… (`prefix`_…) too, which --help names. One that may come
    several times takes words with blanks between."""
    word = name.partition("/")[0].lstrip("-").upper().replace("-", "_")
    return click.option(name, *renamed, envvar=f"{prefix}_{word}", show_envvar=True, **more)
