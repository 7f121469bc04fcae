"""Metadata, issuer, revocation and introspection of the built-in plugin: what is advertised
works, and what is not advertised is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from mockauth.plugin.config import ClientConfig, UserConfig
from tests.plugin.tour import CALLBACK, CHALLENGE, VERIFIER, Tour, error, touring

KNOWN_CHALLENGES = {"S256": CHALLENGE, "plain": VERIFIER}
METHODS = ("client_secret_post", "client_secret_basic", "none", "private_key_jwt")


def published(tour: Tour) -> dict[str, Any]:
    answer = tour.outside().get("/.well-known/oauth-authorization-server")
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_every_published_address_is_there() -> None:
    tour = touring(token_format="jwt")

    for name, url in published(tour).items():
        if name.endswith(("_endpoint", "_uri")):
            path = urlsplit(url).path
            answers = [tour.outside().open(path, method=m).status_code for m in ("GET", "POST")]
            assert 404 not in answers, name


def test_the_issuer_is_the_address_that_was_asked() -> None:
    tour = touring()
    answer = tour.outside().get(
        "/.well-known/oauth-authorization-server", base_url="http://127.0.0.1:8123"
    )

    assert answer.get_json()["issuer"] == "http://127.0.0.1:8123"


@pytest.mark.parametrize("policy", [{}, {"pkce_plain_allowed": True}, {"pkce_supported": False}])
def test_exactly_the_published_challenge_methods_are_taken(policy: dict[str, Any]) -> None:
    tour = touring(policy)
    advertised = published(tour).get("code_challenge_methods_supported", [])

    for method, challenge in KNOWN_CHALLENGES.items():
        landed = tour.callback(code_challenge=challenge, code_challenge_method=method)
        if method in advertised:
            assert error(tour.token(landed["code"][0], code_verifier=VERIFIER)) == "200"
            assert (
                error(
                    tour.token(
                        tour.code(code_challenge=challenge, code_challenge_method=method),
                        code_verifier="w" * 43,
                    )
                )
                == "400 invalid_grant"
            )
        elif advertised:
            assert landed["error"] == ["invalid_request"]


@pytest.mark.parametrize("kind", ["with-secret", "public"])
@pytest.mark.parametrize("policy", [{}, {"basic_accepted": False}])
def test_exactly_the_published_client_authentication_works(
    policy: dict[str, Any], kind: str
) -> None:
    secret = "s3cret" if kind == "with-secret" else ""
    tour = touring(policy, clients=(ClientConfig(id="one", secret=secret),))
    advertised = published(tour)["token_endpoint_auth_methods_supported"]

    for method in METHODS:
        pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        params = {
            "grant_type": "authorization_code",
            "code": tour.code(**pkce),
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        if method != "client_secret_basic":
            params["client_id"] = "one"
        if method == "client_secret_post":
            params["client_secret"] = secret or "guessed"
        if method == "private_key_jwt":
            params |= {"client_id": "", "client_assertion": "a.b.c"}
        basic = f"one:{secret or 'guessed'}" if method == "client_secret_basic" else ""
        assert (tour.post("/token", params, basic).status_code == 200) == (method in advertised)


@pytest.mark.parametrize("kind", ["authorization_code", "refresh_token", "password", "implicit"])
def test_exactly_the_published_grants_are_given(kind: str) -> None:
    tour = touring()
    given = {
        "authorization_code": lambda: tour.token(),
        "refresh_token": lambda: tour.refresh(tour.grant()["refresh_token"]),
        "password": lambda: tour.post(
            "/token", {"grant_type": "password", "username": "ada", "password": "x"}
        ),
        "implicit": lambda: tour.land(response_type="token"),
    }[kind]()

    assert (given.status_code == 200) == (kind in published(tour)["grant_types_supported"])


def test_exactly_the_published_scopes_are_granted() -> None:
    tour = touring()

    for scope in published(tour)["scopes_supported"]:
        assert tour.grant(scope=scope)["scope"] == scope
    assert tour.callback(scope="nonsense")["error"] == ["invalid_scope"]


@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_says_who_has_signed_in(method: str, token_format: str) -> None:
    ada = UserConfig(name="ada", password="x", claims={"email": "ada@example.com", "sub": "other"})
    tour = touring(None, token_format=token_format, users=(ada,), login="auto")
    token = tour.grant()["access_token"]
    place = published(tour)["userinfo_endpoint"].removeprefix("http://localhost")

    assert tour.api(token, place, method).get_json() == {"sub": "ada", "email": "ada@example.com"}
    refused = tour.api(token + "x", place, method)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("switch", ["revocation", "introspection", "userinfo", "metadata"])
def test_what_is_off_is_neither_published_nor_there(switch: str) -> None:
    tour = touring(None, **{switch: False})
    path = {"revocation": "/revoke", "introspection": "/introspect", "userinfo": "/userinfo"}.get(
        switch
    )

    if path is None:
        gone = tour.outside().get("/.well-known/oauth-authorization-server")
        assert gone.status_code == 404
    else:
        assert f"{switch}_endpoint" not in published(tour)
        assert tour.outside().post(path).status_code == 404


@pytest.mark.parametrize(
    ("policy", "success", "denied"),
    [
        ({}, "http://localhost", "http://localhost"),
        ({"issuer_sent": "wrong"}, "https://attacker.example", "https://attacker.example"),
        ({"issuer_sent": "missing"}, None, None),
        ({"issuer_sent": "missing-on-errors"}, "http://localhost", None),
    ],
)
def test_the_redirect_names_the_issuer(
    policy: dict[str, Any], success: str | None, denied: str | None
) -> None:
    tour = touring(policy)

    assert tour.callback().get("iss", [None]) == [success]
    assert tour.callback(scope="nonsense").get("iss", [None]) == [denied]
    assert tour.callback(response_type="bogus").get("iss", [None]) == [denied]


def ask(tour: Tour, path: str, token: str, client: int = 0, **changes: str | None) -> TestResponse:
    chosen = tour.config.clients[client]
    params: dict[str, str | None] = {
        "client_id": chosen.id,
        "client_secret": chosen.secret,
        "token": token,
        **changes,
    }
    return tour.post(path, {name: value for name, value in params.items() if value is not None})


@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
def test_a_revoked_refresh_token_takes_its_access_token_along(token_format: str) -> None:
    tour = touring(token_format=token_format)
    grant = tour.grant()

    assert ask(tour, "/revoke", grant["refresh_token"]).status_code == 200
    assert error(tour.refresh(grant["refresh_token"])) == "400 invalid_grant"
    assert tour.api(grant["access_token"]).status_code == 401


def test_a_revoked_access_token_leaves_its_refresh_token_alive() -> None:
    tour = touring()
    grant = tour.grant()

    assert ask(tour, "/revoke", grant["access_token"], token_type_hint="foo").status_code == 200
    assert tour.api(grant["access_token"]).status_code == 401
    assert error(tour.refresh(grant["refresh_token"])) == "200"


@pytest.mark.parametrize(
    ("policy", "changes", "client", "status"),
    [
        ({}, {"token": "unknown"}, 0, 200),
        ({"revocation_unknown_status": 400}, {"token": "unknown"}, 0, 400),
        ({}, {"token": None}, 0, 400),
        ({}, {"client_secret": None}, 0, 401),
        ({"revocation_checks_client": False}, {"client_secret": None}, 0, 200),
        ({}, {}, 1, 400),
        ({"revocation_bound_to_client": False}, {}, 1, 200),
    ],
)
def test_revocation_judges_its_request(
    policy: dict[str, Any], changes: dict[str, str | None], client: int, status: int
) -> None:
    tour = touring(policy)
    token = tour.grant()["refresh_token"]

    merged = {"token": token, **changes}
    assert ask(tour, "/revoke", merged.pop("token") or "", client, **merged).status_code == status


def test_a_revocation_answers_json_as_strict_clients_want_it() -> None:
    tour = touring()

    assert ask(tour, "/revoke", "unknown").get_json() == {}


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"clients": (ClientConfig(id="public"),)}, "introspection_endpoint"),
        ({"scope": ""}, "scopes_supported"),
    ],
)
def test_what_is_empty_is_left_out_of_the_metadata(settings: dict[str, Any], gone: str) -> None:
    document = published(touring(**settings))

    assert gone not in document
    assert [] not in document.values()


def test_revocation_may_do_nothing() -> None:
    tour = touring({"revocation_works": False})
    grant = tour.grant()
    ask(tour, "/revoke", grant["refresh_token"])

    assert error(tour.refresh(grant["refresh_token"])) == "200"


@pytest.mark.parametrize("token_format", ["opaque", "jwt"])
def test_introspection_describes_a_live_token_and_nothing_of_a_dead_one(token_format: str) -> None:
    tour = touring(token_format=token_format)
    token = tour.grant(scope="todos:read")["access_token"]

    live = ask(tour, "/introspect", token).get_json()
    assert (live["active"], live["scope"], live["sub"]) == (True, "todos:read", "ada")
    tour.clock.sleep(3600)
    assert ask(tour, "/introspect", token).get_json() == {"active": False}
    assert ask(tour, "/introspect", "garbage").get_json() == {"active": False}


@pytest.mark.parametrize(
    ("policy", "client", "changes", "expected"),
    [
        ({}, 1, {}, {"active": False}),
        ({}, 0, {"client_secret": None}, {"error": "invalid_client"}),
        ({"introspection_style": "text"}, 1, {}, {"active": "False"}),
        ({"introspection_style": "always-active"}, 0, {"token": "x"}, {"active": True}),
    ],
)
def test_introspection_judges_its_request(
    policy: dict[str, Any], client: int, changes: dict[str, str | None], expected: dict[str, Any]
) -> None:
    tour = touring(policy)
    merged = {"token": tour.grant()["access_token"], **changes}

    answer = ask(tour, "/introspect", merged.pop("token") or "", client, **merged)
    assert answer.get_json().items() >= expected.items()


@pytest.mark.parametrize("path", ["/introspect", "/revoke", "/token"])
def test_endpoints_for_clients_are_post_only(path: str) -> None:
    answer = touring().outside().get(path)

    assert answer.status_code == 405
    assert "GET" not in answer.headers["Allow"]
