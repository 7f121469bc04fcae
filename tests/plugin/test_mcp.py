"""The MCP server of the built-in plugin: sign-in as MCP asks for it, and what stands behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client, TestResponse

from mockauth.plugin.config import PluginConfig
from mockauth.plugin.several import create_apps
from mockauth.settings import plugins_of
from tests.plugin.tour import CHALLENGE, VERIFIER, Tour, error

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
ACCEPT = "application/json, text/event-stream"
RESOURCE = "http://localhost/mcp"
PRM = "/.well-known/oauth-protected-resource"


def touring_mcp(**table: Any) -> Tour:
    [config] = plugins_of(table, "mockauth.toml", {"api": "mcp"})
    return Tour(config)


def token_for(tour: Tour, **changes: str | None) -> str:
    resource = changes.pop("token_resource", None)
    answer = tour.token(tour.code(**{**PKCE, **changes}), code_verifier=VERIFIER, resource=resource)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["access_token"])


def call(
    tour: Tour, token: str | None, method: str, params: Any = None, **headers: str
) -> TestResponse:
    sent = {"Accept": ACCEPT, **{name.replace("_", "-"): v for name, v in headers.items()}}
    message = {"jsonrpc": "2.0", "id": 1, "method": method}
    if params is not None:
        message["params"] = params
    return tour.api(token, "/mcp", "POST", json=message, headers=sent)


def said(tour: Tour, token: str, tool: str, **arguments: Any) -> Any:
    answer = call(tour, token, "tools/call", {"name": tool, "arguments": arguments})
    assert answer.status_code == 200
    return answer.get_json()


def test_without_a_token_the_challenge_leads_to_the_metadata_and_on_to_the_server() -> None:
    tour = touring_mcp()
    refused = call(tour, None, "initialize")

    assert refused.status_code == 401
    challenge = refused.headers["WWW-Authenticate"]
    address = challenge.partition('resource_metadata="')[2].partition('"')[0]
    assert address == f"http://localhost{PRM}/mcp"
    for path in (PRM, f"{PRM}/mcp"):
        document = tour.outside().get(path).get_json()
        assert document["resource"] == RESOURCE
        assert document["authorization_servers"] == ["http://localhost"]
    metadata = tour.outside().get("/.well-known/oauth-authorization-server").get_json()
    assert metadata["issuer"] == document["authorization_servers"][0]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["registration_endpoint"] == "http://localhost/register"


def test_one_of_several_servers_has_its_metadata_before_its_path() -> None:
    apps = create_apps([PluginConfig(name="one", api="mcp"), PluginConfig(name="two")])
    outside = Client(apps)
    refused = outside.post("/one/mcp", json={})

    address = refused.headers["WWW-Authenticate"].partition('resource_metadata="')[2][:-1]
    assert address == f"http://localhost{PRM}/one/mcp"
    document = outside.get(f"{PRM}/one/mcp").get_json()
    assert (document["resource"], document["authorization_servers"]) == (
        "http://localhost/one/mcp",
        ["http://localhost/one"],
    )
    assert outside.get(f"{PRM}/two").status_code == 404


@pytest.mark.parametrize("wanted", ["2025-03-26", "2025-06-18", "2025-11-25", "1999-01-01"])
def test_a_session_begins_with_a_revision_that_both_know(wanted: str) -> None:
    tour = touring_mcp()
    token = token_for(tour)
    begun = call(tour, token, "initialize", {"protocolVersion": wanted}).get_json()["result"]

    known = wanted if wanted in ("2025-06-18", "2025-11-25") else "2025-11-25"
    assert begun["protocolVersion"] == known
    noted = tour.api(
        token,
        "/mcp",
        "POST",
        headers={"Accept": ACCEPT},
        json={"jsonrpc": "2.0", "method": "notifications/initialized"},
    )
    assert (noted.status_code, noted.data) == (202, b"")
    assert call(tour, token, "ping").get_json() == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_the_tools_are_those_of_the_user_who_signed_in() -> None:
    tour = touring_mcp()
    token = token_for(tour)
    listed = call(tour, token, "tools/list").get_json()["result"]["tools"]

    assert [tool["name"] for tool in listed] == ["whoami", "list_todos", "add_todo"]
    assert said(tour, token, "whoami")["result"]["content"][0]["text"] == "ada"
    added = said(tour, token, "add_todo", todo="milk")["result"]["content"][0]["text"]
    assert added in said(tour, token, "list_todos")["result"]["content"][0]["text"]
    assert said(tour, token, "add_todo")["result"]["isError"] is True


def test_a_tool_without_its_scope_is_403_and_names_the_scope() -> None:
    tour = touring_mcp()
    token = token_for(tour, scope="todos:read")
    refused = call(tour, token, "tools/call", {"name": "add_todo", "arguments": {"todo": "x"}})

    assert refused.status_code == 403
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope", scope="todos:write", resource_metadata="' in challenge


@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
@pytest.mark.parametrize("resource", [None, RESOURCE])
def test_a_token_is_for_the_resource_that_was_asked_for(
    token_format: str, resource: str | None
) -> None:
    tour = touring_mcp(token_format=token_format)
    token = token_for(tour, resource=resource, token_resource=resource)

    assert call(tour, token, "ping").status_code == 200
    client = tour.client()
    described = tour.post(
        "/introspect", {"client_id": client.id, "client_secret": client.secret, "token": token}
    ).get_json()
    assert described["aud"] == (resource or RESOURCE)


def test_another_resource_is_refused_in_both_requests_and_costs_no_code() -> None:
    tour = touring_mcp()
    elsewhere = "https://elsewhere.example/mcp"
    code = tour.code(**PKCE, resource=RESOURCE)

    assert tour.callback(**PKCE, resource=elsewhere)["error"] == ["invalid_target"]
    for wrong in (elsewhere, "http://localhost"):
        answer = tour.token(code, code_verifier=VERIFIER, resource=wrong)
        assert error(answer) == "400 invalid_target"
    granted = tour.token(code, code_verifier=VERIFIER, resource=RESOURCE).get_json()
    refresh = granted["refresh_token"]
    assert error(tour.refresh(refresh, resource=elsewhere)) == "400 invalid_target"
    assert error(tour.refresh(refresh, resource=RESOURCE)) == "200"


@pytest.mark.parametrize("resource", ["http://localhost", "http://localhost/", RESOURCE + "/x"])
def test_the_server_around_it_is_another_resource(resource: str) -> None:
    assert touring_mcp().callback(**PKCE, resource=resource)["error"] == ["invalid_target"]


def test_two_resources_are_refused_by_the_redirect_and_at_the_token_endpoint() -> None:
    tour = touring_mcp()
    other = urlencode({"resource": "https://elsewhere.example/mcp"})
    query = tour.authorize(**PKCE, resource=RESOURCE).request.query_string.decode()
    refused = tour.browser.get(f"/authorize?{query}&{other}")

    assert refused.status_code == 302
    assert "error=invalid_target" in refused.headers["Location"]
    assert "state=the-state" in refused.headers["Location"]


@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
@pytest.mark.parametrize("resource", ["https://elsewhere.example/mcp", "http://localhost"])
def test_a_token_for_another_resource_is_issued_where_that_is_unchecked_and_opens_nothing(
    resource: str, token_format: str
) -> None:
    tour = touring_mcp(policy={"resource_checked": False}, token_format=token_format)
    refused = call(tour, token_for(tour, resource=resource), "ping")

    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_challenge_names_the_scope_to_ask_for() -> None:
    refused = call(touring_mcp(), None, "initialize")

    assert 'scope="todos:read todos:write"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("headers", [{"Accept": "text/html"}, {"MCP_Protocol_Version": "1"}])
def test_an_error_carries_the_id_of_its_request(headers: dict[str, str]) -> None:
    tour = touring_mcp()
    answer = call(tour, token_for(tour), "ping", **headers).get_json()

    assert (answer["id"], "error" in answer) == (1, True)


def test_pkce_is_a_must() -> None:
    assert touring_mcp().callback()["error"] == ["invalid_request"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, -32700),
        (b"[]", {}, 400, -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', {}, 400, -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', {}, 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "nope"}', {}, 200, -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', {}, 200, -32602),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": []}}',
            {},
            200,
            -32602,
        ),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "server/discover"}', {}, 200, -32601),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
            {"Accept": "application/json"},
            406,
            -32600,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
            {"Content-Type": "text/plain"},
            415,
            -32600,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
            {"MCP-Protocol-Version": "1"},
            400,
            -32022,
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
            {"Origin": "https://evil.example"},
            403,
            -32600,
        ),
    ],
)
def test_a_message_that_is_not_as_the_transport_demands_is_told_why(
    body: bytes, headers: dict[str, str], status: int, code: int
) -> None:
    tour = touring_mcp()
    sent = {"Accept": ACCEPT, "Content-Type": "application/json", **headers}
    answer = tour.api(token_for(tour), "/mcp", "POST", data=body, headers=sent)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_there_is_no_stream_and_no_manifest() -> None:
    tour = touring_mcp()
    token = token_for(tour)

    assert tour.api(None, "/mcp").status_code == 401
    for method in ("GET", "DELETE"):
        assert tour.api(token, "/mcp", method).status_code == 405
    assert tour.outside().get("/.well-known/ai-plugin.json").status_code == 404


@pytest.mark.parametrize("message", [{"id": 1, "result": {}}, {"method": "notifications/x"}])
def test_what_wants_no_answer_gets_none(message: dict[str, Any]) -> None:
    tour = touring_mcp()
    answer = tour.api(
        token_for(tour),
        "/mcp",
        "POST",
        headers={"Accept": ACCEPT},
        json={"jsonrpc": "2.0", **message},
    )

    assert (answer.status_code, answer.data) == (202, b"")


def test_a_resource_that_nobody_has_named_yet_may_be_named_at_a_refresh() -> None:
    tour = touring_mcp()
    granted = tour.token(tour.code(**PKCE), code_verifier=VERIFIER).get_json()

    assert error(tour.refresh(granted["refresh_token"], resource=RESOURCE)) == "200"
