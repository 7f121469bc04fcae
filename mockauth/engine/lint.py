"""Linting offline: the static checks on files that were never served."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mockauth.checks.evidence import Evidence
from mockauth.checks.registry import Check, all_checks
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.errors import UsageError
from mockauth.manifest.openapi import LARGEST, OpenApi, read_openapi
from mockauth.manifest.plugin import Manifest, read_manifest
from mockauth.scenario.lint import lint_scenario
from mockauth.scenario.strict import Problem

Kind = Literal["manifest", "openapi", "scenario"]
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

    @property
    def failed(self) -> bool:
        """Whether anything in the file is a failure, not only a warning."""
        return bool(self.problems) or any(r.state in ("fail", "error") for r in self.results)

    @property
    def unfinished(self) -> tuple[Result, ...]:
        """What could not be judged of a document that can be read: it asks for too much."""
        if self.failed:
            return ()
        return tuple(r for r in self.results if r.state == "blocked" and r.rule.area == "openapi")


def lint(paths: Sequence[Path]) -> Iterator[FileReport]:
    """Lint files and folders: manifests, OpenAPI documents, scenario files, told by content.

    Raises:
        UsageError: for a path that does not exist or cannot be read.
    """
    checks = [check for check in all_checks() if check.rule.kind == "static"]
    for path in paths:
        for file in _files(path):
            yield _report(file, checks)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        # A JSON Schema for editors lies beside the files it describes, and is none of them.
        yield from sorted(p for p in found if not p.name.endswith(".schema.json"))
    elif path.is_file():
        yield path
    else:
        raise UsageError(f"{path}: no such file; give a manifest, an OpenAPI document or a folder")


def _report(path: Path, checks: list[Check]) -> FileReport:
    try:
        text = _read(path)
    except OSError as wrong:
        raise UsageError(f"{path}: cannot be read: {wrong.strerror}") from wrong
    kind = _kind(path, text)
    if kind == "scenario":
        return FileReport(path=path, kind=kind, problems=tuple(lint_scenario(path)))
    if kind == "openapi":
        evidence = Evidence(openapi=read_openapi(text, str(path)))
        chosen = [check for check in checks if check.rule.area == "openapi"]
    else:
        manifest = read_manifest(text, str(path))
        openapi = _beside(path, manifest)
        evidence = Evidence(manifest=manifest, openapi=openapi, auth=manifest.auth)
        chosen = [c for c in checks if openapi is not None or c.rule.area != "openapi"]
    return FileReport(
        path=path, kind=kind, results=tuple(judge(check, evidence) for check in chosen)
    )


def _kind(path: Path, text: bytes) -> Kind:
    head = text[:4000]
    if path.suffix in (".yaml", ".yml") and head.lstrip().startswith(b"mockauth:"):
        return "scenario"
    if b"name_for_model" in text or b"schema_version" in text or path.name.startswith("ai-plugin"):
        return "manifest"
    if b"openapi" in head or b"swagger" in head or path.suffix in (".yaml", ".yml"):
        return "openapi"
    return "manifest"


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
