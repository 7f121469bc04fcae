"""`mockauth`: the commands, and what an error means for the exit code.

Nothing heavy is imported here: `mockauth --help` must be as quick as click itself.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from mockauth import __version__
from mockauth.errors import OurFault

COMMANDS = (
    "check", "check-client", "lint", "report", "diff", "replay", "demo", "serve", "chatgpt", "checks",
    "keys",
)  # fmt: skip
"""Each in the module of its name."""


class Commands(click.Group):
    """Imports the command that is asked for, and no other: `serve` answers 15 ms earlier."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of --help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(import_module(f"mockauth.cli.{name}"), name)
        return found


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="mockauth")
def commands() -> None:
    """Tells you, before any user does, whether ChatGPT can sign in to your service."""


def main() -> None:
    """Run mockauth and exit: 0 clean, 1 findings, 2 wrong use, 3 nothing judged, 130 or 143 stopped."""
    _open_streams()
    try:
        # Outside its standalone mode click returns the code of an Exit instead of raising it.
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as wrong:
        click.echo(wrong.format_message())  # the help, which quotes nobody
        sys.exit(2)
    except click.ClickException as wrong:
        _tell(f"Error: {wrong.format_message()}")
        if isinstance(wrong, click.UsageError) and wrong.ctx is not None:
            _tell(f"{wrong.ctx.command_path} --help lists the options.")
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # SIGPIPE: the reader has closed the output; Python would print one more error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OurFault as wrong:
        first, *rest = wrong.lines or ("",)
        _tell(f"mockauth: {first}", *rest)
        sys.exit(wrong.exit_code)
    except Exception as crash:  # the last line of defence: one sentence, never a traceback
        if os.environ.get("MOCKAUTH_DEBUG"):
            raise
        kind = type(crash).__name__
        click.echo(
            f"mockauth itself failed ({kind}); MOCKAUTH_DEBUG=1 shows where. Please report it.",
            err=True,
        )
        sys.exit(1)


def _open_streams() -> None:
    """Give a stream that the caller has closed (`2>&-`) somewhere to go: no run is lost for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end


def _tell(*lines: str) -> None:
    """Print sentences that may quote what others wrote: a document, a file, the command line."""
    from mockauth.wire.one_line import one_line

    for line in lines:
        click.echo(one_line(line), err=True)
