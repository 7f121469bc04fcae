"""Whatever comes in, the built-in plugin answers in its own words: never 5xx, never an open redirect."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from mockauth.clock import MovableClock
from mockauth.plugin.api.operations import embeddings_paths, todo_paths
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.control.openapi import describe
from tests.plugin.tour import CALLBACK, CHALLENGE, VERIFIER, Tour

FEW = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CALLBACKS = PluginConfig().redirect_uris
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "ODD")
PATHS = (
    "/authorize", "/login", "/consent", "/token", "/revoke", "/introspect", "/todos", "/todos/x",
    "/.well-known/ai-plugin.json", "/.well-known/oauth-authorization-server", "/openapi.json",
    "/_mockauth/faults", "/_mockauth/clock", "/_mockauth/users", "/_mockauth/queues/errors",
    "/_mockauth/queues/responses", "/_mockauth/queues/users", "/_mockauth/faults/x", "/health",
    "/v1/embeddings", "/register", "/mcp", "/.well-known/oauth-protected-resource",
)  # fmt: skip
NAMES = (
    "response_type", "client_id", "client_secret", "redirect_uri", "scope", "state", "code",
    "code_challenge", "code_challenge_method", "code_verifier", "grant_type", "refresh_token",
    "token", "username", "password", "next", "csrf_token", "decision", "access_token", "todo",
    "login_hint", "name", "advance", "path", "status", "headers", "trigger", "policy", "answers",
    "resource", "redirect_uris", "grant_types", "jwks", "jsonrpc", "id", "method", "params",
)  # fmt: skip
ODD = st.sampled_from(
    ["", " ", "\x00", "\r\n", "\ud800", "ä", "'\"><script>", "%", "%zz", "%00", "a" * 5000, "//x.y",
     "https://attacker.example/", "javascript:alert(1)", "null", "[]", "-1", "1e400", "\u202e"]
)  # fmt: skip
RIGHT = st.sampled_from(
    ["code", "token", "demo-client", "demo-secret-3f9a7c51d2", "authorization_code", CALLBACK,
     "refresh_token", "S256", "plain", CHALLENGE, VERIFIER, "todos:read", "allow", "deny", "ada",
     "analytical-engine"]
)  # fmt: skip
VALUES = st.one_of(ODD, RIGHT, st.text(max_size=30))
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)
JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), VALUES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES) | VALUES, inner)
    ),
    max_leaves=6,
)
BODIES = st.one_of(
    PAIRS.map(lambda pairs: ("application/x-www-form-urlencoded", form(pairs))),
    JSONS.map(lambda value: ("application/json", json.dumps(value).encode())),
    st.tuples(
        st.sampled_from(
            [
                "",
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "text/plain; charset=undefined",
                "\x7f/;=;",
            ]
        ),
        st.binary(max_size=60),
    ),
)
AUTHORIZATIONS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "Basic",
            "Basic Og==",
            "Basic /w==",
            "Basic ZGVtby1jbGllbnQ6eA==",
            "Bearer",
            "Bearer  x",
            "Bearer control",
            "bearer control",
            "Digest a=b",
            "Bearer a.b.c",
            "Bearer " + "x." * 2000,
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
)


def form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def ask(
    client: Client, method: str, path: str, query: str, body: tuple[str, bytes], sent: str | None
) -> TestResponse:
    headers = {} if sent is None else {"Authorization": sent}
    answer: TestResponse = client.open(
        path,
        method=method,
        query_string=query,
        data=body[1],
        content_type=body[0] or None,
        headers=headers,
    )
    return answer


def judge(answer: TestResponse, path: str, method: str = "GET") -> None:
    assert answer.status_code < 500, answer.get_data(as_text=True)
    location = answer.headers.get("Location", "")
    assert location.startswith(
        ("/", "https://chat.openai.com/aip/", "https://chatgpt.com/aip/", "")
    )
    assert not location.startswith("//")
    assert "attacker.example" not in location.partition("?")[0]
    assert b"<script" not in answer.data
    told = answer.status_code >= 400 and method != "HEAD"
    if told and path in ("/token", "/revoke", "/introspect"):
        assert isinstance(answer.get_json()["error"], str)
        assert "demo-secret" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "config",
    [
        PluginConfig(),
        PluginConfig(login="auto", token_format="jwt"),
        PluginConfig(auth="none", api="embeddings"),
        PluginConfig(login="auto", api="mcp", registration=True),
    ],
    ids=["pages", "auto, JWT", "embeddings", "MCP"],
)
@given(data=st.data())
@FEW
def test_no_input_is_answered_with_5xx(config: PluginConfig, data: st.DataObject) -> None:
    app = create_app(config, MovableClock(), admin_token="control")
    client = Client(app)
    for _ in range(3):
        path = data.draw(st.sampled_from(PATHS))
        method = data.draw(st.sampled_from(METHODS))
        query = form(data.draw(PAIRS)).decode()
        sent = data.draw(AUTHORIZATIONS)
        if path.startswith("/_mockauth") and data.draw(st.booleans()):
            sent = "Bearer control"
        answer = ask(client, method, path, query, data.draw(BODIES), sent)
        queued = path == "/_mockauth/queues/responses"
        if queued and answer.status_code == 201:
            client.post("/_mockauth/reset", headers={"Authorization": "Bearer control"})
        judge(answer, path, method)


def mutated(right: dict[str, str], change: tuple[str, str | None]) -> dict[str, str]:
    name, value = change
    found = {**right, name: value or ""}
    if value is None:
        del found[name]
    return found


CHANGES = st.tuples(st.sampled_from(NAMES), st.none() | VALUES)


@given(change=CHANGES)
@FEW
def test_an_authorization_request_with_one_wrong_value_never_leaves_for_elsewhere(
    change: tuple[str, str | None],
) -> None:
    right = {
        "response_type": "code",
        "client_id": "demo-client",
        "redirect_uri": CALLBACK,
        "scope": "todos:read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    client = Client(create_app(PluginConfig(login="auto")))
    params = mutated(right, change) if change[0] in right else {**right, change[0]: change[1] or ""}
    answer = client.get("/authorize?" + form(list(params.items())).decode())

    judge(answer, "/authorize")
    if answer.status_code in (302, 303):
        assert answer.headers["Location"].startswith((CALLBACK, CALLBACK.replace("openai.com", "")))
        assert params.get("redirect_uri") == CALLBACK
    else:
        assert answer.status_code == 400
        assert answer.mimetype == "text/html"


@given(change=CHANGES)
@FEW
def test_a_token_request_with_one_wrong_value_gets_a_token_or_an_error_in_json(
    change: tuple[str, str | None],
) -> None:
    tour = Tour(config=PluginConfig(login="auto"))
    client = tour.config.clients[0]
    right = {
        "grant_type": "authorization_code",
        "code": tour.code(),
        "redirect_uri": CALLBACK,
        "client_id": client.id,
        "client_secret": client.secret,
    }
    params = mutated(right, change) if change[0] in right else {**right, change[0]: change[1] or ""}
    body = ("application/x-www-form-urlencoded", form(list(params.items())))
    answer = ask(tour.outside(), "POST", "/token", "", body, None)

    judge(answer, "/token")
    altered = change[0] in right and params.get(change[0]) != right[change[0]]
    assert answer.status_code in ((400, 401) if altered else (200, 400))
    assert answer.headers["Cache-Control"] == "no-store"


def schema_values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a schema of our own documents."""
    if "oneOf" in schema:
        return st.one_of([schema_values(one) for one in schema["oneOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "object":
        properties = {n: schema_values(one) for n, one in schema.get("properties", {}).items()}
        required = {n: properties.pop(n) for n in schema.get("required", ())}
        return st.fixed_dictionaries(required, optional=properties)
    if schema["type"] == "array":
        items = schema_values(schema["items"])
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=3)
    if schema["type"] == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    if schema["type"] == "boolean":
        return st.booleans()
    if schema["type"] == "number":
        return st.floats(schema.get("minimum"), schema.get("maximum"))
    return st.text(min_size=1, max_size=20)


OPERATIONS = [
    (api, path, method, operation)
    for api, paths in (("todo", todo_paths()), ("embeddings", embeddings_paths()))
    for path, item in paths.items()
    for method, operation in item.items()
    if method != "parameters"
]


@pytest.mark.parametrize(
    ("api", "path", "method", "operation"),
    OPERATIONS,
    ids=[operation["operationId"] for *_, operation in OPERATIONS],
)
@given(data=st.data())
@settings(parent=FEW, max_examples=25)
def test_each_operation_answers_as_its_document_says(
    api: Any, path: str, method: str, operation: dict[str, Any], data: st.DataObject
) -> None:
    client = Client(create_app(PluginConfig(api=api, auth="none")))
    todo_id = data.draw(st.text(min_size=1, max_size=10))
    if api == "todo" and data.draw(st.booleans()):
        todo_id = client.get("/todos").get_json()["todos"][0]["id"]
    described = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    is_right = data.draw(st.booleans())
    right = schema_values(described["schema"]) if described else st.just({})
    body = data.draw(right if is_right else JSONS)
    address = path.replace("{id}", quote(todo_id, safe="", errors="surrogatepass"))
    sent = ("application/json", json.dumps(body).encode())

    answer = ask(client, method.upper(), address, "", sent, None)

    # With a slash in it, a made-up id may lead to no operation.
    elsewhere = (404, 405, 308) if "{id}" in path else ()
    documented = {*map(int, operation["responses"]), *elsewhere}
    assert answer.status_code in (documented - {400} if is_right and described else documented)


CONTROL = [
    (path, method, operation)
    for path, item in describe("/_mockauth")["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    CONTROL,
    ids=[operation["operationId"] for *_, operation in CONTROL],
)
@given(data=st.data())
@settings(parent=FEW, max_examples=25)
def test_each_control_operation_answers_as_its_document_says(
    path: str, method: str, operation: dict[str, Any], data: st.DataObject
) -> None:
    client = Client(create_app(admin_token="control"))
    described = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = data.draw(schema_values(described["schema"]) | JSONS) if described else None
    sent = ("application/json", json.dumps(body).encode())

    address = "/_mockauth" + path.replace("{name}", "token.slow")
    answer = ask(client, method.upper(), address, "", sent, "Bearer control")
    assert answer.status_code in map(int, operation["responses"]), answer.get_data(as_text=True)
    for read in ("requests", "clock", "queues", "faults"):
        after = client.get(f"/_mockauth/{read}", headers={"Authorization": "Bearer control"})
        assert after.status_code == 200
    for page in ("/authorize", "/login?next=/authorize", "/health"):
        assert client.get(page).status_code < 500
