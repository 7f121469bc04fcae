"""Where findings of a manifest or an OpenAPI document stand: document, line, column."""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding
from mockauth.engine.result.result import Result
from mockauth.manifest.positions import positions
from mockauth.wire.words import Words, say


def located(result: Result, evidence: Evidence) -> Result:
    """The result of a static check with the place of each finding in its document."""
    if not any(finding.at or finding.line for finding in result.findings):
        return result
    document, text = _document(result, evidence)
    known = positions(text, {_pointer(finding) for finding in result.findings if not finding.line})
    start = (1, 1) if text and _is_about_it(result, evidence) else None
    found = (_at(f, document, known.get(_pointer(f), start)) for f in result.findings)
    return replace(result, findings=tuple(found))


def _pointer(finding: Finding) -> str:
    return str(finding.near or finding.at)


def place_of(finding: Finding) -> Words:
    """`https://todo.dev/openapi.yaml:3:30`; without words where the place is not known."""
    if not finding.line:
        return Words()
    return say("{}:{}:{}", finding.document, finding.line, finding.column)


def pointer_of(finding: Finding) -> str:
    """What `at` says beyond the place: of a text that cannot be read it is the place in words."""
    return "" if finding.line and finding.at[:1] != "/" else finding.at


def _is_about_it(result: Result, evidence: Evidence) -> bool:
    """Whether what is missing at the top is missing in this document: an Action's endpoints stand
    in the GPT editor."""
    return evidence.manifest is not None or result.rule.area == "openapi"


def _document(result: Result, evidence: Evidence) -> tuple[str, bytes]:
    manifest, openapi = evidence.manifest, evidence.openapi
    if manifest is not None and result.rule.area != "openapi":
        return manifest.document.source, manifest.document.mended
    return (openapi.source, openapi.text) if openapi is not None else ("", b"")


def _at(finding: Finding, document: str, place: tuple[int, int] | None) -> Finding:
    if finding.line:
        return replace(finding, document=document)
    if place is None:
        return finding
    return replace(finding, document=document, line=place[0], column=place[1])
