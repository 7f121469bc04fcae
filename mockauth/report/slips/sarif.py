"""Slips as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from mockauth import __version__
from mockauth.checks.rule import Rule
from mockauth.checks.source import source
from mockauth.engine.result.result import State
from mockauth.engine.slip import Slip
from mockauth.report.slips.message import message

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[State, str] = MappingProxyType(
    {"fail": "error", "error": "error", "warn": "warning"}
)
"""SARIF 3.27.10; all else is a note."""


def render(slips: Sequence[Slip]) -> str:
    """The report as JSON."""
    rules = list({slip.rule.id: slip.rule for slip in slips}.values())
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "mockauth",
                "version": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(slip, numbers[slip.rule.id]) for slip in slips],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    links = [link for ref in rule.refs if (link := source(ref).url)]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        **({"helpUri": links[0]} if links else {}),
    }


def _result(slip: Slip, number: int) -> dict[str, Any]:
    judged = slip.state != "blocked"
    result = {
        "ruleId": slip.rule.id,
        "ruleIndex": number,
        # 3.27.9: only what was judged and broken has a level.
        "kind": "fail" if judged else "open",
        "level": LEVELS.get(slip.state, "note") if judged else "none",
        "message": {"text": message(slip)},
        "locations": [{"physicalLocation": _place(slip)}],
    }
    if slip.state == "waived":
        result["suppressions"] = [{"kind": "external", "justification": slip.waived_because}]
    return result


def _place(slip: Slip) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(PurePath(slip.file).as_posix())},
        "region": {"startLine": slip.line, "startColumn": slip.column},
    }
