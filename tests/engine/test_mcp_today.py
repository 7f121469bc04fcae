"""What a run of an MCP server says of ChatGPT today, and of each revision."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import mockauth.report
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.engine.result.today import by_revision, headline, in_words
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.profiles import MCP
from mockauth.profiles.mcp import REVISIONS, with_revision
from mockauth.report import json_report
from mockauth.report.formats import html, markdown
from mockauth.scenario.misbehaving import with_faults

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BASE = "http://localhost:5000"
ERRS = "authorize.response-type-unknown-refused"
SELECTED = ("callback.iss-on-error", "registration.some-way-usable", "token.exchange-works", ERRS)


def checked(
    *faults: str, way: Callable[[WSGIApplication], WSGIApplication] = lambda app: app, **more: Any
) -> Run:
    """The built-in MCP server, checked by a few rules."""
    config = with_faults(as_mcp_server(PluginConfig()), faults)
    options = options_for(config, BASE, "mcp")
    options = CheckOptions(
        target=options.target, profile="mcp", given=options.given, select=SELECTED, **more
    )
    *_, last = run_check(options, transport=WsgiTransport(way(create_app(config))))
    assert isinstance(last, RunFinished)
    return last.run


def test_every_revision_that_the_server_speaks_has_a_verdict() -> None:
    run = checked()

    assert [one.revision for one in by_revision(run)] == ["2026-07-28", "2025-11-25", "2025-06-18"]
    assert {one.signs_in for one in by_revision(run)} == {"yes"}
    assert {one.failures for one in by_revision(run)} == {()}


def test_a_rule_fails_by_the_revision_that_demands_it_alone() -> None:
    run = checked("callback.issuer-not-on-error")

    assert {one.revision: one.failures for one in by_revision(run)} == {
        "2026-07-28": ("callback.iss-on-error",),
        "2025-11-25": (),
        "2025-06-18": (),
    }


def refusing_the_listing_of(revision: str, app: WSGIApplication) -> WSGIApplication:
    """The app, which lists its tools in every revision but one."""

    def refused(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        named = environ.get("HTTP_MCP_PROTOCOL_VERSION") == revision
        if named and b"tools/list" in body:
            start("400 Bad Request", [])
            return []
        return app(environ, start)

    return refused


def test_a_revision_that_is_agreed_on_and_lists_no_tools_cannot_be_signed_in_by() -> None:
    run = checked(way=lambda app: refusing_the_listing_of("2025-06-18", app))

    rows = by_revision(run)
    assert {one.revision: (one.signs_in, one.refused) for one in rows} == {
        "2026-07-28": ("yes", ""),
        "2025-11-25": ("yes", ""),
        "2025-06-18": ("no", "tools/list"),
    }
    assert in_words(rows[-1]).endswith("0 failures; tools/list does not work")
    document = json.loads(json_report.render(run, gate(run)))
    assert "| 2025-06-18 | no | 0 | tools/list |" in markdown.render(document)


def test_a_revision_that_is_named_is_the_only_one_spoken() -> None:
    run = checked(revision="2025-06-18")

    assert [one.revision for one in by_revision(run)] == ["2025-06-18"]
    assert run.profile.title == "MCP server of 2025-06-18"


def test_it_is_told_whether_chatgpt_connects_how_it_registers_and_what_it_shows() -> None:
    assert headline(checked()) == (
        "connects and lists 3 tools; would sign in by its client ID metadata document, and dynamic "
        "registration (RFC 7591) was used here; its callback is https://chatgpt.com/connector_platform_oauth_redirect"
    )
    assert headline(checked("metadata.no-way-to-register")).startswith(
        'does not connect, and shows "MCP server … does not implement OAuth"; finds no way'
    )


def test_a_server_that_takes_documents_alone_and_that_nobody_tried_is_not_said_to_fail() -> None:
    run = checked()
    assert run.today is not None
    untried = replace(run.today, connects=False, way="", callback="https://chatgpt.com/c")

    assert headline(replace(run, today=untried)) == (
        "sign-in not tested; would sign in by its client ID metadata document, which could not be "
        "tried to its end here; its callback is https://chatgpt.com/c"
    )


def test_the_tools_are_listed_where_one_is_named_to_be_called() -> None:
    run = checked(operation="whoami")

    assert run.today is not None
    assert (run.today.connects, run.today.tools) == (True, 3)


def test_the_callback_has_an_id_where_the_server_does_not_promise_iss() -> None:
    run = checked("metadata.no-iss-flag")

    assert run.today is not None
    assert run.today.callback == "https://chatgpt.com/connector/oauth/mockauth00000"


def test_the_reports_carry_the_verdict_by_revision() -> None:
    run = checked()
    text = json_report.render(run, gate(run))
    document = json.loads(text)

    schema = Path(mockauth.report.__file__).parent / "run.schema.json"

    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(document)
    assert document["today"]["registration"] == "dynamic"
    assert [one["signs_in"] for one in document["today"]["revisions"]] == ["yes"] * 3
    assert "| 2025-11-25 | yes | 0 |  | 0 |" in markdown.render(document)
    assert '<th scope="row">2025-11-25</th><td>yes</td>' in html.render(document)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_levels_of_a_revision_replace_those_of_another(revision: Any) -> None:
    assumed = with_revision(MCP, "2025-11-25")

    assert with_revision(assumed, revision) == with_revision(MCP, revision)


def test_a_level_of_the_developer_stays_in_every_revision() -> None:
    mine = MCP.with_levels({"callback.iss-on-error": "info", "discovery": "off"})
    later = with_revision(with_revision(mine, "2025-11-25"), "2026-07-28")

    assert later.overrides["callback.iss-on-error"] == "info"
    assert later.why_off("discovery.prm-found") == "switched off by --level"
