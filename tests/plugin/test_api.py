"""The API of the built-in plugin: who may call what, and each rule broken switch by switch."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from mockauth.plugin.api.documents import openapi
from mockauth.plugin.signing import Signing
from tests.plugin.tour import Tour, touring


def test_a_token_without_the_scope_gets_403_and_is_told_which() -> None:
    tour = touring()
    token = tour.grant(scope="todos:write")["access_token"]

    answer = tour.api(token)
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="mockauth", error="insufficient_scope", scope="todos:read"'
    )
    assert tour.api(token, method="POST", json={"todo": "x"}).status_code == 201


@pytest.mark.parametrize(
    ("policy", "status"),
    [({"scope_enforced": False}, 200), ({"insufficient_scope": "401"}, 401)],
)
def test_scope_may_be_ignored_or_refused_wrongly(policy: dict[str, Any], status: int) -> None:
    tour = touring(policy)

    assert tour.api(tour.grant(scope="todos:write")["access_token"]).status_code == status


def test_a_scope_that_the_plugin_does_not_know_is_not_asked_for() -> None:
    tour = touring(scope="search:read")

    assert tour.api(tour.grant()["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("policy", "status"),
    [({}, 401), ({"access_expires": False}, 200), ({"expired_status": 403}, 403)],
)
@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
def test_a_token_expires_by_the_clock(
    token_format: str, policy: dict[str, Any], status: int
) -> None:
    tour = touring(policy, token_format=token_format)
    token = tour.grant()["access_token"]

    assert tour.api(token).status_code == 200
    tour.clock.sleep(3600)
    assert tour.api(token).status_code == status


def forged(kind: str, tour: Tour) -> str:
    """A token that the plugin has not signed."""
    token: str = tour.grant()["access_token"]
    head, claims, signature = token.split(".")

    def coded(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    def with_header(**header: str) -> str:
        return coded(json.dumps(header).encode()) + "." + claims

    if kind == "none":
        return with_header(alg="none") + "."
    if kind == "payload":
        told = json.loads(base64.urlsafe_b64decode(claims + "=="))
        return f"{head}.{coded(json.dumps({**told, 'sub': 'grace'}).encode())}.{signature}"
    if kind == "own-key":
        read = json.loads(base64.urlsafe_b64decode(claims + "=="))
        return str(Signing().sign(read))
    from joserfc.jwk import RSAKey

    keys = tour.outside().get("/.well-known/jwks.json").get_json()["keys"]
    signed = with_header(alg="HS256")
    pem = RSAKey.import_key(keys[0]).as_pem(private=False)
    return f"{signed}.{coded(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


@pytest.mark.parametrize(
    ("kind", "switch"),
    [
        ("none", "alg_none_accepted"),
        ("none", "signature_ignored"),
        ("payload", "signature_ignored"),
        ("own-key", "any_key"),
        ("hs256", "hs256_with_public_key_accepted"),
    ],
)
def test_a_forged_jwt_is_refused_unless_its_flaw_is_switched_on(kind: str, switch: str) -> None:
    strict = touring(token_format="jwt")
    loose = touring({"jwt_checked": switch}, token_format="jwt")

    assert strict.api(forged(kind, strict)).status_code == 401
    assert loose.api(forged(kind, loose)).status_code == 200


def test_the_published_keys_have_no_private_member() -> None:
    [key] = touring(token_format="jwt").outside().get("/.well-known/jwks.json").get_json()["keys"]

    assert set(key) == {"kty", "n", "e", "use", "alg", "kid"}


@pytest.mark.parametrize("tail", ["", "x", "."])
def test_a_jwt_with_another_end_is_refused(tail: str) -> None:
    tour = touring(token_format="jwt")
    token = tour.grant()["access_token"]

    assert tour.api(token[:-1] + tail).status_code == 401


@pytest.mark.parametrize(
    ("policy", "path", "status"),
    [
        ({}, "/todos?access_token={token}", 401),
        ({"token_in_query": True}, "/todos?access_token={token}", 200),
    ],
)
def test_a_token_in_the_query_does_not_count(
    policy: dict[str, Any], path: str, status: int
) -> None:
    tour = touring(policy)

    assert tour.api(path=path.format(token=tour.grant()["access_token"])).status_code == (status)


@pytest.mark.parametrize(("policy", "status"), [({}, 401), ({"token_in_body": True}, 400)])
def test_a_token_in_a_form_body_does_not_count(policy: dict[str, Any], status: int) -> None:
    tour = touring(policy)
    body = {"access_token": tour.grant()["access_token"]}

    # 400: past the token, where a form is no todo.
    assert tour.api(method="POST", data=body).status_code == status


@pytest.mark.parametrize(("policy", "status"), [({}, 400), ({"token_twice_refused": False}, 200)])
def test_a_token_in_header_and_query_is_refused(policy: dict[str, Any], status: int) -> None:
    tour = touring(policy)
    token = tour.grant()["access_token"]

    assert tour.api(token, f"/todos?access_token={token}").status_code == status


@pytest.mark.parametrize(
    ("switch", "which"),
    [
        ("refresh_opens_api", "refresh_token"),
        ("code_opens_api", "code"),
        ("client_secret_opens_api", "secret"),
        ("verification_token_opens", "verification"),
    ],
)
def test_nothing_but_an_access_token_opens_the_api(switch: str, which: str) -> None:
    def call(policy: dict[str, Any]) -> int:
        tour = touring(policy)
        tokens = {
            "refresh_token": tour.grant()["refresh_token"],
            "code": tour.code(),
            "secret": tour.client().secret,
            "verification": tour.config.verification_token,
        }
        return tour.api(tokens[which]).status_code

    assert call({}) == 401
    assert call({switch: True}) == 200


@pytest.mark.parametrize(
    ("switch", "headers"),
    [
        ("openai_headers_open", {"openai-ephemeral-user-id": "e", "openai-conversation-id": "c"}),
        ("user_agent_opens", {"User-Agent": "ChatGPT-User/1.0"}),
    ],
)
def test_looking_like_chatgpt_opens_nothing(switch: str, headers: dict[str, str]) -> None:
    assert touring().api(headers=headers).status_code == 401
    assert touring({switch: True}).api(headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("policy", "header", "status"),
    [
        ({}, "bearer {}", 200),
        ({}, "BEARER   {}", 200),
        ({"scheme_case_ignored": False}, "bearer {}", 401),
        ({"scheme_case_ignored": False}, "Bearer {}", 200),
        ({}, "Basic {}", 401),
        ({"scheme_checked": False}, "Basic {}", 200),
        ({}, "Bearer {} x", 401),
        ({}, "Bearer Bearer {}", 401),
        ({"pasted_whitespace_crashes": True}, "Bearer Bearer {}", 500),
        ({}, "{}", 401),
    ],
)
def test_the_authorization_header_is_read_as_http_says(
    policy: dict[str, Any], header: str, status: int
) -> None:
    tour = touring(policy)
    value = header.format(tour.grant()["access_token"])

    assert tour.api(headers={"Authorization": value}).status_code == status


def first_todo(tour: Tour, token: str) -> str:
    return f"/todos/{tour.api(token).get_json()['todos'][0]['id']}"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_object_of_another_user_does_not_exist(method: str) -> None:
    def call(policy: dict[str, Any]) -> int:
        tour = touring(policy, auth="user_http")
        ada, grace = (user.key for user in tour.config.users)
        return tour.api(grace, first_todo(tour, ada), method, json={"todo": "mine"}).status_code

    assert call({}) == 404
    assert call({"object_owner_checked": False}) in (200, 204)


def test_a_user_reads_changes_and_deletes_an_own_object() -> None:
    tour = touring()
    token = tour.grant()["access_token"]
    added = tour.api(token, method="POST", json={"todo": "one"})
    path = added.headers["Location"]

    assert tour.api(token, path).get_json() == added.get_json()
    assert tour.api(token, path, "PUT", json={"todo": "two"}).get_json()["todo"] == "two"
    assert tour.api(token, path, "DELETE").status_code == 204
    assert tour.api(token, path).status_code == 404


def test_users_are_told_apart_by_their_tokens_only() -> None:
    def names(policy: dict[str, Any]) -> list[str]:
        tour = touring(policy, auth="user_http")
        header = {"openai-ephemeral-user-id": "today"}
        return [tour.api(u.key, headers=header).get_json()["user"] for u in tour.config.users]

    assert names({}) == ["ada", "grace"]
    assert names({"users_told_apart": False}) == ["ada", "ada"]
    assert names({"identity_from": "ephemeral-id"}) == ["today", "today"]


def test_one_operation_may_be_left_open() -> None:
    tour = touring({"open_operations": ("addTodo",)})

    assert tour.api(method="POST", json={"todo": "x"}).status_code == 201
    assert tour.api().status_code == 401


@pytest.mark.parametrize(("policy", "status"), [({}, 200), ({"preflight_open": False}, 401)])
def test_a_preflight_needs_no_token(policy: dict[str, Any], status: int) -> None:
    assert touring(policy).api(method="OPTIONS").status_code == status


@pytest.mark.parametrize(
    ("policy", "status"), [({}, 200), ({"stray_authorization_ignored": False}, 401)]
)
def test_a_plugin_without_sign_in_ignores_a_stray_token(
    policy: dict[str, Any], status: int
) -> None:
    assert touring(policy, auth="none").api("junk").status_code == status


def test_an_api_key_may_travel_in_a_header_of_its_own() -> None:
    tour = touring(auth="service_http", api_key_header="X-Api-Key")
    key = tour.config.service_token

    assert tour.api(headers={"X-Api-Key": key}).status_code == 200
    assert tour.api(key).status_code == 401
    assert openapi(tour.config, "")["components"]["securitySchemes"]["token"] == {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
    }


@pytest.mark.parametrize(("style", "raw", "coded"), [("raw", 200, 401), ("encoded", 401, 200)])
def test_a_basic_service_token_is_taken_as_it_was_pasted(style: str, raw: int, coded: int) -> None:
    tour = touring({"service_basic": style}, auth="service_http", authorization_type="basic")
    token = tour.config.service_token

    def call(value: str) -> int:
        return tour.api(headers={"Authorization": f"Basic {value}"}).status_code

    assert call(token) == raw
    assert call(base64.b64encode(token.encode()).decode()) == coded


def test_the_openapi_document_names_the_scope_of_each_operation() -> None:
    tour = touring()
    document = tour.outside().get("/openapi.json").get_json()

    flow = document["components"]["securitySchemes"]["token"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == "http://localhost/authorize"
    assert document["paths"]["/todos"]["post"]["security"] == [{"token": ["todos:write"]}]
