"""Linting offline: the static checks on files that were never served."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockauth.checks.evidence import Evidence
from mockauth.checks.registry import Check, all_checks
from mockauth.engine.file_kind import Kind, kind_of
from mockauth.engine.result.located import located
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.errors import UsageError
from mockauth.manifest.openapi import LARGEST, OpenApi, read_openapi
from mockauth.manifest.plugin import Manifest, read_manifest
from mockauth.scenario.lint import lint_scenario
from mockauth.scenario.strict import Problem

SUFFIXES = (".json", ".yaml", ".yml")
PLAIN_NAME = re.compile(r"[\w-][\w. -]{0,99}")
"""The name of a file that a manifest may name: no hidden one, no other folder."""


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What lint says of one file; `problems` are those of a scenario file."""

    path: Path
    kind: Kind
    results: tuple[Result, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_named: bool = False
    """The user named this very file, so that one of no known kind is an error."""

    @property
    def failed(self) -> bool:
        """Whether anything in the file is a failure, not only a warning."""
        unknown = self.kind == "other" and self.is_named
        states = (r.state for r in self.results)
        return unknown or bool(self.problems) or any(s in ("fail", "error") for s in states)

    @property
    def unfinished(self) -> tuple[Result, ...]:
        """What could not be judged of a document that can be read: it asks for too much."""
        if self.failed:
            return ()
        return tuple(r for r in self.results if r.state == "blocked" and r.rule.area == "openapi")


def lint(paths: Sequence[Path]) -> Iterator[FileReport]:
    """Lint files and folders: manifests, OpenAPI documents, scenario files, told by structure. The
    document that a manifest names is judged with it, once.

    Raises:
        UsageError: for a path that does not exist or cannot be read.
    """
    checks = [check for check in all_checks() if check.rule.kind == "static"]
    done: set[Path] = set()
    for path in paths:
        for file in _files(path):
            for report in _reports(file, checks, is_named=path.is_file()):
                if report.path.resolve() not in done:
                    done.add(report.path.resolve())
                    yield report


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        # A JSON Schema for editors lies beside the files it describes, and is none of them.
        yield from sorted(p for p in found if not p.name.endswith(".schema.json"))
    elif path.is_file():
        yield path
    else:
        raise UsageError(f"{path}: no such file; give a manifest, an OpenAPI document or a folder")


def _reports(path: Path, checks: list[Check], *, is_named: bool) -> Iterator[FileReport]:
    """The report of a file, then that of the document that it names."""
    try:
        text = _read(path)
    except OSError as wrong:
        raise UsageError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    kind = kind_of(path, text)
    if kind == "scenario":
        yield FileReport(path=path, kind=kind, problems=tuple(lint_scenario(path)))
    elif kind == "openapi":
        yield _document(read_openapi(text, str(path)), path, checks)
    elif kind == "manifest":
        manifest = read_manifest(text, str(path))
        beside = _beside(path, manifest)
        yield _manifest(manifest, beside, path, checks)
        if beside is not None:
            yield _document(beside, Path(beside.source), checks)
    else:
        yield FileReport(path=path, kind=kind, is_named=is_named)


def _document(openapi: OpenApi, path: Path, checks: list[Check]) -> FileReport:
    chosen = [check for check in checks if check.rule.area == "openapi"]
    results = _judged(chosen, Evidence(openapi=openapi))
    return FileReport(path=path, kind="openapi", results=results)


def _manifest(
    manifest: Manifest, openapi: OpenApi | None, path: Path, checks: list[Check]
) -> FileReport:
    evidence = Evidence(manifest=manifest, openapi=openapi, auth=manifest.auth)
    chosen = [check for check in checks if check.rule.area != "openapi"]
    return FileReport(path=path, kind="manifest", results=_judged(chosen, evidence))


def _judged(checks: Sequence[Check], evidence: Evidence) -> tuple[Result, ...]:
    return tuple(located(judge(check, evidence), evidence) for check in checks)


def _beside(path: Path, manifest: Manifest) -> OpenApi | None:
    """The OpenAPI document on this disk, when api.url ends with the name of a file near by."""
    name = (manifest.api_url or "").partition("?")[0].rpartition("/")[2]
    if not PLAIN_NAME.fullmatch(name):
        return None
    for folder in (path.parent, path.parent.parent):
        candidate = folder / name
        if candidate.is_file() and candidate != path:
            return read_openapi(_read(candidate), str(candidate))
    return None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
