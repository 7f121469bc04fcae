"""What `--profile auto` takes a target for, and what it says of that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.errors import UsageError
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.wire import Secret

BASE = "http://localhost:5000"
MANIFEST = json.dumps({"schema_version": "v1", "name_for_human": "T", "name_for_model": "t"})
OPENAPI = json.dumps({"openapi": "3.1.0", "info": {}, "paths": {}, "servers": [{"url": BASE}]})
INITIALIZED = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}})
MANIFEST_AT, OPENAPI_AT = "GET /.well-known/ai-plugin.json", "GET /openapi.json"
WITH_KEY = Given(token=Secret("key-of-nobody", "token"))
PRM_AT = "GET /.well-known/oauth-protected-resource"


def site(answers: Mapping[str, str], elsewhere: str = "") -> WsgiTransport:
    """A site with these JSON documents, and one for all other paths; `!` in front makes a 401."""

    @Request.application
    def app(request: Request) -> Response:
        text = answers.get(f"{request.method} {request.path}", elsewhere)
        if not text:
            return Response("not here", 404)
        status = 401 if text.startswith("!") else 200
        challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        return Response(text.lstrip("!"), status, challenge, content_type="application/json")

    return WsgiTransport(app)


def checked(transport: WsgiTransport, target: str = BASE, **more: Any) -> Run:
    """A run that judges one rule."""
    options = CheckOptions(target=target, select=("transport.no-5xx",), **more)
    *_, last = run_check(options, transport=transport)
    assert isinstance(last, RunFinished)
    return last.run


def told(run: Run) -> str:
    """What the run says of what it found."""
    return "\n".join(run.notes)


@pytest.mark.parametrize("target", [f"{BASE}/mcp", BASE, f"{BASE}/"])
def test_an_mcp_server_is_found_from_its_address_and_from_its_site(target: str) -> None:
    app = create_app(as_mcp_server(PluginConfig(login="auto")))
    run = checked(WsgiTransport(app), target)

    assert run.profile.name == "mcp"
    assert f"found an MCP server at {BASE}/mcp: it answers 401 and names the metadata" in told(run)


def test_a_plugin_stays_a_plugin_and_nothing_is_said() -> None:
    run = checked(WsgiTransport(create_app(PluginConfig(auth="none"))))

    assert (run.profile.name, run.notes) == ("plugin", ())
    assert run.trace.ordinary("manifest")[0].n == 1


def test_an_mcp_server_that_asks_nobody_to_sign_in_is_one() -> None:
    run = checked(site({"POST /rpc": INITIALIZED}), f"{BASE}/rpc")

    assert run.profile.name == "mcp"
    assert f"found an MCP server at {BASE}/rpc: it answers in JSON-RPC" in told(run)


def test_a_bare_401_is_an_mcp_server_only_with_metadata() -> None:
    metadata = json.dumps({"resource": f"{BASE}/mcp", "authorization_servers": [BASE]})
    bare = checked(site({"POST /mcp": "!{}"}), f"{BASE}/mcp")
    known = checked(site({"POST /mcp": "!{}", PRM_AT: metadata}), f"{BASE}/mcp")

    assert (bare.profile.name, known.profile.name) == ("plugin", "mcp")
    assert f"there is metadata at {BASE}/.well-known/oauth-protected-resource" in told(known)


@pytest.mark.parametrize(("elsewhere", "profile"), [("", "mcp"), ("!{}", "plugin")])
def test_a_bare_401_at_the_usual_path_counts_where_other_paths_are_missing(
    elsewhere: str, profile: str
) -> None:
    metadata = json.dumps({"issuer": BASE, "authorization_endpoint": f"{BASE}/authorize"})
    answers = {"POST /mcp": "!{}", "GET /.well-known/oauth-authorization-server": metadata}
    run = checked(site(answers, elsewhere))

    assert run.profile.name == profile


def test_of_two_things_at_one_site_the_user_must_say_which() -> None:
    both = {MANIFEST_AT: MANIFEST, "POST /mcp": INITIALIZED}

    with pytest.raises(UsageError, match=r"two things: a 2023 plugin, by .*--profile mcp with"):
        checked(site(both))


def test_the_address_of_the_endpoint_says_which_of_two_things_is_meant() -> None:
    both = {MANIFEST_AT: MANIFEST, "POST /mcp": INITIALIZED}
    run = checked(site(both), f"{BASE}/mcp")

    assert run.profile.name == "mcp"
    assert "--profile plugin checks it" in told(run)


@pytest.mark.parametrize("path", ["/openapi.json", "/v3/api-docs"])
def test_a_document_that_is_named_is_an_action(path: str) -> None:
    run = checked(site({f"GET {path}": OPENAPI}), BASE + path, given=WITH_KEY)

    assert run.profile.name == "action"
    assert "is an OpenAPI document: checked as a GPT Action" in told(run)


def test_the_file_of_a_document_is_an_action(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(OPENAPI)
    run = checked(site({}), str(path), given=WITH_KEY)

    assert run.profile.name == "action"
    assert "because of" in told(run)


def test_a_site_with_a_document_alone_is_a_plugin_without_manifest_and_told_so() -> None:
    run = checked(site({OPENAPI_AT: OPENAPI}))

    assert run.profile.name == "plugin"
    assert f"an OpenAPI document at {BASE}/openapi.json; checked as a 2023 plugin" in told(run)


def test_where_nothing_is_found_it_is_said_what_was_looked_for() -> None:
    run = checked(site({}))

    assert run.profile.name == "plugin"
    assert f"found no manifest, no MCP server at {BASE}/mcp or {BASE} and no OpenAPI" in told(run)


def test_a_revision_that_is_named_makes_it_an_mcp_server() -> None:
    app = create_app(as_mcp_server(PluginConfig(login="auto")))
    run = checked(WsgiTransport(app), f"{BASE}/mcp", revision="2025-11-25")

    assert run.profile.name == "mcp"
    assert "because of --revision" in told(run)
