"""Each slip with what was expected and how it is fixed, for who reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockauth.engine.slip import Slip
from mockauth.report.slips.message import shown
from mockauth.wire.words import Words, cut, own, say


def render(slips: Sequence[Slip]) -> str:
    """The text."""
    return "".join(f"{shown(line)}\n" for slip in slips for line in _lines(slip))


def _lines(slip: Slip) -> Iterator[Words]:
    place = say("{}:{}:{}", cut(slip.file), slip.line, slip.column)
    pointer = say(" {}:", slip.pointer) if slip.pointer else Words()
    head = say("{}:{} {} {}", place, pointer, own(slip.state), own(slip.rule.id))
    if not slip.expected:
        yield say("{}: {}", head, slip.actual)
    else:
        yield head
        yield say("    expected {}; found {}", slip.expected, slip.actual)
    if slip.waived_because:
        yield say("    waived: {}", slip.waived_because)
    elif slip.fix:
        yield say("    fix: {}", slip.fix)
