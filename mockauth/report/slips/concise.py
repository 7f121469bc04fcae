"""One line for each slip, `file:line:column: id message`, as editors and compilers' users read it."""

from __future__ import annotations

from collections.abc import Sequence

from mockauth.engine.slip import Slip
from mockauth.report.slips.message import MARKS, message
from mockauth.wire.one_line import one_line


def render(slips: Sequence[Slip]) -> str:
    """The lines."""
    return "".join(f"{_line(slip)}\n" for slip in slips)


def _line(slip: Slip) -> str:
    place = f"{one_line(slip.file)}:{slip.line}:{slip.column}"
    return f"{place}: {slip.rule.id} {message(slip)}{MARKS.get(slip.state, '')}"
