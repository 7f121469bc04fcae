"""A slip: one thing that lint says of a file, at one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from mockauth.checks.finding import Finding
from mockauth.checks.rule import Rule, levels
from mockauth.engine.lint import KINDS, FileReport
from mockauth.engine.result.located import pointer_of
from mockauth.engine.result.result import Result, State
from mockauth.wire.words import Words, cut, own, say

FailOn = Literal["must", "should", "never"]
NOTHING = Words()


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What is wrong, or could not be judged, at a line and column of a file; both count from 1."""

    file: str
    line: int = 1
    column: int = 1
    rule: Rule
    state: State
    """`blocked`: it could not be judged, and `actual` says why."""
    pointer: str = ""
    """Where it lies in the document, as a JSON pointer."""
    expected: Words = NOTHING
    actual: Words
    fix: Words = NOTHING
    waived_because: str = ""


OF_SCENARIOS = Rule(
    id="scenario.file-valid",
    title="A scenario file can be read, and says what it means",
    levels=levels("MMM"),
    refs=(),
    why="A probe that cannot be read tests nothing.",
    fix="Change what is named; docs/writing-a-probe.md lists every key.",
    kind="static",
)
OF_SETTINGS = Rule(
    id="settings.file-valid",
    title="A settings file has keys that exist, with values they can have",
    levels=levels("MMM"),
    refs=(),
    why="Every command that reads the file stops there.",
    fix="Change what is named; docs/check.md explains the keys.",
    kind="static",
)
OF_NAMES = Rule(
    id="lint.file-known",
    title="A file that is named is one that lint judges",
    levels=levels("MMM"),
    refs=(),
    why="Who names a file takes silence for a verdict.",
    fix="Name another file, or its folder: there what is none of these is passed over.",
    kind="static",
)
OF_FILES: Mapping[str, Rule] = MappingProxyType({"scenario": OF_SCENARIOS, "settings": OF_SETTINGS})
FILE_RULES = (OF_SCENARIOS, OF_SETTINGS, OF_NAMES)
"""Rules of lint alone: no service can be judged by them."""


def slips(report: FileReport) -> Iterator[Slip]:
    """All that lint says of one file, in the order of the file."""
    found = [*_of_problems(report), *(s for result in report.results for s in _of(report, result))]
    return iter(sorted(found, key=lambda slip: (slip.line, slip.column, slip.rule.id)))


def exit_code(reports: Iterable[FileReport], fail_on: FailOn) -> int:
    """1 for what is broken at or above `fail_on`; 3 where something, or everything, could not be
    judged; else 0. An `error` is 1 always: mockauth failed there."""
    all_reports = tuple(reports)
    states = {slip.state for report in all_reports for slip in slips(report)}
    closing = {"must": {"fail"}, "should": {"fail", "warn"}, "never": set[str]()}[fail_on]
    if states & (closing | {"error"}):
        return 1
    judged = any(_judged_anything(report) for report in all_reports)
    return 0 if judged and not any(report.unfinished for report in all_reports) else 3


def _judged_anything(report: FileReport) -> bool:
    whole = report.kind in OF_FILES or (report.kind == "other" and report.is_named)
    return whole or any(result.counts for result in report.results)


def _of_problems(report: FileReport) -> Iterator[Slip]:
    path = str(report.path)
    if report.kind == "other" and report.is_named:
        actual = say("this is no {}", own(KINDS))
        yield Slip(file=path, rule=OF_NAMES, state="fail", actual=actual, fix=own(OF_NAMES.fix))
    for problem in report.problems:
        rule = OF_FILES[report.kind]
        yield Slip(
            file=path,
            line=problem.line,
            column=problem.column,
            rule=rule,
            state="fail",
            actual=say("{}: {}", problem.path, problem.message)
            if problem.path
            else cut(problem.message),
            fix=own(rule.fix),
        )


def _of(report: FileReport, result: Result) -> Iterator[Slip]:
    if result in report.unfinished or (result.state == "error" and not result.findings):
        yield Slip(
            file=str(report.path),
            rule=result.rule,
            state=result.state,
            actual=_words(result.actual),
        )
    elif result.state in ("fail", "warn", "info", "error", "waived"):
        yield from (_of_finding(report, result, finding) for finding in result.findings)


def _of_finding(report: FileReport, result: Result, finding: Finding) -> Slip:
    state = "warn" if finding.tolerated and result.state == "fail" else result.state
    slip = Slip(
        file=finding.document or str(report.path),
        rule=result.rule,
        state=state,
        pointer=pointer_of(finding),
        expected=_words(finding.expected),
        actual=_words(finding.actual),
        fix=_words(finding.fix or result.rule.fix),
        waived_because=result.waiver.reason if result.waiver else "",
    )
    return replace(slip, line=finding.line, column=finding.column) if finding.line else slip


def _words(text: str) -> Words:
    """A text as it came; one that does not know its parts is text of others."""
    return text if isinstance(text, Words) else cut(text)
