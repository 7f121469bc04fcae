"""What ChatGPT shows, and which checks look into it, as a Markdown page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockauth.engine.catalogue import Entry
from mockauth.report.reference import safe

HEAD = """\
# What ChatGPT showed, check by check

<!-- Written by `python -m tests.regenerate`; change the checks, not this file. -->

ChatGPT says little of what went wrong. Each text in quotation marks was seen by developers; the others
describe what they saw. Look for yours, and run the checks beside it: `mockauth check … --select ID`.
Texts that say nothing of their cause are in [troubleshooting.md](troubleshooting.md).

| ChatGPT shows | check | the rule | how to fix it |
|---|---|---|---|
"""


def markdown(entries: Sequence[Entry]) -> str:
    """The page of all checks that say what ChatGPT shows, quoted texts first."""
    return HEAD + "".join(f"{row}\n" for row in _rows(entries))


def _rows(entries: Sequence[Entry]) -> Iterator[str]:
    told = [entry for entry in entries if entry.rule.chatgpt_shows]
    for entry in sorted(told, key=_order):
        rule = entry.rule
        link = f"[`{rule.id}`](checks.md#{rule.id.replace('.', '')})"
        cells = (safe(rule.chatgpt_shows), link, f"{safe(rule.title)}.", safe(rule.fix))
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _order(entry: Entry) -> tuple[bool, str, str]:
    shown = str(entry.rule.chatgpt_shows)
    return '"' not in shown, shown.strip('"').lower(), entry.rule.id
