"""The command line."""

from mockauth.cli.main import main

__all__ = ["main"]
