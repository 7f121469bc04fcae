"""A masked request as a curl command, with variables of the shell where its secrets were."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"‹([^‹›]{0,80})›")
"""What stands in place of a secret: ‹client secret · 43 chars›, ‹code 2 · 43 chars›, ‹43 chars›."""
GLOB = re.compile(r"[][{}]")
OWN = ("host", "content-length", "connection", "accept-encoding")
"""Headers that curl makes itself."""


def as_curl(request: Mapping[str, Any]) -> str:
    """The command; `request` has the members of a request in the JSON report. Every secret is
    `$MOCKAUTH_…`, to be set before."""
    # Without -g curl takes brackets and braces of an address for a pattern.
    options = "-i -g" if GLOB.search(PLACEHOLDER.sub("", request["url"])) else "-i"
    words = [f"curl {options} {_quoted(request['url'])}"]
    if request["method"] != "GET":
        words.append(f"-X {_quoted(request['method'])}")
    words += [f"-H {_quoted(header)}" for header in _headers(request)]
    if request["body"]:
        # --data-binary would read a file where the body begins with @.
        words.append(f"--data-raw {_quoted(request['body'])}")
    return " \\\n  ".join(words)


def _headers(request: Mapping[str, Any]) -> Iterator[str]:
    """Those that curl must be told; it wants a semicolon where one is empty, and sends a content
    type of its own with a body that has none."""
    names = {name.lower() for name, _ in request["headers"]}
    for name, value in request["headers"]:
        if name.lower() not in OWN:
            yield f"{name}: {value}" if value else f"{name};"
    if request["body"] and "content-type" not in names:
        yield "Content-Type:"


def _quoted(text: str) -> str:
    """One word of a shell: everything literal but the variables."""
    return "".join(_pieces(text)) or "''"


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for found in PLACEHOLDER.finditer(text):
        if text[end : found.start()]:
            yield shlex.quote(text[end : found.start()])
        yield f'"${variable(found[1])}"'
        end = found.end()
    if text[end:]:
        yield shlex.quote(text[end:])


def variable(label: str) -> str:
    """The variable of a secret: "client secret · 43 chars" is MOCKAUTH_CLIENT_SECRET."""
    name = re.sub(r"[^A-Z]+", "_", label.partition(" · ")[0].upper()).strip("_")
    return f"MOCKAUTH_{name if name and name != 'CHARS' else 'SECRET'}"
