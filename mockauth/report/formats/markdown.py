"""A run as Markdown, for the summary of a CI job or a comment of a pull request."""

from __future__ import annotations

from mockauth.report.formats.document import (
    Check,
    Document,
    counted,
    first_broken,
    found_in,
    place_of,
    policy_of,
)

MARKUP = "<>&|`*_[]()!#~@\\:"
"""The colon, too: GitHub makes a link of an address, and an emoji of `:tada:`."""
LONGEST = 1000
"""Characters of a cell."""
MOST = 100
"""Rows: GitHub takes a megabyte of a summary."""


def render(document: Document) -> str:
    """The verdict, a table of causes with what follows from them, what was not judged."""
    lines = [f"### mockauth: {cell(document['verdict'])}", "", f"{cell(place_of(document))}", ""]
    lines += [counted(document), "", *_today(document)]
    found = policy_of(document)
    found += [one for one in found_in(document) if not one.get("caused_by")]
    if found:
        lines += ["| | check | expected | found | fix |", "|---|---|---|---|---|"]
        lines += [_row(document, one) for one in found[:MOST]]
        lines += ["", f"And {len(found) - MOST} more."] if len(found) > MOST else []
        lines.append("")
    return "\n".join([*lines, *_unjudged(document)])


def cell(text: str) -> str:
    """Text of a service in Markdown: it makes no markup, ends no cell, and mentions nobody."""
    special: dict[str, str | int | None] = {char: f"&#{ord(char)};" for char in MARKUP}
    return " ".join(text[:LONGEST].translate(str.maketrans(special)).split())


def _today(document: Document) -> list[str]:
    """What ChatGPT makes of an MCP server, and the verdict by each revision."""
    today = document.get("today")
    if not today:
        return []
    rows = [
        f"| {one['revision']} | {one['signs_in']} | {len(one['failures'])} | {cell(first_broken(one))} | {one['unjudged']} |"
        for one in today["revisions"]
    ]
    head = [
        "| revision | can sign in | failures | the first | not judged |",
        "|---|---|---|---|---|",
    ]
    return [f"ChatGPT today: {cell(today['text'])}", "", *head, *rows, ""]


def _row(document: Document, check: Check) -> str:
    also = [one for one in document.get("causes", ()) if one["lead"] == check["id"]]
    follows = [name for cause in also for name in cause["consequences"]]
    name = f"`{check['id']}`" + (f" and {len(follows)} more by it" if follows else "")
    cells = (check["expected"], check["actual"], check["fix"])
    return f"| {check['state']} | {name} | {' | '.join(map(cell, cells))} |"


def _unjudged(document: Document) -> list[str]:
    blocked = found_in(document, ["blocked"])
    if not blocked:
        return []
    head = ["<details><summary>", f"{len(blocked)} not judged", "</summary>", ""]
    rows = [f"- `{one['id']}`: {cell(one['actual'])}" for one in blocked[:MOST]]
    return [*head, *rows, "", "</details>", ""]
