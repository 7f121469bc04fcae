"""A run as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from mockauth import __version__
from mockauth.checks.source import source
from mockauth.report.formats.document import Check, Document, found_in, policy_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[str, str] = MappingProxyType({"fail": "error", "error": "error", "warn": "warning"})
"""SARIF 3.27.10; all else is a note."""
SEVERITY: Mapping[str, str] = MappingProxyType(
    {"critical": "9.0", "must": "7.0", "must-not": "7.0", "should": "4.0"}
)
"""What GitHub sorts by, as a CVSS score."""
TOLD = ("fail", "error", "warn", "waived", "blocked")
PLACE = re.compile(r"(?P<file>.+):(?P<line>[0-9]+):(?P<column>[0-9]+)")
NO_FILE = "mockauth.toml"
"""GitHub shows no result without a file; what only a running service shows stands at its settings."""


def render(document: Document) -> str:
    """The report as JSON."""
    checks = found_in(document, TOLD)
    told = policy_of(document) + [one for one in checks if one["state"] != "blocked"]
    numbers = {check["id"]: number for number, check in enumerate(told)}
    run = {
        "tool": {"driver": driver([_rule(check) for check in told])},
        "automationDetails": {"id": f"mockauth/{document['target']}/{document['profile']}"},
        "invocations": [_invocation(document, [c for c in checks if c["state"] == "blocked"])],
        "columnKind": "unicodeCodePoints",
        "results": [r for check in told for r in _results(document, check, numbers[check["id"]])],
    }
    return log(run)


def log(run: Mapping[str, Any]) -> str:
    """A SARIF file with one run."""
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def driver(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """mockauth as the tool, with the rules that were found broken."""
    return {"name": "mockauth", "version": __version__, "rules": rules}


def rule_of(id: str, title: str, why: str, fix: str, refs: Sequence[str]) -> dict[str, Any]:
    """A rule with its help."""
    links = [link for ref in refs if (link := source(ref).url)]
    return {
        "id": id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "help": {"text": fix or title},
        **({"helpUri": links[0]} if links else {}),
    }


def place_in(file: str, line: int, column: int) -> dict[str, Any]:
    """A place in a file; line and column count from 1."""
    return {
        "artifactLocation": {"uri": quote(PurePath(file).as_posix())},
        "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
    }


def _rule(check: Check) -> dict[str, Any]:
    rule = rule_of(check["id"], check["title"], check["why"], check["fix"], check["refs"])
    severity = SEVERITY.get(check["level"] or "")
    return rule | ({"properties": {"security-severity": severity}} if severity else {})


def _invocation(document: Document, blocked: Sequence[Check]) -> dict[str, Any]:
    return {
        "executionSuccessful": document["gate"]["exit_code"] in (0, 1),
        "exitCode": document["gate"]["exit_code"],
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": f"{one['id']} was not judged: {one['actual']}"}}
            for one in blocked
        ],
    }


def _results(document: Document, check: Check, number: int) -> list[dict[str, Any]]:
    whole = {name: check[name] for name in ("expected", "actual", "at")}
    places = check.get("findings") or [whole]
    return [_result(document, check, place, number) for place in places]


def _result(
    document: Document, check: Check, place: Mapping[str, Any], number: int
) -> dict[str, Any]:
    expected, actual = place["expected"], place["actual"] or check["title"]
    text = f"expected {expected}; found {actual}" if expected else actual
    where = place.get("place") or ""
    if where and not file_of(where):
        text += f" (at {where})"
    result: dict[str, Any] = {
        "ruleId": check["id"],
        "ruleIndex": number,
        "kind": "fail",
        "level": LEVELS.get(check["state"], "note"),
        "message": {"text": text},
        "locations": [_location(place)],
        "partialFingerprints": {"mockauth/1": _fingerprint(document, check, place)},
    }
    waiver = check.get("waiver")
    if check["state"] == "waived" and waiver:
        result["suppressions"] = [{"kind": "external", "justification": waiver["reason"]}]
    return result


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    name = place["at"]
    logical = {"logicalLocations": [{"fullyQualifiedName": name}]} if name else {}
    file = file_of(place.get("place") or "") or (NO_FILE, 1, 1)
    return {"physicalLocation": place_in(*file), **logical}


def file_of(place: str) -> tuple[str, int, int] | None:
    """File, line and column of a place; None where it is an address, which no repository has."""
    at = PLACE.fullmatch(place)
    if at is None or "://" in at["file"]:
        return None
    return at["file"], int(at["line"]), int(at["column"])


def _fingerprint(document: Document, check: Check, place: Mapping[str, Any]) -> str:
    """The same for the same defect of the next run: what was found may hold a time or a number."""
    parts = (check["id"], document["target"], place["at"], place["expected"])
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
