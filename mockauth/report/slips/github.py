"""Slips as commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from mockauth.engine.slip import Slip
from mockauth.report.formats.github import KINDS, command
from mockauth.report.slips.message import message


def render(slips: Sequence[Slip]) -> str:
    """One command for each."""
    return "".join(f"{_command(slip)}\n" for slip in slips)


def _command(slip: Slip) -> str:
    # What could not be judged stands at a line, too; all else is a notice.
    kind = "warning" if slip.state == "blocked" else KINDS.get(slip.state, "notice")
    place = {"file": slip.file, "line": slip.line, "col": slip.column}
    return command(kind, message(slip), **place, title=slip.rule.id)
