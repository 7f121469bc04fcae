"""A run as it may be shown: secrets replaced by placeholders, control characters made visible."""

from __future__ import annotations

import re
from typing import Any

from mockauth.engine.http.secrets_seen import SECRET_NAMES
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.waiver import Waiver
from mockauth.errors import OurFault
from mockauth.wire import Exchange, Pairs
from mockauth.wire.secret import Secrets

LONGEST_BODY = 64 * 1024
TYPED = {*SECRET_NAMES, "authorization"}
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def clean(text: str, secrets: Secrets) -> str:
    """`text` without secrets, and without characters that would act on a terminal or a page."""
    return UNPRINTABLE.sub(lambda found: f"\\x{ord(found.group()):02x}", secrets.scrub(text))


def result_members(result: Result, secrets: Secrets) -> dict[str, Any]:
    """One check of the report."""

    def text(value: str) -> str:
        return clean(value, secrets)

    return {
        "id": result.rule.id,
        "state": result.state,
        "level": result.level,
        "title": result.rule.title,
        "refs": list(result.rule.refs),
        "expected": text(result.expected),
        "actual": text(result.actual),
        "why": result.rule.why,
        "fix": text(result.fix or result.rule.fix),
        "chatgpt_shows": result.rule.chatgpt_shows,
        "at": text(result.at),
        "exchanges": list(result.exchanges),
        "practice": result.rule.practice,
        "confidence": result.confidence,
        "blocked_by": result.blocked_by,
        "waived_state": result.waived_state,
        "waiver": _waiver(result.waiver, secrets),
        "findings": [
            {
                "expected": text(finding.expected),
                "actual": text(finding.actual),
                "at": text(finding.at),
                "exchanges": list(finding.exchanges),
            }
            for finding in result.findings
        ],
    }


def _waiver(waiver: Waiver | None, secrets: Secrets) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "kind": waiver.kind,
        "reason": clean(waiver.reason, secrets),
        "until": waiver.until.isoformat() if waiver.until else None,
        "place": clean(waiver.place, secrets),
    }


def exchange_members(exchange: Exchange, secrets: Secrets) -> dict[str, Any]:
    """One exchange of the report."""
    request, response = exchange.request, exchange.response
    answer: dict[str, Any] | None = None
    if response is not None:
        answer = {
            "status": response.status,
            "headers": _headers(response.headers, secrets),
            "body": _body(response.text, secrets),
            "sha256": response.sha256,
        }
    return {
        "n": exchange.n,
        "step": exchange.step,
        "purpose": exchange.purpose,
        "probe": exchange.probe,
        "fallback": exchange.fallback,
        "request": {
            "method": request.method,
            "url": clean(request.target, secrets),
            "headers": _headers(request.all_headers, secrets),
            "body": _body(request.body.decode("utf-8", errors="replace"), secrets),
        },
        "response": answer,
        "error": clean(exchange.error, secrets),
        "elapsed_ms": exchange.elapsed_ms,
    }


def _headers(pairs: Pairs, secrets: Secrets) -> list[list[str]]:
    shown = []
    for name, value in pairs:
        if name.lower() in ("authorization", "cookie", "set-cookie"):
            value = _typed(name.lower(), value, secrets)
        shown.append([clean(name, secrets), clean(value, secrets)])
    return shown


def _typed(name: str, value: str, secrets: Secrets) -> str:
    """A header that carries a secret by its nature: the value goes, whatever its length."""
    if name == "authorization":
        scheme, _, credentials = value.partition(" ")
        return f"{scheme} {_masked(credentials, secrets)}" if credentials else value
    cut = ";" if name == "set-cookie" else None
    head, mark, rest = value.partition(cut) if cut else (value, "", "")
    parts = []
    for part in head.split(";"):
        key, _, content = part.partition("=")
        parts.append(f"{key}={_masked(content.strip(), secrets)}")
    return ";".join(parts) + mark + rest


def _masked(value: str, secrets: Secrets) -> str:
    """The placeholder of a value, or its length: what a probe made up is not registered."""
    return secrets.placeholder(value) or f"‹{len(value)} chars›"


def _body(text: str, secrets: Secrets) -> str:
    cleaned = clean(text, secrets)
    if len(cleaned) <= LONGEST_BODY:
        return cleaned
    return cleaned[:LONGEST_BODY] + f"… ({len(cleaned)} characters)"


def assert_clean(text: str, run: Run) -> str:
    """`text`, when no registered secret stands in it.

    Raises:
        OurFault: otherwise; what leaked is named by its placeholder only.
    """
    leaks = run.secrets.leaks(text)
    if leaks:
        raise OurFault(f"a report was not written: it would have shown {', '.join(leaks[:3])}")
    return text
