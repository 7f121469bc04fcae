"""Slips as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockauth.engine.slip import Slip
from mockauth.report.formats.sarif import LEVELS, driver, log, place_in, rule_of
from mockauth.report.slips.message import message


def render(slips: Sequence[Slip]) -> str:
    """The report as JSON."""
    rules = list({slip.rule.id: slip.rule for slip in slips}.values())
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": driver([rule_of(r.id, r.title, r.why, r.fix, r.refs) for r in rules]),
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(slip, numbers[slip.rule.id]) for slip in slips],
    }
    return log(run)


def _result(slip: Slip, number: int) -> dict[str, Any]:
    judged = slip.state != "blocked"
    result = {
        "ruleId": slip.rule.id,
        "ruleIndex": number,
        # 3.27.9: only what was judged and broken has a level.
        "kind": "fail" if judged else "open",
        "level": LEVELS.get(slip.state, "note") if judged else "none",
        "message": {"text": message(slip)},
        "locations": [{"physicalLocation": place_in(slip.file, slip.line, slip.column)}],
    }
    if slip.state == "waived":
        result["suppressions"] = [{"kind": "external", "justification": slip.waived_because}]
    return result
