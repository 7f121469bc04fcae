"""Files are told apart by their structure, not by words that stand somewhere in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockauth.engine.file_kind import Kind, kind_of
from mockauth.engine.lint import FileReport, lint

DOCUMENT = """openapi: 3.0.1
info: {title: t, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: d}}
  /b:
    get: {responses: {'200': {description: d}}}
"""


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("package.json", '{"name": "x", "version": "1", "schema_version": 1}', "other"),
        ("ci.yaml", "on: push\njobs: {a: {steps: []}}\n", "other"),
        ("compose.yml", "services: {openapi: {image: swagger}}\n", "other"),
        ("settings.json", '{"openapi": {"path": "/x"}, "paths": {"@/*": ["src/*"]}}', "other"),
        ("empty.json", "", "other"),
        ("list.json", "[1, 2]", "other"),
        ("todo.yaml", DOCUMENT.replace("title: t", "title: name_for_model"), "openapi"),
        ("todo.json", '{"swagger": "2.0"}', "openapi"),
        ("todo.yaml", "paths: {/a: {get: {}}}\n", "openapi"),
        ("paths.json", '{"paths": {"/x": "src/x"}}', "other"),
        ("about.json", '{"openapi": "3.0.0 of our API"}', "other"),
        ("todo.yaml", "openapi: 3.0.1\npaths: [\n", "openapi"),
        ("x.json", '{"schema_version": "v1", "name_for_model": "x"}', "manifest"),
        ("x.json", '{"schema_version": "v1", "name_for_model": "x",,', "manifest"),
        ("x.json", '{"name_for_human": "x", // none\n}', "manifest"),
        ("x.json", '{"auth": {}, "api": {}, "logo_url": ""}', "manifest"),
        ("ai-plugin.json", "", "manifest"),
        ("fault.yaml", "# ours\nmockauth: 1\n", "scenario"),
        ("mockauth.toml", "", "settings"),
        ("ours.toml", "[check]\n", "settings"),
        ("pyproject.toml", "[project]\n[tool.mockauth.check]\n", "settings"),
        ("pyproject.toml", "[tool.mockauthority]\n[tool.ruff]\n", "other"),
    ],
)
def test_a_file_is_told_by_its_structure(name: str, text: str, kind: Kind) -> None:
    assert kind_of(Path(name), text.encode()) == kind


def test_what_is_neither_is_skipped_in_a_folder_and_an_error_by_name(tmp_path: Path) -> None:
    file = tmp_path / "package.json"
    file.write_text('{"name": "x"}')
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (in_folder,) = (report for report in lint([tmp_path]) if report.path == file)
    (named,) = lint([file])
    assert [(r.kind, r.failed) for r in (in_folder, named)] == [("other", False), ("other", True)]


def test_the_document_beside_a_manifest_is_judged_once_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (tmp_path / "ai-plugin.json").write_text(
        '{"schema_version": "v1",\n "name_for_model": "todo list",\n'
        ' "api": {"type": "openapi", "url": "https://todo.dev/openapi.yaml"}}'
    )
    reports = {report.path.name: report for report in lint([tmp_path])}
    assert len(reports) == len(list(lint([tmp_path]))) == 2
    document, manifest = reports["openapi.yaml"], reports["ai-plugin.json"]
    assert {r.rule.area for r in document.results} == {"openapi"}
    assert "openapi" not in {r.rule.area for r in manifest.results}
    assert place(document, "/paths/~1b/get") == (9, 5)
    assert place(manifest, "/name_for_model") == (2, 2)


def place(report: FileReport, at: str) -> tuple[int, int]:
    """Line and column of the finding there."""
    found = [f for result in report.results for f in result.findings if f.at == at]
    assert {f.document for f in found} == {str(report.path)}
    return found[0].line, found[0].column
