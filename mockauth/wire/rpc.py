"""JSON-RPC answers, as JSON or as the events of a stream (JSON-RPC 2.0; HTML, section 9.2.6)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mockauth.wire.message import Response

EVENTS = "text/event-stream"


def read_message(answer: Response) -> Mapping[str, Any]:
    """The JSON-RPC answer of a POST, from JSON or from the events of a stream; empty when there is
    none."""
    if answer.media_type != EVENTS:
        return answer.members
    found: Mapping[str, Any] = {}
    for data in _events(answer.text):
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and ("result" in value or "error" in value):
            found = value
    return found


def _events(text: str) -> Iterator[str]:
    """The data of each event (HTML, section 9.2.6)."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def result_of(answer: Response) -> Mapping[str, Any] | None:
    """The result of an accepted message; None for an error, and for anything else."""
    result = read_message(answer).get("result")
    return result if answer.ok and isinstance(result, dict) else None


def error_of(answer: Response) -> Mapping[str, Any]:
    """The JSON-RPC error of an answer; empty when it has none."""
    error = read_message(answer).get("error")
    return error if isinstance(error, dict) else {}
