"""Clients that register themselves at the built-in plugin (RFC 7591)."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockauth.plugin.state import MOST_CLIENTS, PluginState
from tests.plugin.tour import CHALLENGE, VERIFIER, Tour, error, touring

URI = "http://127.0.0.1:18199/callback"
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
BOTH_GRANTS = ["authorization_code", "refresh_token"]


def register(tour: Tour, **members: Any) -> TestResponse:
    answer: TestResponse = tour.outside().post(
        "/register", json={"redirect_uris": [URI], **members}
    )
    return answer


def registered(tour: Tour, **members: Any) -> dict[str, Any]:
    answer = register(tour, **members)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.get_json())


def sign_in(tour: Tour, client: dict[str, Any], how: str, **changes: str | None) -> TestResponse:
    """A whole flow of a client that has registered, authenticating as `how` says."""
    code = tour.code(client_id=client["client_id"], redirect_uri=URI, **{**PKCE, **changes})
    params = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": URI,
        "code_verifier": VERIFIER,
    }
    secret = client.get("client_secret", "guessed")
    if how != "client_secret_basic":
        params["client_id"] = client["client_id"]
    if how == "client_secret_post":
        params["client_secret"] = secret
    basic = f"{client['client_id']}:{secret}" if how == "client_secret_basic" else ""
    return tour.post("/token", params, basic)


def test_what_is_left_out_is_registered_with_its_default() -> None:
    tour = touring(registration=True)
    answer = register(tour, client_name="One", something_unknown={"is": "ignored"}, tos_uri=None)

    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    client = answer.get_json()
    assert client.pop("client_id").startswith("registered-")
    assert len(client.pop("client_secret")) > 40
    assert client == {
        "client_id_issued_at": int(tour.clock.now()),
        "client_secret_expires_at": 0,
        "client_name": "One",
        "redirect_uris": [URI],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    }


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_a_registered_client_signs_in_by_its_own_method_and_no_other(method: str) -> None:
    tour = touring(registration=True)
    client = registered(tour, token_endpoint_auth_method=method)

    assert ("client_secret" in client) == (method != "none")
    for how in ("client_secret_basic", "client_secret_post", "none"):
        answer = sign_in(tour, client, how)
        assert error(answer) == ("200" if how == method else "401 invalid_client"), how


def test_exactly_the_published_methods_can_be_registered() -> None:
    tour = touring(registration=True)
    document = tour.outside().get("/.well-known/oauth-authorization-server").get_json()
    published = document["token_endpoint_auth_methods_supported"]

    assert document["registration_endpoint"].endswith("/register")
    for method in (*published, "private_key_jwt", "client_secret_jwt", "tls_client_auth"):
        answer = register(tour, token_endpoint_auth_method=method)
        assert (answer.status_code == 201) == (method in published), method


def test_a_client_gets_no_refresh_token_that_it_has_not_registered_for() -> None:
    tour = touring(registration=True)
    without = sign_in(tour, registered(tour), "client_secret_basic").get_json()
    both = registered(tour, grant_types=BOTH_GRANTS)
    with_one = sign_in(tour, both, "client_secret_basic").get_json()

    assert "refresh_token" not in without
    assert "refresh_token" in with_one


def test_a_client_gets_no_more_scope_than_it_has_registered_for() -> None:
    tour = touring(registration=True)
    client = registered(tour, scope="todos:read")

    granted = sign_in(tour, client, "client_secret_basic", scope=None).get_json()
    asked = {"client_id": client["client_id"], "redirect_uri": URI, **PKCE}
    assert granted["scope"] == "todos:read"
    assert tour.callback(**asked, scope="todos:read todos:write")["error"] == ["invalid_scope"]


def test_a_public_client_must_use_pkce() -> None:
    tour = touring(registration=True)
    client = registered(tour, token_endpoint_auth_method="none")

    landed = tour.callback(client_id=client["client_id"], redirect_uri=URI)
    assert landed["error"] == ["invalid_request"]


def test_the_consent_page_shows_the_name_that_was_registered_escaped() -> None:
    tour = touring(registration=True)
    client = registered(tour, client_name="<b>Evil</b>")
    page = tour.browser.get(
        tour.authorize(client_id=client["client_id"], redirect_uri=URI).location
    )
    asked = tour.browser.get(tour.submit(page).headers["Location"]).get_data(as_text=True)

    assert "&lt;b&gt;Evil&lt;/b&gt;" in asked
    assert "<b>" not in asked


@pytest.mark.parametrize(
    "uri",
    [
        URI,
        "http://localhost:1/cb",
        "http://[::1]:1/cb",
        "https://a.example/cb?x=1",
        "com.example.app:/cb",
    ],
)
def test_a_callback_of_a_native_app_or_over_https_is_taken(uri: str) -> None:
    assert register(touring(registration=True), redirect_uris=[uri]).status_code == 201


@pytest.mark.parametrize(
    "uris",
    [
        None,
        [],
        ["/cb"],
        [""],
        ["http://a.example/cb"],
        ["https://a.example/cb#x"],
        ["javascript:alert(1)"],
        ["data:text/html,x"],
        ["https://"],
        ["https://[::1/cb"],
        ["https://*.example/cb"],
        ["https://a.example/c b"],
        [URI, "http://a.example/"],
        [URI] * 51,
        ["intent:foo"],
        ["view-source:x"],
        ["mailto:a@b"],
        ["x:y"],
        ["http://0.0.0.0/cb"],
        ["https://good.example@evil.example/"],
        ["https://h\\@e/cb"],
        ["https://h/\x01cb"],
        ["https://a\x00b/cb"],
        ["https://e;script-src'unsafe-inline'/cb"],
        ["https://h/cb?code=1"],
        ["https://h/cb?state=2"],
        ["https://h/" + "a" * 2000],
    ],
)
def test_a_callback_that_no_code_may_be_sent_to_is_refused(uris: Any) -> None:
    answer = register(touring(registration=True), redirect_uris=uris)

    assert error(answer) == "400 invalid_redirect_uri"


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": URI},
        {"redirect_uris": [1]},
        {"grant_types": "authorization_code"},
        {"grant_types": ["implicit"]},
        {"grant_types": ["authorization_code", "password"]},
        {"grant_types": ["refresh_token"]},
        {"response_types": ["token"]},
        {"response_types": [["code"]]},
        {"scope": "nonsense"},
        {"scope": ["todos:read"]},
        {"token_endpoint_auth_method": 1},
        {"client_uri": "nowhere"},
        {"client_name": {}},
        {"jwks": {"keys": "x"}},
        {"jwks": 1},
        {"jwks": {"keys": [1]}},
        {"jwks": {"keys": [{"kty": []}]}},
        {"jwks": {}, "jwks_uri": "https://a.example/k"},
        {"software_statement": "a.b.c"},
    ],
)
def test_metadata_that_cannot_be_served_is_refused(members: dict[str, Any]) -> None:
    answer = register(touring(registration=True), **members)

    assert error(answer) == "400 invalid_client_metadata"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"{", b"redirect_uris=x"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    answer = (
        touring(registration=True)
        .outside()
        .post("/register", data=body, content_type="application/json")
    )

    assert error(answer) == "400 invalid_client_metadata"


def test_the_login_page_speaks_of_the_callbacks_of_the_client_that_asks_and_of_no_other() -> None:
    tour = touring(registration=True)
    for number in range(3):
        registered(tour, redirect_uris=[f"https://other-{number}.example/cb"])
    client = registered(tour, redirect_uris=["https://mine.example/cb"])
    asked = {"client_id": client["client_id"], "redirect_uri": "https://mine.example/cb"}
    page = tour.browser.get(tour.authorize(**asked).location)

    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://mine.example")


def test_nobody_registers_where_it_is_off() -> None:
    tour = touring()

    assert register(tour).status_code == 404
    assert (
        "registration_endpoint"
        not in tour.outside().get("/.well-known/oauth-authorization-server").get_json()
    )


def test_the_oldest_client_makes_way_when_there_are_too_many() -> None:
    state, tour = PluginState(), touring(registration=True)
    client = tour.client()
    for number in range(MOST_CLIENTS + 5):
        state.register(type(client)(id=f"c{number}"))

    assert len(state.clients) == MOST_CLIENTS
    assert next(iter(state.clients)) == "c5"
