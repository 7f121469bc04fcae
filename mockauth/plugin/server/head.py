"""The head of an ordinary request, read at once.

cheroot reads line by line, and asks at each about every case of the standard: a third of what it
costs. What is not ordinary, or not there as a whole yet, is left to it: its refusals stay as they
are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockauth.plugin.server.framing import names_host

ORDINARY = re.compile(
    r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) "
    r"((/(?!/)[\w.~!$&'()*+,;=:@/-]*)(?:\?([!\"$-~]*))?) HTTP/1\.1\r\n"
    r"((?:[A-Za-z0-9-]+:[\t -~]*\r\n)*)\r\n",
    re.ASCII,
)
"""Nothing to decode in the path, no fragment, no second name of a host, no folded header."""
UNUSUAL = frozenset({"TRANSFER-ENCODING", "EXPECT"})
"""Headers that say how the body comes."""
LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass(slots=True)
class Head:
    """What a request says before its body. `size` is in bytes; header names are in capitals."""

    size: int
    method: str
    uri: str
    path: str
    query: str
    headers: dict[str, str]
    length: int = 0
    """How many bytes the body has."""


def ordinary_head(received: bytes) -> Head | None:
    """The head with which `received` begins; None where it is not ordinary."""
    found = ORDINARY.match(received.decode("latin-1"))
    if found is None:
        return None
    method, uri, path, query, lines = found.groups()
    headers: dict[str, str] = {}
    for line in lines.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name = name.upper()
        if name in headers or name in UNUSUAL:
            return None
        headers[name] = value.strip()
    length = headers.get("CONTENT-LENGTH", "0")
    if not LENGTH.fullmatch(length) or not names_host(headers.get("HOST")):
        return None
    return Head(found.end(), method, uri, path, query or "", headers, int(length))
