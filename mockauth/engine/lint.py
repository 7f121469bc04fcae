"""Linting offline: the static checks on files that were never served."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mockauth.checks.evidence import Evidence
from mockauth.checks.registry import Check, all_checks
from mockauth.checks.rule import Rule
from mockauth.engine.file_kind import Kind, kind_of
from mockauth.engine.result.exemptions import Policy
from mockauth.engine.result.located import located
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.engine.selection import selected
from mockauth.engine.source_files import source_files
from mockauth.errors import UsageError
from mockauth.manifest.openapi import LARGEST, OpenApi, read_openapi
from mockauth.manifest.plugin import Manifest, read_manifest
from mockauth.profiles import PLUGIN, Profile
from mockauth.scenario.lint import lint_scenario
from mockauth.scenario.strict import Problem

SUFFIXES = (".json", ".yaml", ".yml")
SETTINGS = ("mockauth.toml", "pyproject.toml")
PLAIN_NAME = re.compile(r"[\w-][\w. -]{0,99}")
"""The name of a file that a manifest may name: no hidden one, no other folder."""
KINDS = "manifest, OpenAPI document, scenario file or settings file"


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What lint says of one file; `problems` are those of a scenario or a settings file."""

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
        """What could not be judged though nothing says why: an OpenAPI document that asks for too
        much, or a document of which nothing at all that was asked could be judged."""
        if self.failed:
            return ()
        blocked = [result for result in self.results if result.state == "blocked"]
        if any(result.counts and result.state != "waived" for result in self.results):
            blocked = [result for result in blocked if result.rule.area == "openapi"]
        return tuple(blocked)


@dataclass(frozen=True, kw_only=True)
class LintOptions:
    """What is linted, and how."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    """Ids, areas or sources."""
    profile: Profile = PLUGIN
    policy: Policy | None = None
    """Waivers."""
    texts: Mapping[Path, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """What an editor has not saved yet, in place of what the file holds."""
    settings: Callable[[Path, bytes], Iterable[Problem]] | None = None
    """What is wrong in a settings file; without it such a file is passed over."""

    def wants(self, rule: Rule) -> bool:
        """Whether `select` and `ignore` leave this rule in."""
        return selected(rule, self.select, self.ignore)


def lint(paths: Sequence[Path], options: LintOptions | None = None) -> Iterator[FileReport]:
    """Lint files and folders: manifests, OpenAPI documents, scenario files, told by structure. The
    document that a manifest names is judged with it, once.

    Raises:
        UsageError: for a path that does not exist or cannot be read, and for a folder in which
            there is nothing to judge: whoever names it takes silence for a verdict.
    """
    linter = _Linter(options or LintOptions())
    done: set[Path] = set()
    for path in paths:
        judged = False
        for report in linter.reports(path):
            judged |= report.kind != "other"
            if report.path.resolve() not in done:
                done.add(report.path.resolve())
                yield report
        if path.is_dir() and not judged:
            raise UsageError(f"{path}: nothing was judged: this folder has no {KINDS}")


def static_rules() -> tuple[Rule, ...]:
    """The rules that files can be judged by."""
    return tuple(check.rule for check in all_checks() if check.rule.kind == "static")


class _Linter:
    """The checks that were chosen, and what is made of one path with them."""

    def __init__(self, options: LintOptions) -> None:
        self.options = options
        static = (check for check in all_checks() if check.rule.kind == "static")
        self.checks = [check for check in static if options.wants(check.rule)]

    def reports(self, path: Path) -> Iterator[FileReport]:
        """The reports of a file, or of all files of a folder."""
        named = path in self.options.texts or path.is_file()
        if not named and not path.is_dir():
            raise UsageError(f"{path}: no such file; give a {KINDS}, or a folder")
        for file in [path] if named else source_files(path, _is_wanted):
            yield from self._of_file(file, is_named=named)

    def _of_file(self, path: Path, *, is_named: bool) -> Iterator[FileReport]:
        """The report of a file, then that of the document that it names."""
        text = self._text(path)
        kind = kind_of(path, text)
        if kind == "scenario":
            yield FileReport(path=path, kind=kind, problems=tuple(lint_scenario(path, text)))
        elif kind == "settings" and self.options.settings is not None:
            problems = tuple(self.options.settings(path, text))
            yield FileReport(path=path, kind=kind, problems=problems)
        elif kind == "openapi":
            yield self._document(read_openapi(text, str(path)), path)
        elif kind == "manifest":
            yield from self._manifest(read_manifest(text, str(path)), path)
        else:
            yield FileReport(path=path, kind="other", is_named=is_named)

    def _manifest(self, manifest: Manifest, path: Path) -> Iterator[FileReport]:
        beside = self._beside(path, manifest)
        evidence = Evidence(
            profile=self.options.profile, manifest=manifest, openapi=beside, auth=manifest.auth
        )
        chosen = [check for check in self.checks if check.rule.area != "openapi"]
        yield FileReport(path=path, kind="manifest", results=self._judged(chosen, evidence))
        if beside is not None:
            yield self._document(beside, Path(beside.source))

    def _document(self, openapi: OpenApi, path: Path) -> FileReport:
        chosen = [check for check in self.checks if check.rule.area == "openapi"]
        evidence = Evidence(profile=self.options.profile, openapi=openapi)
        return FileReport(path=path, kind="openapi", results=self._judged(chosen, evidence))

    def _judged(self, checks: Sequence[Check], evidence: Evidence) -> tuple[Result, ...]:
        results = (located(judge(check, evidence), evidence) for check in checks)
        policy = self.options.policy
        return tuple(policy.applied(result) if policy else result for result in results)

    def _beside(self, path: Path, manifest: Manifest) -> OpenApi | None:
        """The OpenAPI document on this disk, when api.url ends with the name of a file near by."""
        name = (manifest.api_url or "").partition("?")[0].rpartition("/")[2]
        if not PLAIN_NAME.fullmatch(name):
            return None
        for folder in (path.parent, path.parent.parent):
            candidate = folder / name
            if candidate.is_file() and candidate != path:
                return read_openapi(self._text(candidate), str(candidate))
        return None

    def _text(self, path: Path) -> bytes:
        if path in self.options.texts:
            return self.options.texts[path]
        try:
            with path.open("rb") as file:
                return file.read(LARGEST + 1)
        except OSError as wrong:
            raise UsageError(f"{path}: cannot be read: {wrong.strerror}") from wrong


def _is_wanted(name: str) -> bool:
    # A JSON Schema for editors lies beside the files it describes, and is none of them.
    return name in SETTINGS or (name.endswith(SUFFIXES) and not name.endswith(".schema.json"))
