"""A saved run document, `mockauth-run/1`: the one model of every format, masked already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mockauth.errors import UsageError

SCHEMA = "mockauth-run/1"
FAMILY = re.compile(r"mockauth-run/([0-9]{1,6})")
MEMBERS = {
    "target": str, "profile": str, "summary": dict, "gate": dict, "checks": list, "exchanges": list,
}  # fmt: skip
"""What every format reads, and every release has written."""
ADDED: Mapping[str, Any] = MappingProxyType(
    {
        "tool": {"name": "mockauth", "version": "of an older release"}, "auth": "", "started": "",
        "duration_ms": 0, "verdict": "A run of an older mockauth, saved without a verdict",
        "stopped": "", "notes": [], "today": None, "policy": [], "causes": [],
    }
)  # fmt: skip
"""What an older release may not have written."""
ADDED_TO_CHECKS: Mapping[str, Any] = MappingProxyType(
    {"blocked_by": "", "waiver": None, "findings": [], "caused_by": [], "practice": False}
)
BROKEN = ("fail", "error")
FOUND = ("fail", "error", "warn")
WAIVERS = "waivers and baseline name only what is still broken, and none has expired"
GRAVEST = ("critical", "must", "must-not", "should", "info")

Document = Mapping[str, Any]
Check = Mapping[str, Any]
Exchange = Mapping[str, Any]


def read_document(text: str, name: str = "this") -> Document:
    """The document that `--report json=…` wrote; `name` is what errors call it.

    Raises:
        UsageError: it is cut off, no run of mockauth, or of a newer schema.
    """
    return document_of(_parsed(text, name), name)


def document_of(members: Any, name: str = "this") -> Document:
    """The document of its members, as they are in JSON.

    Raises:
        UsageError: they are no run of mockauth, not whole, or of a newer schema.
    """
    schema = members.get("schema") if isinstance(members, dict) else None
    if schema != SCHEMA:
        raise UsageError(f"{name} is no report of mockauth: {_why_not(schema)}")
    for member, kind in MEMBERS.items():
        if not isinstance(members.get(member), kind):
            raise UsageError(f"{name} is no whole report of mockauth: it has no {member}")
    if not isinstance(members.get("verdict", ""), str):
        raise UsageError(f"{name} is no whole report of mockauth: its verdict is no text")
    if not all(isinstance(count, int) for count in members["summary"].values()):
        raise UsageError(f"{name} is no whole report of mockauth: its summary counts no checks")
    return _completed(members)


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as wrong:
        cut = text.lstrip().startswith("{") and FAMILY.search(text[:200])
        why = "cut off or changed by hand" if cut else "not JSON"
        raise UsageError(f"{name} is no report of mockauth: {why}") from wrong


def _completed(members: dict[str, Any]) -> Document:
    """The document with what was added since it was written."""
    summary: Mapping[str, int] = members["summary"]
    applicable = sum(count for state, count in summary.items() if state != "n/a")
    coverage = {"judged": applicable - summary.get("blocked", 0), "applicable": applicable}
    checks = [{**ADDED_TO_CHECKS, **one} for one in members["checks"] if isinstance(one, dict)]
    return {"coverage": coverage, **ADDED, **members, "checks": checks}


def _why_not(schema: object) -> str:
    known = FAMILY.fullmatch(schema) if isinstance(schema, str) else None
    if known:
        return f"its schema {known[0]} needs a newer release; this one reads {SCHEMA}"
    return f"its schema is not {SCHEMA}; write one with --report json=run.json"


def found_in(document: Document, states: Iterable[str] = FOUND) -> list[Check]:
    """The checks of these states: causes before what follows from them, the gravest first."""
    leads = [cause["lead"] for cause in document.get("causes", ())]
    wanted = frozenset(states)

    def gravity(one: Check) -> tuple[int, int]:
        lead = leads.index(one["id"]) if one["id"] in leads else len(leads)
        level = GRAVEST.index(one["level"]) if one["level"] in GRAVEST else len(GRAVEST)
        return lead, level

    return sorted((one for one in document["checks"] if one["state"] in wanted), key=gravity)


def policy_of(document: Document) -> list[Check]:
    """What is wrong with the waivers and the baseline, which fails a run, too, as checks."""
    return [
        {
            "id": f"waivers.{one['id']}", "state": "fail", "level": "must", "title": WAIVERS,
            "refs": [], "expected": WAIVERS, "actual": one["text"], "why": "", "fix": one["fix"],
            "chatgpt_shows": "", "at": "", "exchanges": [], "blocked_by": "",
        }
        for one in document.get("policy", ())
    ]  # fmt: skip


def exchanges_of(document: Document, check: Check, most: int = 3) -> Sequence[Exchange]:
    """The exchanges that show a check, as far as the document has them."""
    by_number = {one["n"]: one for one in document["exchanges"]}
    return [by_number[n] for n in check["exchanges"][:most] if n in by_number]


def place_of(document: Document) -> str:
    """What was judged: its address, the profile, how its users sign in."""
    return f"{document['target']} · {document['profile']} · {document.get('auth', '')}"


def counted(document: Document) -> str:
    """How many checks are in each state: "2 fail · 217 pass"."""
    return " · ".join(f"{n} {state}" for state, n in document["summary"].items() if n)


def first_broken(revision: Mapping[str, Any]) -> str:
    """What is broken first in a revision of `today`: a method or the id of a check, "" where nothing is."""
    first: str = revision.get("refused") or next(iter(revision["failures"]), "")
    return first


def message_of(exchange: Exchange, longest: int | None = None) -> str:
    """One exchange as text: the request, a blank line, the answer; `longest` is in characters of a body."""
    request, answer = exchange["request"], exchange["response"]
    lines = [f"[{exchange['n']}] {request['method']} {request['url']}"]
    lines += _rest(request, longest)
    if answer is None:
        return "\n".join([*lines, "", f"no answer: {exchange.get('error', '')}"])
    return "\n".join([*lines, "", str(answer["status"]), *_rest(answer, longest)])


def _rest(message: Mapping[str, Any], longest: int | None) -> list[str]:
    headers = [f"{name}: {value}" for name, value in message["headers"]]
    body = message["body"][:longest]
    return [*headers, *(["", body] if body else [])]
