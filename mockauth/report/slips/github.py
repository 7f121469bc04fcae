"""Slips as commands of GitHub Actions, which shows them beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mockauth.engine.result.result import State
from mockauth.engine.slip import Slip
from mockauth.report.slips.message import message
from mockauth.wire.one_line import one_line

COMMANDS: Mapping[State, str] = MappingProxyType(
    {"fail": "error", "error": "error", "warn": "warning", "blocked": "warning"}
)
"""All else is a notice."""
IN_TEXT = MappingProxyType(str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"}))
IN_PROPERTY = MappingProxyType({**IN_TEXT, ord(":"): "%3A", ord(","): "%2C"})


def render(slips: Sequence[Slip]) -> str:
    """One command for each."""
    return "".join(f"{_command(slip)}\n" for slip in slips)


def _command(slip: Slip) -> str:
    kind = COMMANDS.get(slip.state, "notice")
    file, title = _property(slip.file), _property(slip.rule.id)
    place = f"file={file},line={slip.line},col={slip.column},title={title}"
    return f"::{kind} {place}::{message(slip).translate(IN_TEXT)}"


def _property(text: str) -> str:
    return one_line(text).translate(IN_PROPERTY)
