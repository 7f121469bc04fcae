"""The JSON report, `mockauth-run/1`. Members may be added, never changed."""

from __future__ import annotations

import json
from typing import Any

from mockauth import __version__
from mockauth.clock import iso
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.result import Run
from mockauth.report.redacted import assert_clean, clean, exchange_members, result_members

SCHEMA = "mockauth-run/1"


def members(run: Run, gate: Gate) -> dict[str, Any]:
    """The report as plain values."""
    secrets = run.secrets
    return {
        "schema": SCHEMA,
        "tool": {"name": "mockauth", "version": __version__},
        "target": clean(run.target, secrets),
        "profile": run.profile.name,
        "auth": run.auth,
        "role": run.role,
        "started": iso(run.started),
        "duration_ms": run.duration_ms,
        "summary": run.summary,
        "coverage": {
            "judged": len(run.judged),
            "applicable": len(run.applicable),
            "blocked": run.summary["blocked"],
            "not_applicable": run.summary["n/a"],
        },
        "gate": {
            "exit_code": gate.exit_code,
            "reasons": [clean(reason, secrets) for reason in gate.reasons],
        },
        "interrupted": run.signal != 0,
        "budget_seconds": run.budget_seconds,
        "budget_spent": run.budget_spent,
        "stopped": clean(run.stopped, secrets),
        "notes": [clean(note, secrets) for note in run.notes],
        "policy": [
            {
                "id": finding.id,
                "kind": finding.kind,
                "text": clean(finding.text, secrets),
                "fix": finding.fix,
            }
            for finding in run.policy
        ],
        "checks": [result_members(result, secrets) for result in run.results],
        "exchanges": [exchange_members(exchange, secrets) for exchange in run.trace],
    }


def render(run: Run, gate: Gate) -> str:
    """The report as text.

    Raises:
        OurFault: when a secret would stand in it.
    """
    text = json.dumps(members(run, gate), indent=1, ensure_ascii=False) + "\n"
    return assert_clean(text, run)
