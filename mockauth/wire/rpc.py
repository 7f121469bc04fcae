"""JSON-RPC answers, as JSON or as the events of a stream (JSON-RPC 2.0; HTML, section 9.2.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockauth.wire.message import Request, Response

EVENTS = "text/event-stream"
LINE_END = re.compile(r"\r\n|\n|\r")


def read_message(answer: Response) -> Mapping[str, Any]:
    """The JSON-RPC answer of a POST, from JSON or from the events of a stream; empty when there is
    none."""
    if answer.media_type != EVENTS:
        return answer.members
    return next(reversed([*_answers_in(answer.text)]), {})


def is_answered(request: Request, events: str) -> bool:
    """Whether a stream of events has the answer to `request`: it may stay open after that (MCP
    basic/transports, sending messages)."""
    asked = request.members.get("id")
    return asked is not None and any(one.get("id") == asked for one in _answers_in(events))


def _answers_in(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON-RPC answers among the events."""
    for data in _events(text):
        value = _members(data)
        if "result" in value or "error" in value:
            yield value


def _members(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _events(text: str) -> Iterator[str]:
    """The data of each event (HTML, section 9.2.6): one that no blank line ends is none. JSON may hold
    what other texts end a line with."""
    lines: list[str] = []
    for line in LINE_END.split(text.removeprefix("\ufeff"))[:-1]:
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
