"""The authorization server of the built-in plugin: strict, and broken switch by switch."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockauth.plugin.config import ClientConfig
from tests.plugin.tour import CALLBACK, CHALLENGE, VERIFIER, error, s256, touring

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
OTHER = "a" * 43


def pkce(policy: dict[str, Any], challenge: dict[str, str], verifier: str | None) -> str:
    """How an exchange with that challenge and that verifier ends."""
    tour = touring(policy)
    landed = tour.callback(**challenge)
    if "error" in landed:
        return f"callback {landed['error'][0]}"
    return error(tour.token(landed["code"][0], code_verifier=verifier))


@pytest.mark.parametrize(
    ("challenge", "verifier", "strict", "switch", "loose"),
    [
        (PKCE, VERIFIER, "200", {}, "200"),
        (PKCE, OTHER, "400 invalid_grant", {"pkce_verifier_checked": False}, "200"),
        (PKCE, OTHER, "400 invalid_grant", {"pkce_supported": False}, "200"),
        (PKCE, None, "400 invalid_request", {"pkce_missing_verifier_refused": False}, "200"),
        ({}, VERIFIER, "400 invalid_request", {"pkce_stray_verifier_refused": False}, "200"),
        (PKCE, CHALLENGE, "400 invalid_grant", {"pkce_challenge_as_verifier": True}, "200"),
        (
            {**PKCE, "code_challenge_method": "S512"},
            VERIFIER,
            "callback invalid_request",
            {"pkce_unknown_method_refused": False},
            "200",
        ),
        (
            {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
            VERIFIER,
            "callback invalid_request",
            {"pkce_plain_allowed": True},
            "200",
        ),
        (
            {"code_challenge": VERIFIER},
            VERIFIER,
            "callback invalid_request",
            {"pkce_plain_allowed": True},
            "200",
        ),
        (
            {**PKCE, "code_challenge": s256("v" * 42)},
            "v" * 42,
            "400 invalid_request",
            {"pkce_form_checked": False},
            "200",
        ),
        ({}, None, "200", {"pkce_required": True}, "callback invalid_request"),
    ],
)
def test_pkce_is_honoured_and_each_part_of_it_can_be_broken(
    challenge: dict[str, str], verifier: str | None, strict: str, switch: dict[str, Any], loose: str
) -> None:
    assert pkce({}, challenge, verifier) == strict
    assert pkce(switch, challenge, verifier) == loose


def test_a_public_client_must_use_pkce_and_needs_no_secret() -> None:
    tour = touring(clients=(ClientConfig(id="public"),))

    assert tour.callback()["error"] == ["invalid_request"]
    code = tour.code(**PKCE)
    assert error(tour.token(code, code_verifier=VERIFIER, client_secret=None)) == "200"


@pytest.mark.parametrize(
    ("policy", "changes", "expected"),
    [
        ({}, {}, "200"),
        ({}, {"client_secret": "wrong"}, "401 invalid_client"),
        ({"basic_failure": "400"}, {"client_secret": "wrong"}, "400 invalid_client"),
        ({}, {"client_secret": None}, "401 invalid_client"),
        ({}, {"redirect_uri": None}, "400 invalid_grant"),
        ({}, {"code": "nonsense"}, "400 invalid_grant"),
        ({}, {"code": None}, "400 invalid_request"),
        ({}, {"foo": "bar"}, "200"),
        ({"unknown_parameter_refused": True}, {"foo": "bar"}, "400 invalid_request"),
        ({}, {"scope": "todos:read"}, "200"),
        ({"token_scope_refused": True}, {"scope": "todos:read"}, "400 invalid_request"),
        ({}, {"grant_type": "password"}, "400 unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_judges_each_parameter(
    policy: dict[str, Any], changes: dict[str, str | None], expected: str
) -> None:
    tour = touring(policy)

    assert error(tour.token(**{"code": tour.code(), **changes})) == expected


@pytest.mark.parametrize("pair", ["raw", "encoded"])
def test_basic_credentials_are_understood_raw_and_form_encoded(pair: str) -> None:
    secret = "a:b+c %25/&="
    encoded = "a%3Ab%2Bc+%2525%2F%26%3D"
    tour = touring(clients=(ClientConfig(id="odd", secret=secret),))
    params = {"grant_type": "authorization_code", "code": tour.code(), "redirect_uri": CALLBACK}

    assert (
        error(tour.post("/token", params, f"odd:{secret if pair == 'raw' else encoded}")) == "200"
    )


def test_a_plugin_may_forget_to_decode_basic_credentials() -> None:
    tour = touring({"basic_form_decoded": False}, clients=(ClientConfig(id="a", secret="b c"),))
    params = {"grant_type": "authorization_code", "code": tour.code(), "redirect_uri": CALLBACK}

    assert error(tour.post("/token", params, "a:b+c")) == "401 invalid_client"


@pytest.mark.parametrize(
    ("policy", "basic", "body", "expected"),
    [
        ({}, "right", "right", "400 invalid_request"),
        ({"two_auth_methods_refused": False}, "right", "wrong", "200"),
        ({"two_auth_methods_refused": False}, "wrong", "right", "200"),
        ({"two_auth_methods_refused": False}, "wrong", "wrong", "401 invalid_client"),
    ],
)
def test_two_ways_of_authentication_at_once(
    policy: dict[str, Any], basic: str, body: str, expected: str
) -> None:
    tour = touring(policy, clients=(ClientConfig(id="a", secret="right"),))
    params = {
        "grant_type": "authorization_code",
        "code": tour.code(),
        "redirect_uri": CALLBACK,
        "client_id": "a",
        "client_secret": body,
    }

    assert error(tour.post("/token", params, f"a:{basic}")) == expected


def test_a_failed_basic_login_says_what_would_do() -> None:
    def challenge(policy: dict[str, Any]) -> str | None:
        answer = touring(policy).post("/token", {"grant_type": "refresh_token"}, "a:b")
        return answer.headers.get("WWW-Authenticate")

    assert challenge({}) == 'Basic realm="mockauth"'
    assert challenge({"basic_failure": "no-challenge"}) is None


def test_wrong_secrets_lock_nobody_out_unless_the_policy_says_so() -> None:
    for policy, expected in (({}, "200"), ({"lockout_after": 3}, "401 invalid_client")):
        tour = touring(policy)
        for _ in range(3):
            tour.token("x", client_secret="wrong")
        assert error(tour.token()) == expected


def test_a_body_that_cannot_be_read_is_400_or_where_broken_500() -> None:
    def send(policy: dict[str, Any]) -> str:
        tour = touring(policy)
        return error(tour.outside().post("/token", data="{", content_type="application/json"))

    assert send({}) == "400 invalid_request"
    assert send({"malformed_body_crashes": True}) == "500 invalid_request"


@pytest.mark.parametrize(
    ("policy", "path", "method"),
    [("query_credentials_accepted", "/token?", "POST"), ("token_get_accepted", "/token?", "GET")],
)
def test_credentials_in_the_address_work_only_where_that_is_switched_on(
    policy: str, path: str, method: str
) -> None:
    from urllib.parse import urlencode

    def send(switch: dict[str, Any]) -> int:
        tour = touring(switch)
        params = {
            "grant_type": "authorization_code",
            "client_id": tour.client().id,
            "client_secret": tour.client().secret,
            "code": tour.code(),
            "redirect_uri": CALLBACK,
        }
        form = "application/x-www-form-urlencoded"
        answer = tour.outside().open(path + urlencode(params), method=method, content_type=form)
        return answer.status_code

    assert send({}) in (400, 405)
    assert send({policy: True}) == 200


def test_the_password_grant_is_off_unless_switched_on() -> None:
    tour = touring({"password_grant": True})
    params = {"grant_type": "password", "username": "ada", "password": "analytical-engine"}

    assert error(tour.post("/token", params)) == "200"
    assert error(touring().post("/token", params)) == "400 unsupported_grant_type"


@pytest.mark.parametrize(("policy", "winners"), [({}, 1), ({"code_race": True}, 2)])
def test_parallel_exchanges_of_one_code_have_one_winner_unless_the_claim_races(
    policy: dict[str, Any], winners: int
) -> None:
    tour = touring(policy)
    code = tour.code()
    answers: list[TestResponse] = []
    threads = [threading.Thread(target=lambda: answers.append(tour.token(code))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(answer.status_code == 200 for answer in answers) == winners


def test_a_racing_plugin_still_refuses_a_code_that_comes_again_later() -> None:
    tour = touring({"code_race": True})
    code = tour.code()

    assert [tour.token(code).status_code for _ in range(2)] == [200, 400]


def test_reuse_of_a_code_revokes_its_tokens_unless_switched_off() -> None:
    for policy, status in (({}, 401), ({"code_reuse_revokes": False}, 200)):
        tour = touring(policy)
        code = tour.code()
        access = tour.token(code).get_json()["access_token"]
        tour.token(code)
        assert tour.api(access).status_code == status


def test_a_code_expires_by_the_clock() -> None:
    for policy, status in (({}, 400), ({"code_expires": False}, 200)):
        tour = touring(policy)
        code = tour.code()
        tour.clock.sleep(61)
        assert tour.token(code).status_code == status


def refreshes(policy: dict[str, Any], *which: str) -> list[str]:
    """How refreshes end: each with the first, the newest, or the newest-but-one token."""
    tour = touring(policy)
    tokens = [tour.grant()["refresh_token"]]
    ends = []
    for name in which:
        answer = tour.refresh({"first": tokens[0], "newest": tokens[-1]}[name])
        if answer.status_code == 200 and "refresh_token" in answer.get_json():
            tokens.append(answer.get_json()["refresh_token"])
        ends.append(error(answer))
    return ends


@pytest.mark.parametrize(
    ("policy", "which", "expected"),
    [
        ({}, ["newest", "newest"], ["200", "200"]),
        ({}, ["newest", "first", "newest"], ["200", "400 invalid_grant", "400 invalid_grant"]),
        (
            {"refresh_reuse_revokes": False},
            ["newest", "first", "newest"],
            ["200", "400 invalid_grant", "200"],
        ),
        ({"refresh_old_dies": False}, ["newest", "first"], ["200", "200"]),
        ({"refresh_rotates": False}, ["first", "first", "first"], ["200", "200", "200"]),
        (
            {"refresh_rotates": False, "refresh_dies_unrotated": True},
            ["first", "first"],
            ["200", "400 invalid_grant"],
        ),
        ({"refresh_once_only": True}, ["newest", "newest"], ["200", "400 invalid_grant"]),
        ({"refresh_needs": "scope"}, ["newest"], ["400 invalid_request"]),
        ({"refresh_needs": "redirect_uri"}, ["newest"], ["400 invalid_request"]),
        ({"refresh_works": False}, ["newest"], ["400 invalid_grant"]),
    ],
)
def test_refresh_tokens_rotate_and_each_rule_can_be_broken(
    policy: dict[str, Any], which: list[str], expected: list[str]
) -> None:
    assert refreshes(policy, *which) == expected


def test_an_unrotated_refresh_answers_without_a_refresh_token() -> None:
    tour = touring({"refresh_rotates": False})

    assert "refresh_token" not in tour.refresh(tour.grant()["refresh_token"]).get_json()


def test_a_refresh_gets_no_more_scope_than_was_granted() -> None:
    wide = "todos:read todos:write"
    tour = touring()
    narrow = tour.grant(scope="todos:read")["refresh_token"]
    assert error(tour.refresh(narrow, scope=wide)) == "400 invalid_scope"
    loose = touring({"refresh_scope_widens": True})
    answer = loose.refresh(loose.grant(scope="todos:read")["refresh_token"], scope=wide)
    assert answer.get_json()["scope"] == wide


def test_a_narrower_refresh_does_not_narrow_the_next_refresh_token() -> None:
    tour = touring()
    narrowed = tour.refresh(tour.grant()["refresh_token"], scope="todos:read").get_json()

    assert narrowed["scope"] == "todos:read"
    again = tour.refresh(narrowed["refresh_token"]).get_json()
    assert again["scope"] == "todos:read todos:write"


def test_parallel_refreshes_have_one_winner() -> None:
    tour = touring()
    refresh_token = tour.grant()["refresh_token"]
    answers: list[TestResponse] = []
    threads = [
        threading.Thread(target=lambda: answers.append(tour.refresh(refresh_token)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


def test_a_refresh_token_is_of_no_use_to_another_client_and_does_not_die_of_it() -> None:
    tour = touring()
    refresh_token = tour.grant()["refresh_token"]
    other = tour.config.clients[1]

    stolen = tour.refresh(refresh_token, client_id=other.id, client_secret=other.secret)
    assert error(stolen) == "400 invalid_grant"
    assert error(tour.refresh(refresh_token)) == "200"


@pytest.mark.parametrize(
    ("policy", "changes", "expected"),
    [
        ({}, {"scope": "nonsense"}, "error=invalid_scope"),
        ({"unknown_scope": "ignored"}, {"scope": "nonsense"}, "code="),
        ({}, {"state": None}, "code="),
        ({"missing_state_tolerated": False}, {"state": None}, "error=invalid_request"),
        ({}, {"response_type": "token"}, "error=unsupported_response_type"),
        ({"implicit_grant": True}, {"response_type": "token"}, "#token_type=Bearer&access_token="),
        ({"response_type_checked": False}, {"response_type": "bogus"}, "code="),
        ({"missing_redirect_guessed": True}, {"redirect_uri": None}, "code="),
        (
            {"errors_to_unchecked_uri": True},
            {"redirect_uri": "https://attacker.example/cb"},
            "https://attacker.example/cb?error=",
        ),
    ],
)
def test_the_authorize_endpoint_answers_with_a_redirect(
    policy: dict[str, Any], changes: dict[str, str | None], expected: str
) -> None:
    assert expected in touring(policy).land(**changes).headers["Location"]


@pytest.mark.parametrize(
    ("policy", "changes", "status"),
    [
        ({}, {"redirect_uri": None}, 400),
        ({}, {"redirect_uri": "https://attacker.example/cb"}, 400),
        ({}, {"redirect_uri": CALLBACK + "?x=1"}, 400),
        ({}, {"client_id": "nobody"}, 400),
        ({}, {"client_id": None}, 400),
        ({"unknown_scope": "error-500"}, {"scope": "nonsense"}, 500),
    ],
)
def test_the_authorize_endpoint_answers_with_a_page(
    policy: dict[str, Any], changes: dict[str, str | None], status: int
) -> None:
    answer = touring(policy).land(**changes)

    assert (answer.status_code, answer.headers.get("Location")) == (status, None)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [("kept", "?x=1&"), ("dropped", "?code="), ("second-question-mark", "?x=1?code=")],
)
def test_the_query_of_a_registered_callback_is_kept(kept: str, expected: str) -> None:
    landed = touring({"redirect_query": kept}).land(
        client_id="other-client", redirect_uri=CALLBACK + "?x=1"
    )

    assert landed.headers["Location"].startswith(CALLBACK + expected)


def test_authorize_takes_a_post_only_where_that_is_switched_on() -> None:
    params = {"response_type": "code", "client_id": "demo-client", "redirect_uri": CALLBACK}
    strict, loose = touring(), touring({"authorize_post": True})

    refused = strict.browser.post("/authorize", data=params)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET")
    assert loose.browser.post("/authorize", data=params).headers["Location"].startswith("/login")


def test_both_callback_hosts_are_registered_unless_one_is_configured() -> None:
    other = CALLBACK.replace("chat.openai.com", "chatgpt.com")

    assert touring().land(redirect_uri=other).status_code == 303
    assert touring(callback_hosts=("chat.openai.com",)).land(redirect_uri=other).status_code == 400


@pytest.mark.parametrize(
    ("registered", "secret", "asked", "taken"),
    [
        ("http://127.0.0.1/cb", "s", "http://127.0.0.1:50123/cb", True),
        ("http://[::1]/cb?x=1", "s", "http://[::1]:50123/cb?x=1", True),
        ("http://localhost/cb", "s", "http://localhost:1/cb", True),
        ("http://127.0.0.1:1/cb", "", "http://127.0.0.1:2/cb", True),
        ("http://127.0.0.1:1/cb", "s", "http://127.0.0.1:2/cb", False),
        ("http://127.0.0.1/cb", "s", "http://127.0.0.1:5/cb/", False),
        ("http://127.0.0.1/cb", "s", "http://127.0.0.1:5@a.example/cb", False),
        ("http://127.0.0.1/cb", "s", "http://localhost:5/cb", False),
        ("http://127.0.0.1/cb", "s", "https://127.0.0.1:5/cb", False),
        ("http://a.example/cb", "s", "http://a.example:5/cb", False),
    ],
)
def test_only_a_loopback_callback_may_have_any_port(
    registered: str, secret: str, asked: str, taken: bool
) -> None:
    one = ClientConfig(id="one", secret=secret, redirect_uris=(registered,))
    tour = touring(clients=(one,))
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

    answer = tour.land(redirect_uri=asked, **pkce)
    assert answer.headers.get("Location", "").startswith(asked) == taken


def test_head_is_no_way_to_redeem_a_code() -> None:
    tour = touring()
    code = tour.code()
    client = tour.client()
    params = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": client.id,
        "client_secret": client.secret,
    }

    assert tour.outside().open("/token", method="HEAD", data=params).status_code == 405
    assert tour.token(code).status_code == 200


def test_without_users_a_login_page_is_shown_although_it_should_approve_by_itself() -> None:
    tour = touring(users=(), login="auto")

    assert tour.authorize().headers["Location"].startswith("/login")


def test_a_wrong_secret_is_told_in_words_of_this_server() -> None:
    answer = touring().token(client_secret="wrong")

    assert answer.get_json() == {
        "error": "invalid_client",
        "error_description": "unknown client, or not the right secret",
    }


def test_refresh_tokens_live_as_long_as_is_set() -> None:
    tour = touring(refresh_seconds=100)
    token = tour.grant()["refresh_token"]
    tour.clock.sleep(100)

    assert error(tour.refresh(token)) == "400 invalid_grant"
