"""What `lint` finds in the files of a plugin, `check` finds in what it serves, at the same place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockauth.checks.registry import all_checks
from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.lint import lint
from mockauth.engine.result.result import Result
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import Fault
from mockauth.scenario.library import load_library

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BASE = "http://localhost:5000"
SERVED_ONLY = ("manifest.host-allowed-by-chatgpt", "manifest.verification-token-matches")
"""What is asked of a server, or needs the token that was given."""
STATIC = tuple(c.rule.id for c in all_checks() if c.rule.kind == "static")
FAULTS = [
    fault
    for fault in load_library().faults
    if fault.name.startswith(("manifest.", "openapi.")) and fault.profile == "plugin"
]
PUBLIC = """{
  "schema_version": "v1",
  "name_for_model": "todo",
  "name_for_human": "Todo",
  "description_for_model": "Keeps todos.",
  "description_for_human": "Keeps todos.",
  "auth": {"type": "none"},
  "api": {"type": "openapi", "url": "https://api.todo.dev/openapi.yaml"},
  "logo_url": "https://todo.dev/logo.png",
  "contact_email": "me@todo.dev",
  "legal_info_url": "https://todo.dev/legal"
}
"""
DOCUMENT = """openapi: 3.0.1
info: {title: t, version: '1'}
servers: [{url: 'https://api.todo.dev'}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: d}}
"""
SLIPS = {
    "http": (PUBLIC.replace("https://api", "http://api"), DOCUMENT),
    "port": (PUBLIC.replace("api.todo.dev", "api.todo.dev:8443"), DOCUMENT),
    "legal page elsewhere": (PUBLIC.replace("dev/legal", "page.io/legal"), DOCUMENT),
    "contact elsewhere": (PUBLIC.replace("me@todo.dev", "me@mail.io"), DOCUMENT),
    "placeholder": (PUBLIC.replace("https://todo.dev/logo", "https://yourdomain.com/logo"), DOCUMENT),
    "tab": (PUBLIC, DOCUMENT.replace("    get", "\tget")),
    "key twice": (PUBLIC, DOCUMENT.replace("      operationId: a", "      operationId: a\n" * 2)),
    "no id": (PUBLIC, DOCUMENT.replace("operationId: a", "summary: a")),
    "comma": (PUBLIC.replace('"v1",', '"v1"'), DOCUMENT),
    "trailing comma": (PUBLIC.replace("legal\"", "legal\","), DOCUMENT),
}  # fmt: skip


def served(manifest: str, document: str) -> WSGIApplication:
    """An app that serves the two files and nothing else."""

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        text = {"/.well-known/ai-plugin.json": manifest, "/openapi.yaml": document}
        body = text.get(environ["PATH_INFO"])
        start("200 OK" if body is not None else "404 Not Found", [])
        return [(body or "").encode()]

    return app


def found(results: Iterable[Result]) -> set[tuple[str, str, str, int, int, str]]:
    """What static checks found, and where."""
    return {
        (r.rule.id, r.state, str(f.at), f.line, f.column, str(f.actual))
        for r in results
        if r.rule.id in STATIC and r.rule.id not in SERVED_ONLY
        for f in r.findings
    }


def checked_and_linted(app: WSGIApplication, config: PluginConfig, folder: Path) -> None:
    """Check the app, lint what it serves, and compare."""
    transport = WsgiTransport(app)
    options = replace(options_for(config, BASE), select=STATIC)
    *_, last = run_check(options, transport=transport, clock=MovableClock())
    assert isinstance(last, RunFinished)
    for exchange in (last.run.trace.last("manifest"), last.run.trace.last("openapi")):
        if exchange is not None and exchange.answer.ok:
            name = exchange.request.target.rpartition("/")[2]
            (folder / name).write_bytes(exchange.answer.body)
    offline = [r for report in lint([folder / "ai-plugin.json"]) for r in report.results]
    assert found(last.run.results) == found(offline)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_alike_by_lint_and_check(fault: Fault, tmp_path: Path) -> None:
    from mockauth.plugin.app import create_app

    config = PluginConfig().with_faults(fault)
    if any(change.status or change.place == "manifest" for change in fault.answers):
        pytest.skip("the answer is wrong, not the file")
    checked_and_linted(create_app(config), config, tmp_path)


@pytest.mark.parametrize("slip", SLIPS)
def test_public_names_are_judged_alike_though_this_machine_serves_them(
    slip: str, tmp_path: Path
) -> None:
    manifest, document = SLIPS[slip]
    config = PluginConfig(auth="none")
    checked_and_linted(served(manifest, document), config, tmp_path)
    offline = [r for report in lint([tmp_path / "ai-plugin.json"]) for r in report.results]
    assert len({(f.line, f.column) for r in offline for f in r.findings}) == 1
