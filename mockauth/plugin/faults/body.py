"""What a request carries: its query and its body, read once and kept for all who ask."""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Request

from mockauth.plugin.current_request import current_request
from mockauth.wire.message import FORM, JSON, pairs_of

MOST_PARAMS = 50
BODILESS = ("GET", "HEAD")
CARRIED = "mockauth.carried"
"""Where the environment of a request keeps what was read of it."""


class Body(NamedTuple):
    """What a request carries, not yet read. One is made for each request, and a frozen dataclass
    takes three times as long."""

    query: str
    content_type: str = ""
    data: bytes = b""

    def params(self) -> dict[str, str]:
        """The parameters of query, form or JSON body; the last of several."""
        found = dict(pairs_of(self.query)[:MOST_PARAMS])
        if self.content_type == JSON:
            found |= dict(_members(self.data)[:MOST_PARAMS])
        elif self.content_type == FORM:
            found |= dict(pairs_of(self.data.decode("utf-8", "replace"))[:MOST_PARAMS])
        return found


def carried(given: Request) -> Body:
    """What a request carries.

    Raises:
        RequestEntityTooLarge: it is too long; when asked again, it carries nothing.
    """
    known: Body | None = given.environ.get(CARRIED)
    if known is None:
        given.environ[CARRIED] = Body(query=given.environ.get("QUERY_STRING", ""))
        known = given.environ[CARRIED] = _carried(given)
    return known


def params() -> dict[str, str]:
    """The parameters of the request at hand."""
    return carried(current_request()).params()


def _carried(given: Request) -> Body:
    query = given.environ.get("QUERY_STRING", "")
    if given.method in BODILESS:
        return Body(query=query)
    # Read as a form first, the body would be gone for the plugin.
    data = given.get_data(cache=True)
    return Body(query=query, content_type=given.mimetype, data=data)


def _members(data: bytes) -> list[tuple[str, str]]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return []
    return [(str(n), str(v)) for n, v in found.items()] if isinstance(found, dict) else []
