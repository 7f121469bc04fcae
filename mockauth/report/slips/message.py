"""The words of one slip, on one line."""

from __future__ import annotations

from mockauth.engine.result.result import State
from mockauth.engine.slip import Slip
from mockauth.wire.secret import Secrets
from mockauth.wire.words import Words, render, say

MARKS: dict[State, str] = {
    "warn": " (warning)",
    "info": " (note)",
    "waived": " (waived)",
    "error": " (a defect of mockauth)",
}
"""What stands behind the message of all that is no failure."""


def message(slip: Slip) -> str:
    """What is wrong, in one line."""
    return shown(_words(slip))


def shown(words: Words) -> str:
    """Words as they may be shown. A file offline has no secret that is known as one."""
    return render(words, Secrets())


def _words(slip: Slip) -> Words:
    if slip.state == "blocked":
        return say("not judged: {}", slip.actual)
    found = (
        say("expected {}; found {}", slip.expected, slip.actual) if slip.expected else slip.actual
    )
    return found if not slip.pointer else say("{}: {}", slip.pointer, found)
