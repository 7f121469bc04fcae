"""`mockauth`: the commands, and what an error means for the exit code.

Nothing heavy is imported here: `mockauth --help` must be as quick as click itself.
"""

from __future__ import annotations

import os
import sys

import click

from mockauth import __version__
from mockauth.cli.check import check
from mockauth.cli.check_client import check_client
from mockauth.cli.checks import checks
from mockauth.cli.demo import demo
from mockauth.cli.lint import lint
from mockauth.cli.serve import serve
from mockauth.errors import OurFault


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mockauth")
def commands() -> None:
    """Tells you, before any user does, whether ChatGPT can sign in to your service."""


for command in (check, check_client, lint, demo, serve, checks):
    commands.add_command(command)


def main() -> None:
    """Run mockauth and exit: 0 clean, 1 findings, 2 wrong use, 3 nothing judged, 130 stopped."""
    try:
        # Outside its standalone mode click returns the code of an Exit instead of raising it.
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except OurFault as wrong:
        click.echo(f"mockauth: {wrong}", err=True)
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
