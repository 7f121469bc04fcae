"""Linting from Python: what `mockauth lint` says of a file or a text, as values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mockauth.engine.lint import FileReport
from mockauth.engine.lint import lint as lint_files
from mockauth.engine.result.located import place_of, pointer_of
from mockauth.wire.secret import Secrets
from mockauth.wire.words import render

TEXT = "document"
"""The name of a text that has no file."""
SHOWN = ("fail", "error", "warn", "info")


@dataclass(frozen=True, kw_only=True)
class LintFinding:
    """One place where a file breaks a rule. `place` is `file:line:column` as far as it is known, `at` a
    JSON pointer; `id` is "" for what keeps a scenario file from being read."""

    place: str
    state: str
    id: str = ""
    at: str = ""
    expected: str = ""
    actual: str = ""
    fix: str = ""

    def __str__(self) -> str:
        head = f"{self.place}: {self.state} {self.id}".rstrip()
        told = f"expected {self.expected}; found {self.actual}" if self.expected else self.actual
        return f"{head}: {told}" + (f"; fix: {self.fix}" if self.fix else "")


@dataclass(frozen=True)
class LintReport:
    """What was found in all files, and how many were judged."""

    findings: tuple[LintFinding, ...]
    files: int

    @property
    def ok(self) -> bool:
        """Whether something was judged, and nothing failed; warnings do not count."""
        return self.files > 0 and not self.failures

    @property
    def failures(self) -> tuple[LintFinding, ...]:
        """What must change."""
        return tuple(one for one in self.findings if one.state in ("fail", "error"))

    def __iter__(self) -> Iterator[LintFinding]:
        return iter(self.findings)

    def assert_ok(self) -> None:
        """See that nothing failed.

        Raises:
            AssertionError: something did, or no file was judged; a line for each finding.
        """
        __tracebackhide__ = True
        if not self.files:
            raise AssertionError("no manifest, OpenAPI document or scenario file was found")
        if self.failures:
            raise AssertionError("\n".join(map(str, self.failures)))


def lint(document: str | PathLike[str]) -> LintReport:
    """Judge manifests, OpenAPI documents and scenario files without a server.

    Args:
        document: the path of a file or a folder, or the text of one document. A string is a text when
            it has a line break or begins with a brace.

    Raises:
        UsageError: the path does not exist or cannot be read.
    """
    text = str(document)
    if isinstance(document, str) and ("\n" in text or text.lstrip().startswith("{")):
        return _of_text(text)
    return _of_path(Path(document), "")


def _of_text(text: str) -> LintReport:
    suffix = ".json" if text.lstrip().startswith("{") else ".yaml"
    with tempfile.TemporaryDirectory() as folder:
        # Alone in a folder of its own, so that no document of others is read beside it.
        path = Path(folder) / f"{TEXT}{suffix}"
        path.write_text(text, "utf-8")
        return _of_path(path, f"{folder}/")


def _of_path(path: Path, hidden: str) -> LintReport:
    judged = [one for one in lint_files([path]) if one.kind != "other" or one.is_named]
    findings = [found for one in judged for found in _findings(one, hidden)]
    return LintReport(tuple(findings), len(judged))


def _findings(report: FileReport, hidden: str) -> Iterator[LintFinding]:
    secrets = Secrets()  # a file offline has none that is known as one
    file = str(report.path).removeprefix(hidden)
    for problem in report.problems:
        yield LintFinding(place=file, state="fail", actual=str(problem).removeprefix(hidden))
    if report.kind == "other":
        wanted = "a manifest, an OpenAPI document or a scenario file"
        yield LintFinding(place=file, state="error", expected=wanted, actual="neither of them")
    for result in report.results:
        if result.state not in SHOWN and result not in report.unfinished:
            continue
        for one in result.findings:
            state = "warn" if one.tolerated and result.state == "fail" else result.state
            yield LintFinding(
                place=(render(place_of(one), secrets) or file).removeprefix(hidden),
                state=state,
                id=result.rule.id,
                at=render(pointer_of(one), secrets),
                expected=render(one.expected, secrets),
                actual=render(one.actual, secrets),
                fix=render(one.fix or result.rule.fix, secrets),
            )
        if not result.findings:
            actual = render(result.actual, secrets)
            yield LintFinding(place=file, state=result.state, id=result.rule.id, actual=actual)
