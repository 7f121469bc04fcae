"""Slips for programs, `mockauth-lint/1`. Members may be added, never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mockauth import __version__
from mockauth.engine.slip import Slip
from mockauth.report.slips.message import message, shown
from mockauth.wire.one_line import one_line

SCHEMA = "mockauth-lint/1"


def render(slips: Sequence[Slip]) -> str:
    """The report as JSON."""
    report = {
        "schema": SCHEMA,
        "tool": {"name": "mockauth", "version": __version__},
        "findings": [_members(slip) for slip in slips],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _members(slip: Slip) -> dict[str, Any]:
    return {
        "file": one_line(slip.file),
        "line": slip.line,
        "column": slip.column,
        "id": slip.rule.id,
        "state": slip.state,
        "pointer": one_line(slip.pointer),
        "message": message(slip),
        "expected": shown(slip.expected),
        "actual": shown(slip.actual),
        "fix": shown(slip.fix),
        "refs": list(slip.rule.refs),
        "waived_because": one_line(slip.waived_because),
    }
