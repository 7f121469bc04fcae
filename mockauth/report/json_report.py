"""The JSON report, `mockauth-run/1`. Members may be added, never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from mockauth import __version__
from mockauth.clock import iso
from mockauth.engine.result.causes import Cause, caused_by, causes_of
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.result import Run
from mockauth.engine.result.today import by_revision, headline
from mockauth.report.formats.document import SCHEMA
from mockauth.report.redacted import Redactor, redactor
from mockauth.report.verdict import verdict

COMMAND = re.compile(r"##(?=\w*\[)")
"""What Azure Pipelines obeys anywhere in a line, such as `##vso[`."""


def members(run: Run, gate: Gate) -> dict[str, Any]:
    """The report as plain values."""
    shown = redactor(run)
    causes = causes_of(run)
    above = caused_by(causes)
    return {
        "schema": SCHEMA,
        "tool": {"name": "mockauth", "version": __version__},
        "target": shown.text(run.target),
        "profile": run.profile.name,
        "auth": run.auth,
        "role": run.role,
        "started": iso(run.started),
        "duration_ms": run.duration_ms,
        "verdict": verdict(run, gate),
        "summary": run.summary,
        "coverage": {
            "judged": len(run.judged),
            "applicable": len(run.applicable),
            "blocked": run.summary["blocked"],
            "not_applicable": run.summary["n/a"],
        },
        "gate": {
            "exit_code": gate.exit_code,
            "reasons": [shown.text(reason) for reason in gate.reasons],
        },
        "interrupted": run.signal != 0,
        "budget_seconds": run.budget_seconds,
        "budget_spent": run.budget_spent,
        "stopped": shown.text(run.stopped),
        "login": shown.login(run.login),
        "notes": [shown.text(note) for note in run.notes],
        "today": _today(run, shown),
        "policy": [
            {
                "id": finding.id,
                "kind": finding.kind,
                "text": shown.text(finding.text),
                "fix": shown.text(finding.fix),
            }
            for finding in run.policy
        ],
        "causes": [_cause(cause, shown) for cause in causes],
        "checks": [
            shown.result(result) | {"caused_by": list(above.get(result.rule.id, ()))}
            for result in run.results
        ],
        "exchanges": [shown.exchange(exchange) for exchange in run.trace],
    }


def _today(run: Run, shown: Redactor) -> dict[str, Any] | None:
    """What ChatGPT makes of an MCP server, and the verdict by each revision that it speaks."""
    if run.today is None:
        return None
    return {
        "text": shown.text(headline(run)),
        "connects": run.today.connects,
        "tools": run.today.tools,
        "registration": run.today.way,
        "offers_document": run.today.offers_document,
        "callback": shown.text(run.today.callback),
        "revisions": [
            {
                "revision": one.revision,
                "signs_in": one.signs_in,
                "failures": list(one.failures),
                "unjudged": one.unjudged,
                "refused": one.refused,
            }
            for one in by_revision(run)
        ],
    }


def _cause(cause: Cause, shown: Redactor) -> dict[str, Any]:
    """One cause of the report, by the ids of its checks."""
    return {
        "lead": cause.lead.rule.id,
        "state": cause.state,
        "level": cause.level,
        "rank": cause.rank,
        "title": shown.text(cause.title),
        "fix": shown.text(cause.fix),
        "consequences": [result.rule.id for result in cause.consequences],
        "unjudged": [result.rule.id for result in cause.unjudged],
    }


def render(run: Run, gate: Gate) -> str:
    """The report as text."""
    return text_of(members(run, gate))


def text_of(report: Mapping[str, Any]) -> str:
    """The members of a report as text. Bodies are shown as they came, so that a command of a CI
    system in one is written with an escape, which a reader of JSON takes off again."""
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    return COMMAND.sub(r"\\u0023#", text)
