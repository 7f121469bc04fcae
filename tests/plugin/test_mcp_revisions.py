"""The MCP server of the built-in plugin in each revision of the protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from tests.plugin.mcp_tour import BOTH, META, RESOURCE, McpTour, touring_mcp

D, C, B, A = "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"
WELL_KNOWN = "/.well-known/oauth-authorization-server"
PRM = "/.well-known/oauth-protected-resource"


def code_of(answer: Any) -> tuple[int, int]:
    """Status and error code of a refusal."""
    return answer.status_code, answer.get_json()["error"]["code"]


def test_the_newest_revision_needs_no_session_and_says_what_it_is() -> None:
    tour = touring_mcp()
    token = tour.signed_in()
    found = tour.modern(token, "server/discover").get_json()
    listed = tour.modern(token, "tools/list").get_json()["result"]
    called = tour.modern(token, "tools/call", {"name": "whoami", "arguments": {}})

    assert (found["id"], found["result"]["supportedVersions"]) == (7, [D])
    assert found["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "mockauth"
    assert (listed["resultType"], listed["cacheScope"], listed["ttlMs"]) == (
        "complete",
        "private",
        60_000,
    )
    assert called.get_json()["result"]["content"][0]["text"] == "ada"
    assert "Mcp-Session-Id" not in called.headers


@pytest.mark.parametrize(
    ("headers", "meta", "expected"),
    [
        ({"Mcp-Method": "ping"}, META, (400, -32020)),
        ({"Mcp-Method": None}, META, (400, -32020)),
        ({"Mcp-Name": "other"}, META, (400, -32020)),
        ({"Mcp-Name": None}, META, (400, -32020)),
        ({"MCP-Protocol-Version": None}, META, (400, -32022)),
        ({"MCP-Protocol-Version": "1"}, META, (400, -32020)),
        ({"Mcp-Name": "=?base64?d2hvYW1p?="}, {}, (400, -32602)),
        ({}, {next(iter(META)): D}, (400, -32602)),
    ],
)
def test_headers_say_what_the_body_says(
    headers: dict[str, str | None], meta: dict[str, Any], expected: tuple[int, int]
) -> None:
    tour = touring_mcp()
    params = {"_meta": meta, "name": "whoami", "arguments": {}}
    answer = tour.modern(tour.signed_in(), "tools/call", params, headers=headers)

    assert answer.get_json()["id"] == 7
    assert code_of(answer)[0] == expected[0]
    if headers != {"MCP-Protocol-Version": None}:
        assert code_of(answer) == expected


def test_an_unknown_version_is_told_which_are_spoken() -> None:
    tour = touring_mcp()
    meta = {**META, next(iter(META)): "2099-01-01"}
    answer = tour.modern(
        tour.signed_in(),
        "server/discover",
        {"_meta": meta},
        headers={"MCP-Protocol-Version": "2099-01-01"},
    )

    assert code_of(answer) == (400, -32022)
    assert answer.get_json()["error"]["data"] == {"supported": [D], "requested": "2099-01-01"}


@pytest.mark.parametrize("method", ["initialize", "ping", "logging/setLevel", "nope"])
def test_an_unknown_method_of_the_newest_revision_is_404(method: str) -> None:
    tour = touring_mcp()

    assert code_of(tour.modern(tour.signed_in(), method)) == (404, -32601)


@pytest.mark.parametrize(("revision", "spoken"), [(D, C), (C, C), (B, B), (A, A)])
def test_a_client_that_begins_with_initialize_gets_a_revision_of_that_kind(
    revision: str, spoken: str
) -> None:
    tour = touring_mcp(mcp_revision=revision)
    begun = tour.legacy(tour.signed_in(), "initialize", {"protocolVersion": D}).get_json()

    assert begun["result"]["protocolVersion"] == spoken


@pytest.mark.parametrize("revision", [C, B, A])
def test_a_session_begins_is_demanded_and_ends(revision: str) -> None:
    tour = touring_mcp(mcp_revision=revision, mcp_mode="session")
    token = tour.signed_in()
    session = tour.legacy(token, "initialize", {}).headers["Mcp-Session-Id"]
    known, unknown = {"Mcp-Session-Id": session}, {"Mcp-Session-Id": "x"}

    assert len(session) >= 32
    assert tour.legacy(token, "ping", headers=known).status_code == 200
    assert tour.legacy(token, "ping").status_code == 400
    assert tour.legacy(token, "ping", headers=unknown).status_code == 404
    assert tour.legacy(None, "ping", headers=known).status_code == 401
    assert tour.api(token, "/mcp", "DELETE", headers=known).status_code == 204
    assert tour.legacy(token, "ping", headers=known).status_code == 404


def test_a_session_is_its_users_alone() -> None:
    tour = touring_mcp(mcp_revision=C, mcp_mode="session", login="login_and_consent")
    session = tour.legacy(tour.signed_in(), "initialize", {}).headers["Mcp-Session-Id"]
    other = McpTour(config=tour.config, user="grace")
    assert tour.app is not None
    other.app, other.browser = tour.app, Client(tour.app)

    headers = {"Mcp-Session-Id": session}
    assert other.legacy(other.signed_in(), "ping", headers=headers).status_code == 404


def test_an_answer_may_be_a_stream_of_one_event() -> None:
    tour = touring_mcp(mcp_answers="events")
    answer = tour.legacy(tour.signed_in(), "ping")

    assert answer.mimetype == "text/event-stream"
    data = answer.get_data(as_text=True).partition("data: ")[2]
    assert json.loads(data) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_the_oldest_revision_takes_batches_and_has_no_metadata_of_the_resource() -> None:
    tour = touring_mcp(mcp_revision=A)
    token = tour.signed_in()
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "method": "notifications/x"},
        {"jsonrpc": "2.0", "id": 2, "method": "initialize"},
    ]
    answer = tour.api(token, "/mcp", "POST", json=asked, headers={"Accept": BOTH}).get_json()
    refused = tour.legacy(None, "ping")

    assert [(one["id"], "error" in one) for one in answer] == [(1, False), (2, True)]
    assert "resource_metadata" not in refused.headers["WWW-Authenticate"]
    assert tour.outside().get(PRM).status_code == 404


def test_a_token_of_one_server_does_not_open_the_other() -> None:
    tour = touring_mcp()
    other = RESOURCE + "2"
    first, second = tour.signed_in(resource=RESOURCE), tour.signed_in(resource=other)

    assert tour.legacy(first, "ping").status_code == 200
    assert tour.legacy(second, "ping", path="/mcp2").status_code == 200
    for token, path in ((first, "/mcp2"), (second, "/mcp")):
        refused = tour.legacy(token, "ping", path=path)
        assert refused.status_code == 401
        assert f'{PRM}{path}"' in refused.headers["WWW-Authenticate"]
    assert tour.outside().get(f"{PRM}/mcp2").get_json()["resource"] == other


def test_an_issuer_with_a_path_has_its_metadata_in_three_places() -> None:
    tour = touring_mcp(tenant="t1", metadata_forms="both", token_format="jwt")
    openid = "/.well-known/openid-configuration"
    for path in (f"{WELL_KNOWN}/t1", f"{openid}/t1", f"/t1{openid}"):
        assert tour.outside().get(path).get_json()["issuer"] == "http://localhost/t1"
    assert tour.outside().get(WELL_KNOWN).status_code == 404
    document = tour.outside().get(PRM).get_json()
    assert document["authorization_servers"] == ["http://localhost/t1"]
    token = tour.signed_in()
    assert tour.legacy(token, "ping").status_code == 200


def test_the_origin_can_be_mapped_to_the_server() -> None:
    tour = touring_mcp(policy={"resource_of_origin": "mapped"})
    token = tour.signed_in(resource="http://localhost", token_resource="http://localhost")

    assert tour.legacy(token, "ping").status_code == 200


def test_a_mixed_server_has_a_tool_for_everybody_and_says_what_the_others_need() -> None:
    tour = touring_mcp(mixed=True, tool_challenge=True)
    listed = tour.modern(None, "tools/list").get_json()["result"]["tools"]
    schemes = {tool["name"]: tool["securitySchemes"] for tool in listed}
    about = tour.modern(None, "tools/call", {"name": "about"}).get_json()["result"]
    needs = tour.modern(None, "tools/call", {"name": "add_todo"}).get_json()["result"]
    narrow = tour.signed_in(scope="todos:read")
    more = tour.modern(narrow, "tools/call", {"name": "add_todo"}).get_json()["result"]

    assert schemes["about"] == [{"type": "noauth"}]
    assert schemes["add_todo"] == [{"type": "oauth2", "scopes": ["todos:write"]}]
    assert about["isError"] is False
    for result, error in ((needs, "invalid_token"), (more, "insufficient_scope")):
        [challenge] = result["_meta"]["mcp/www_authenticate"]
        assert result["isError"] is True
        assert f'error="{error}"' in challenge
        assert "error_description=" in challenge
        assert "resource_metadata=" in challenge
    assert tour.modern("wrong", "tools/call", {"name": "add_todo"}).status_code == 401


def test_a_page_led_here_by_a_name_of_the_internet_is_refused() -> None:
    evil = "http://evil.example"
    asked: dict[str, Any] = {"base_url": evil, "headers": {"Origin": evil}, "json": {}}
    led = touring_mcp().outside().post("/mcp", **asked, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    own = touring_mcp().outside().post("/mcp", **asked, environ_base={"REMOTE_ADDR": "9.9.9.9"})

    assert (led.status_code, own.status_code) == (403, 401)


@pytest.mark.parametrize("path", ["/register", "/token", WELL_KNOWN, PRM])
def test_any_page_may_register_and_read_metadata(path: str) -> None:
    answer = touring_mcp().outside().options(path, headers={"Origin": "https://page.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "https://page.example"
    assert "WWW-Authenticate" in answer.headers["Access-Control-Expose-Headers"]


def test_a_native_app_registers_its_own_scheme_and_may_ask_for_more_later() -> None:
    tour = touring_mcp()
    asked = {
        "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"],
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "scope": "todos:read",
    }
    client = tour.outside().post("/register", json=asked).get_json()
    landed = tour.land(
        client_id=client["client_id"],
        redirect_uri=asked["redirect_uris"][0],
        code_challenge="v" * 43,
        code_challenge_method="S256",
    )

    assert client["application_type"] == "native"
    assert landed.headers["Location"].startswith("cursor://")
    assert "code=" in landed.headers["Location"]
    dangerous = {**asked, "redirect_uris": ["javascript://x/alert"]}
    assert tour.outside().post("/register", json=dangerous).status_code == 400
