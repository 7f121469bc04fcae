"""The journal: the last requests, with secrets masked when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Request, g

from mockauth.clock import iso
from mockauth.plugin.context import Plugin
from mockauth.plugin.control.redact import Redaction
from mockauth.plugin.faults.body import Body, carried
from mockauth.wire.message import FORM

FEW_BYTES = 16 * 1024
LONGEST = 4096
"""Characters that are kept of the values of a long body: no secret is longer, and fewer are shown."""


class Noted(NamedTuple):
    """One request and its answer. Almost no journal is ever read, so the work is left for then; and
    a frozen dataclass takes three times as long to make."""

    at: float
    method: str
    path: str
    carried: Body
    scheme: str
    status: int
    faults: tuple[str, ...]
    near_misses: tuple[str, ...]

    def shown(self, redaction: Redaction, number: int) -> dict[str, Any]:
        """The entry as it is read over HTTP."""
        return {
            "n": number,
            "at": iso(self.at),
            "method": self.method,
            "path": redaction.text(self.path),
            "params": redaction.params(self.carried.params()),
            "authorization": self.scheme,
            "status": self.status,
            "faults": list(self.faults),
            "near_misses": list(self.near_misses),
        }


def noted(plugin: Plugin, given: Request, status: int, near_misses: Iterable[str]) -> Noted:
    """A request, and the status of its answer."""
    # From the environment, because Werkzeug's headers compare name by name.
    scheme = given.environ.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    # Those that are always on, and those of the others that showed.
    faults = [fault.name for fault in plugin.config.faults if fault.trigger is None]
    return Noted(
        at=plugin.clock.now(),
        method=given.method,
        path=given.path,
        carried=_short(carried(given)),
        scheme=scheme,
        status=status,
        faults=(*faults, *g.get("shown", ())),
        near_misses=tuple(near_misses),
    )


def _short(body: Body) -> Body:
    """Not more than a thousand entries can hold in memory."""
    if len(body.data) + len(body.query) <= FEW_BYTES:
        return body
    cut = [(name[:LONGEST], value[:LONGEST]) for name, value in body.params().items()]
    return Body(query="", content_type=FORM, data=urlencode(cut, errors="surrogatepass").encode())
