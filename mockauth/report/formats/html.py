"""A run as one HTML file that needs nothing else: no network, no other file, no script to be read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mockauth.checks.source import source
from mockauth.engine.installation.noted import Noted
from mockauth.report.as_curl import as_curl
from mockauth.report.formats.document import (
    Check,
    Document,
    Exchange,
    counted,
    first_broken,
    found_in,
)  # fmt: skip
from mockauth.report.sequence import BY_BROWSER, Flow, flow_of
from mockauth.wire.words import amount

LONGEST_BODY = 4_000
"""Characters of a body; the JSON report has 64 kB of it."""
ROOM = 900_000
"""Characters of all exchanges together, so that a file of a full run can be sent by mail."""
OVERHEAD = 900
"""Characters of the markup around one exchange."""
STATES = ("fail", "error", "warn", "blocked", "waived", "info", "pass", "n/a")
WORDS: Mapping[str, str] = {
    "fail": "failed", "error": "stopped by an error of mockauth", "warn": "warned",
    "blocked": "not judged", "waived": "waived", "info": "noted", "pass": "passed",
    "n/a": "not applicable",
}  # fmt: skip


def render(document: Document) -> str:
    """The report as a page. Its policy allows its own style and script, by their hashes."""
    folder = files("mockauth.report.formats")
    style, script = ((folder / f"run.{kind}").read_text("utf-8") for kind in ("css", "js"))
    environment = Environment(
        loader=PackageLoader("mockauth.report.formats", "."),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    shown = {one["n"]: one for one in _chosen(document)}
    return environment.get_template("run.html.jinja").render(
        run=document,
        by_id={one["id"]: one for one in document["checks"]},
        groups=[(s, WORDS[s], found) for s in STATES if (found := found_in(document, [s]))],
        counts=counted(document),
        flow=_sign_in(document),
        exchanges=[shown[n] for n in sorted(shown)],
        left_out=len(document["exchanges"]) - len(shown),
        shown=shown,
        source=source,
        first_broken=first_broken,
        body=_body,
        amount=amount,
        curl=lambda one: "" if one["step"] in BY_BROWSER else as_curl(_cut(one["request"])),
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - a file of ours
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
    )


def _sign_in(document: Document) -> Flow | None:
    """The ordinary flow, without the probes."""
    group = [
        Noted(number=one["n"], at=0.0, login="", shown=one)
        for one in document["exchanges"]
        if not one["probe"]
    ]
    is_mcp = document["profile"] == "mcp"
    return flow_of("The ordinary sign-in", group, is_mcp=is_mcp) if group else None


def _chosen(document: Document) -> Iterator[Exchange]:
    """The exchanges that the page has room for: the ordinary flow, then what shows something,
    what is broken first."""
    room = ROOM
    for one in _wanted(document):
        room -= OVERHEAD + _size(one)
        if room < 0:
            return
        yield one


def _wanted(document: Document) -> Sequence[Exchange]:
    by_number = {one["n"]: one for one in document["exchanges"]}
    cited = [n for check in found_in(document, STATES[:5]) for n in _numbers(check)]
    others = [n for check in found_in(document, STATES[5:]) for n in check["exchanges"][:1]]
    usual = [one["n"] for one in document["exchanges"] if not one["probe"]]
    order = dict.fromkeys([*usual, *cited, *others])
    return [by_number[n] for n in order if n in by_number]


def _numbers(check: Check) -> list[int]:
    places = [n for place in check.get("findings", ()) for n in place["exchanges"]]
    return [*check["exchanges"], *places]


def _size(exchange: Exchange) -> int:
    request, answer = exchange["request"], exchange["response"]
    size = 2 * sum(len(n) + len(v) for n, v in request["headers"]) + 3 * len(request["url"])
    size += 2 * min(len(request["body"]), LONGEST_BODY)
    if answer:
        size += sum(len(n) + len(v) for n, v in answer["headers"])
        size += 5 * min(len(answer["body"]), LONGEST_BODY) // 4
    return size


def _body(text: str) -> str:
    return text if len(text) <= LONGEST_BODY else f"{text[:LONGEST_BODY]}… (cut here)"


def _cut(request: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**request, "body": _body(request["body"])}


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
