"""Whether two answers hold the same data: JSON by value, without what changes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockauth.wire import Response
from mockauth.wire.rpc import EVENTS, read_message

Path = tuple[str | int, ...]


def differing(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:
    """The places in which two JSON values differ. Objects have no order (RFC 8259 section 4)."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in {**one, **other}:
            if name in one and name in other:
                yield from differing(one[name], other[name], (*path, name))
            else:
                yield (*path, name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (mine, its) in enumerate(zip(one, other, strict=True)):
            yield from differing(mine, its, (*path, at))
    elif one != other:
        yield path


def _value(answer: Response) -> Any:
    """The JSON of an answer, that of an MCP message in a stream of events, too; None for none."""
    return (read_message(answer) or None) if answer.media_type == EVENTS else answer.json()


def volatile(answers: list[Response]) -> frozenset[Path]:
    """What differs between answers to one and the same request, such as a request id; the empty
    path where all of it does."""
    first = answers[0]
    found: set[Path] = set()
    for other in answers[1:]:
        if first.sha256 == other.sha256:
            continue
        mine, its = _value(first), _value(other)
        found |= {()} if mine is None or its is None else set(differing(mine, its))
    return frozenset(found)


def same_data(one: Response, other: Response, but: frozenset[Path]) -> bool:
    """Whether two answers hold the same data, places below `but` left out."""
    if one.sha256 == other.sha256:
        return True
    mine, its = _value(one), _value(other)
    if mine is None or its is None:
        return False
    return all(any(path[: len(b)] == b for b in but) for path in differing(mine, its))
