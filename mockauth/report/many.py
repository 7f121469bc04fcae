"""The summary of many targets: a line for each, and one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from mockauth.errors import NothingJudged
from mockauth.report.formats.document import Document
from mockauth.wire.one_line import one_line

MOST_OK = 40
"""Targets of which those that are well are listed, too."""
WIDEST_NAME = 30


class State(Enum):
    """What came of a target: how its row says it, how the sentence does, and its colour."""

    OK = ("ok", "ok", "green")
    FINDINGS = ("findings", "with findings", "red")
    UNJUDGED = ("not judged", "not judged", "magenta")

    def __init__(self, word: str, counted: str, colour: str) -> None:
        self.word, self.counted, self.colour = word, counted, colour


@dataclass(frozen=True, kw_only=True)
class Row:
    """What came of one target. `text` says why, in one sentence."""

    name: str
    state: State
    text: str
    kept: bool = False
    """The report is of an earlier run."""


def row_of(name: str, document: Document, *, kept: bool = False) -> Row:
    """The row of a target that has a report."""
    code = document["gate"]["exit_code"]
    is_judged = code != NothingJudged.exit_code
    state = State.UNJUDGED if not is_judged else State.FINDINGS if code else State.OK
    return Row(name=name, state=state, text=document["verdict"], kept=kept)


def exit_code(rows: Sequence[Row]) -> int:
    """The worst one: 0 clean, 1 findings, 3 where a target was not judged."""
    states = {row.state for row in rows}
    if State.UNJUDGED in states:
        return NothingJudged.exit_code
    return 1 if State.FINDINGS in states else 0


def table(rows: Sequence[Row], *, verbose: int = 0) -> Iterator[tuple[str, str]]:
    """The lines with their colours. Of many targets those that are well are not listed."""
    hides = len(rows) > MOST_OK and not verbose
    shown = [row for row in rows if not hides or row.state is not State.OK]
    width = min(max((len(row.name) for row in shown), default=0), WIDEST_NAME)
    for row in shown:
        kept = " (kept)" if row.kept else ""
        text = f"{row.name:{width}}  {row.state.word:10}  {one_line(row.text)}{kept}"
        yield text, row.state.colour
    if len(shown) < len(rows):
        yield f"{len(rows) - len(shown)} more are ok; -v lists them", ""


def sentence(rows: Sequence[Row], folder: str) -> str:
    """How many targets are in each state, and where their reports are."""
    counted = [(state, sum(row.state is state for row in rows)) for state in State]
    told = ", ".join(f"{count} {state.counted}" for state, count in counted if count)
    kept = sum(row.kept for row in rows)
    again = f" {kept} kept from earlier runs; --again checks them anew." if kept else ""
    noun = "target" if len(rows) == 1 else "targets"
    return f"{len(rows)} {noun}: {told}.{again} Reports: {one_line(folder)}"
