"""An object that belongs to the first user: where the API keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mockauth.checks.finding import Blocked
from mockauth.engine.target import requests, tokens
from mockauth.engine.target.subject import Subject
from mockauth.manifest.openapi import Operation
from mockauth.wire.words import say

PARAMETER = re.compile(r"\{([^{}]*)\}")
LONGEST_ID = 100
DEEPEST_ANSWER = 4
"""Levels of an answer that are looked at."""


def owned_url(subject: Subject) -> str:
    """The URL of one object of the first user: by option, or the first entry of a list operation
    that another operation reads by its id; "" where there is no such pair of operations.

    Raises:
        Blocked: the first user has no object.
    """
    if subject.target.given.owned_path:
        return subject.target.base_url + subject.target.given.owned_path
    pairs = list(_pairs(subject))
    if not pairs:
        return ""
    for listing, reading in pairs:
        answer = _list(subject, listing)
        for value in _ids(answer, PARAMETER.findall(reading.path)[0]):
            ours = quote(value, safe="")
            return subject.target.base_url + PARAMETER.sub(lambda _: ours, reading.path)  # noqa: B023 - used here and now
    raise Blocked(
        say(
            "the first user has no object in {}: create one, or name its path with --owned-path",
            pairs[0][0].path,
        ),
        by_option="--owned-path",
    )


def _pairs(subject: Subject) -> Iterator[tuple[Operation, Operation]]:
    """A GET that lists, and a GET that reads one entry by one id in its path."""
    operations = subject.target.openapi.operations if subject.target.openapi else ()
    listings: dict[str, list[Operation]] = {}
    for listing in operations:
        if listing.is_safe and not (listing.required or listing.has_required_body):
            listings.setdefault(listing.path.rstrip("/"), []).append(listing)
    for reading in operations:
        if not reading.is_safe or len(PARAMETER.findall(reading.path)) != 1:
            continue
        if len(reading.required) > 1 or not PARAMETER.search(reading.path.rpartition("/")[2]):
            continue
        for listing in listings.get(reading.path.rpartition("/")[0], ()):
            yield listing, reading


def _list(subject: Subject, listing: Operation) -> Any:
    with subject.during("supply"):
        url = subject.target.base_url + listing.path
        token = tokens.for_api(subject) or None
        request = requests.api_request(subject, listing.method, url, token)
        answer = subject.driver.send(request, "api").answer
    return answer.json() if answer.ok else None


def _ids(value: Any, parameter: str, depth: int = 0) -> Iterator[str]:
    """The ids in a list answer: members called like the parameter, or `id`, in its first objects;
    or plain strings and numbers of a list."""
    if depth > DEEPEST_ANSWER:
        return
    if isinstance(value, list):
        for inner in value[:20]:
            yield from _id_of_entry(inner, parameter, depth)
    elif isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, dict | list):
                yield from _ids(inner, parameter, depth + 1)
        if depth == 0 and not _holds_list(value):
            yield from (str(name) for name, inner in value.items() if isinstance(inner, dict))


def _id_of_entry(entry: object, parameter: str, depth: int) -> Iterator[str]:
    """The id of one entry of a list, if it has one."""
    if isinstance(entry, dict):
        names = (parameter, "id", "uuid", "_id", "key", "slug", "name")
        yield from [str(entry[name]) for name in names if _is_id(entry.get(name))][:1]
    elif depth <= 1 and _is_id(entry):  # deeper ones are tags and the like
        yield str(entry)


def _holds_list(value: object) -> bool:
    """Whether there is a list at any depth that is looked at: an empty one holds no object."""
    waiting, depth = [value], 0
    while waiting and depth <= DEEPEST_ANSWER:
        if any(isinstance(inner, list) for inner in waiting):
            return True
        waiting = [v for inner in waiting if isinstance(inner, dict) for v in inner.values()]
        depth += 1
    return False


def _is_id(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and 0 < len(value) <= LONGEST_ID)
