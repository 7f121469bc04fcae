"""A run as commands of GitHub Actions, which shows them with the job.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from mockauth.report.formats.document import Document, found_in, policy_of
from mockauth.report.formats.sarif import file_of
from mockauth.wire.one_line import one_line

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
KINDS: Mapping[str, str] = MappingProxyType({"fail": "error", "error": "error", "warn": "warning"})
IN_TEXT = MappingProxyType(str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"}))
IN_PROPERTY = MappingProxyType({**IN_TEXT, ord(":"): "%3A", ord(","): "%2C"})


def render(document: Document) -> str:
    """A command for each finding, the first ones of each kind."""
    return "".join(f"{line}\n" for line in _commands(document))


def command(kind: str, text: str, **properties: object) -> str:
    """One command; neither text nor properties can end it or start another."""
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind} {told}::{text.translate(IN_TEXT)}"


def _commands(document: Document) -> Iterator[str]:
    told: Counter[str] = Counter()
    for check in [*policy_of(document), *found_in(document)]:
        kind = KINDS[check["state"]]
        told[kind] += 1
        if told[kind] > MOST:
            continue
        places = [one.get("place") or "" for one in check.get("findings", ())]
        text = f"expected {check['expected']}; found {check['actual']}"
        yield command(kind, text, **_where(places), title=check["id"])


def _where(places: Iterable[str]) -> dict[str, object]:
    file, line, column = next(filter(None, map(file_of, places)), ("", 0, 0))
    return {"file": file, "line": line, "col": column} if file else {}


def _property(text: str) -> str:
    return one_line(text).translate(IN_PROPERTY)
