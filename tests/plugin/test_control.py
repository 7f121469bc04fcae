"""The control interface of the built-in plugin: faults, clock, users, queues and the journal."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from mockauth.clock import MovableClock
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from tests.plugin.tour import CALLBACK, Tour, error

TOKEN = "control-token"
BROKEN = Fault(
    name="token.broken", title="Broken", answers=(AnswerChange(place="token", status=503),)
)
FIXED = Fault(name="api.none", title="No sign-in", config={"auth": "none"})


def controlled() -> Tour:
    clock = MovableClock()
    known = {fault.name: fault for fault in (BROKEN, FIXED)}
    app = create_app(PluginConfig(), clock, admin_token=TOKEN, known_faults=known)
    return Tour(clock=clock, app=app)


def control(tour: Tour, method: str, place: str, /, **body: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer: TestResponse = tour.outside().open(
        "/_mockauth" + place, method=method, headers=headers, json=body if body else None
    )
    return answer


@pytest.mark.parametrize("path", ["/", "/faults", "/requests", "/openapi.json"])
def test_the_control_interface_wants_its_own_token(path: str) -> None:
    tour = controlled()

    for token in (None, "wrong", tour.config.clients[0].secret):
        assert tour.api(token, "/_mockauth" + path).status_code == 401
    assert tour.api(TOKEN, "/_mockauth" + path).status_code == 200


def test_without_a_token_there_is_no_control_interface() -> None:
    assert Tour().api(TOKEN, "/_mockauth/").status_code == 404


def test_the_control_token_does_not_open_the_api() -> None:
    assert controlled().api(TOKEN).status_code == 401


def test_the_interface_describes_itself() -> None:
    tour = controlled()
    document = control(tour, "GET", "/openapi.json").get_json()

    validate(document)
    rules = {rule.rule for rule in tour.app.url_map.iter_rules()} if tour.app else set()
    served = {rule.removeprefix("/_mockauth") for rule in rules if rule.startswith("/_mockauth")}
    described = {path.replace("{name}", "<name>") for path in document["paths"]}
    assert described == served - {"/", "/openapi.json"}


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({}, [503, 503, 503]),
        ({"times": 1}, [503, 200, 200]),
        ({"times": 2}, [503, 503, 200]),
        ({"after": 1}, [200, 503, 503]),
        ({"after": 1, "times": 1}, [200, 503, 200]),
        ({"client": "demo-client", "path": "/token"}, [503, 503, 503]),
        ({"client": "other-client"}, [200, 200, 200]),
        ({"parameter": "scope", "value": "magic"}, [200, 200, 200]),
    ],
)
def test_a_fault_shows_when_its_trigger_says(trigger: dict[str, Any], expected: list[int]) -> None:
    tour = controlled()
    codes = [tour.code() for _ in expected]
    wanted = {"path": "/token", **trigger}
    assert control(tour, "POST", "/faults", name="token.broken", trigger=wanted).status_code == (
        201
    )

    assert [tour.token(code).status_code for code in codes] == expected


def test_a_fault_is_named_with_its_trigger_as_on_the_command_line() -> None:
    tour = controlled()
    control(tour, "POST", "/faults", name="token.broken:after=1,times=1")

    assert [tour.token().status_code for _ in range(3)] == [200, 503, 200]
    seen = control(tour, "GET", "/requests?path=/token").get_json()["requests"]
    assert [entry["faults"] for entry in seen] == [[], ["token.broken"], []]


def test_a_magic_value_makes_the_fault_show() -> None:
    tour = controlled()
    trigger = {"parameter": "scope", "value": "magic"}
    control(tour, "POST", "/faults", name="token.broken", trigger=trigger)

    assert tour.token(scope="magic").status_code == 503
    assert tour.token(scope="other").status_code == 200


def test_a_fault_may_show_for_one_user_only() -> None:
    tour = controlled()
    policy = {"users_told_apart": False, "object_owner_checked": False}
    ada = tour.grant()["access_token"]
    grace = Tour(app=tour.app, user="grace").grant()["access_token"]
    control(tour, "POST", "/faults", name="mixed", policy=policy, trigger={"user": "grace"})

    assert [tour.api(token).get_json()["user"] for token in (grace, ada)] == ["ada", "ada"]
    control(tour, "DELETE", "/faults/mixed")
    assert tour.api(grace).get_json()["user"] == "grace"


def test_a_fault_of_ones_own_may_change_answers() -> None:
    tour = controlled()
    change = {"place": "token", "json_set": {"token_type": "mac"}}
    control(tour, "POST", "/faults", name="mine", answers=[change])

    assert tour.grant()["token_type"] == "mac"
    on = control(tour, "GET", "/faults").get_json()["on"]
    assert (on[0]["name"], on[0]["seen"] > 0) == ("mine", True)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/faults", {"name": "nope"}, "nope: no such fault"),
        ("/faults", {"name": "api.none"}, "start the server with --fault api.none"),
        ("/faults", {"name": "x", "policy": {"code_singel": 1}}, "policy.code_singel is unknown"),
        ("/faults", {"name": "x", "policy": {"lockout_after": "x"}}, "policy.lockout_after"),
        ("/faults", {"name": "x", "answers": [{"status": 5}]}, "answers.0.place"),
        ("/faults", {"name": "token.broken", "trigger": {"when": 1}}, "trigger.when is unknown"),
        ("/faults", {"name": "token.broken:place=nowhere"}, "place must be one of manifest"),
        ("/faults", {"name": "token.broken", "trigger": {"value": "x"}}, "needs trigger.parameter"),
        ("/faults", {"name": "token.broken", "trigger": {"times": 0}}, "times must be 1 or more"),
        ("/faults", {"name": "token.broken", "trigger": {"place": "x"}}, "trigger.place must be"),
        ("/faults", {"name": "x", "answers": [{"place": "x"}]}, "answers.0.place must be one of"),
        ("/faults", {"nam": "x"}, "nam is unknown"),
        ("/clock", {"advance": -1}, "advance must be"),
        ("/clock", {"advance": "1"}, "advance must be"),
        ("/users", {"name": "ada", "password": "x"}, "already"),
        ("/users", {"name": "new"}, "user.password"),
        ("/queues/users", {"name": "nobody"}, "name must be one of ada, grace"),
        ("/queues/users", {"nam": "ada"}, "nam is unknown; there are name"),
        ("/queues/users", {"name": 1}, "name must be a string"),
        ("/clock", {"advanse": 1}, "advanse is unknown; there are advance"),
        ("/reset", {"tokens": 1}, "tokens must be true or false"),
        ("/clients", {"id": "demo-client"}, "already"),
        ("/clock", {"advance": float("nan")}, "advance must be 0 or more"),
        ("/clock", {"advance": float("inf")}, "advance must be 0 or more"),
        ("/clock", {"advance": 10**9 + 1}, "seconds in all at most"),
        ("/users", {"name": "\ud800", "password": "x"}, "half a character"),
        ("/queues/errors", {"place": "authorize", "error": "x", "error_description": "ä"}, "ASCII"),
        ("/queues/errors", {"place": "token", "error": ""}, "must not be empty"),
        ("/queues/responses", {"path": "/todos", "headers": {"X": "a\r\nb: c"}}, "one line"),
        ("/queues/responses", {"path": "/todos", "headers": {"é": "a"}}, "no name of a header"),
        ("/queues/responses", {"path": "/todos", "headers": {"Content-Length": "5"}}, "own"),
        (
            "/faults",
            {"name": "x", "answers": [{"place": "api", "headers": {"X": "a\nb"}}]},
            "answers.0.headers.X must be one line",
        ),
        ("/clients", {"id": ""}, "client.id must not be empty"),
        ("/clients", {"id": "x", "auth_method": "basic"}, "client.auth_method"),
        ("/clients", {"id": "x", "auth_method": "client_secret_post"}, "needs a secret"),
        ("/clients", {"id": "x", "redirect_uris": ["a b#x"]}, "must be a whole address"),
        ("/clients", {"id": "x", "grant_types": ["zzz"]}, "'zzz' is not one of"),
        ("/clients", {"id": "x", "scope": "no-such"}, "the plugin has no 'no-such'"),
        ("/clients", {"id": "x", "secrte": "y"}, "client.secrte is unknown"),
        ("/tokens", {"user": "nobody"}, "user must be one of ada, grace"),
        ("/tokens", {"user": "ada", "client_id": "x"}, "client_id must be one of demo-client"),
        ("/tokens", {"user": "ada", "scope": "x"}, "scope x is not known"),
        ("/queues/errors", {"place": "api", "error": "x"}, "error.place must be"),
        ("/queues/responses", {"path": "/_mockauth/"}, "response.path must be"),
        ("/queues/responses", {"path": "/todos", "status": 99}, "response.status must be"),
    ],
)
def test_a_wrong_request_is_told_what_to_change(path: str, body: dict[str, Any], said: str) -> None:
    answer = control(controlled(), "POST", path, **body)

    assert answer.status_code == 400
    assert said in answer.get_json()["error"]


def test_the_clock_can_be_moved() -> None:
    tour = controlled()
    token = tour.grant()["access_token"]
    moved = control(tour, "POST", "/clock", advance=3600).get_json()

    assert moved["shift"] == 3600
    assert tour.api(token).status_code == 401
    control(tour, "POST", "/reset")
    assert tour.api(token).status_code == 200


def test_a_user_can_be_added() -> None:
    tour = controlled()
    control(tour, "POST", "/users", name="hopper", password="compiler")
    page = tour.browser.get(tour.authorize().headers["Location"])

    landed = tour.submit(page, username="hopper", password="compiler")
    assert landed.headers["Location"].startswith("/authorize")


def test_a_client_can_be_added_and_is_held_to_how_it_was_registered() -> None:
    tour = controlled()
    mine = {
        "id": "mine",
        "secret": "s3cret-of-mine",
        "redirect_uris": [CALLBACK],
        "auth_method": "client_secret_basic",
    }
    assert control(tour, "POST", "/clients", **mine).status_code == 201
    code = tour.code(client_id="mine")

    posted = tour.token(code, client_id="mine", client_secret="s3cret-of-mine")
    assert error(posted) == "401 invalid_client"
    params = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert error(tour.post("/token", params, "mine:s3cret-of-mine")) == "200"
    told = control(tour, "GET", "/requests").get_data(as_text=True)
    assert "registered for client_secret_basic" in told
    assert "s3cret-of-mine" not in told


@pytest.mark.parametrize("path", ["/_mockauth/faults", "/_mockauth/reset", "/todos", "/token"])
def test_json_that_is_nested_too_deeply_is_400(path: str) -> None:
    tour = controlled()
    token = TOKEN if path.startswith("/_mock") else tour.grant()["access_token"]
    headers = {"Content-Type": "application/json"}
    answer = tour.api(token, path, "POST", data="[" * 100_000, headers=headers)

    assert answer.status_code == 400


def test_the_date_of_an_answer_follows_the_clock_that_was_moved() -> None:
    tour = controlled()
    control(tour, "POST", "/clock", advance=3600)
    date = tour.outside().get("/health").date

    assert date is not None
    assert date.timestamp() == int(tour.clock.now()) + 3600


def test_a_token_can_be_had_without_a_sign_in() -> None:
    tour = controlled()
    answer = control(tour, "POST", "/tokens", user="grace", scope="todos:read")
    token = answer.get_json()

    assert (answer.status_code, token["scope"]) == (201, "todos:read")
    assert tour.api(token["access_token"]).get_json()["user"] == "grace"
    assert error(tour.refresh(token["refresh_token"])) == "200"


def test_the_tokens_of_a_user_are_revoked() -> None:
    tour = controlled()
    issued = control(tour, "POST", "/tokens", user="ada").get_json()

    assert control(tour, "DELETE", "/tokens?user=ada").get_json() == {"revoked": 2}

    assert tour.api(issued["access_token"]).status_code == 401
    assert control(tour, "DELETE", "/tokens?user=ada").get_json() == {"revoked": 0}
    assert control(tour, "DELETE", "/tokens").status_code == 400
    assert control(tour, "DELETE", "/tokens?user=nobody").status_code == 400


def test_a_reset_forgets_what_was_issued_only_where_it_is_asked_to() -> None:
    tour = controlled()
    token = tour.grant()["access_token"]
    control(tour, "POST", "/clients", id="mine")
    control(tour, "POST", "/reset")
    kept = tour.api(token).status_code
    assert control(tour, "POST", "/clients", id="mine").status_code == 201
    control(tour, "POST", "/reset", tokens=True)

    assert (kept, tour.api(token).status_code) == (200, 401)


def test_the_next_user_signs_in_without_pages_once() -> None:
    tour = controlled()
    control(tour, "POST", "/queues/users", name="grace")

    code = tour.authorize().headers["Location"].partition("code=")[2].partition("&")[0]
    assert tour.api(tour.token(code).get_json()["access_token"]).get_json()["user"] == "grace"
    assert tour.authorize().headers["Location"].startswith("/login")


def test_the_next_error_and_the_next_answer_come_once() -> None:
    tour = controlled()
    code = tour.code()
    control(tour, "POST", "/queues/errors", place="token", error="invalid_grant")
    control(tour, "POST", "/queues/errors", place="authorize", error="temporarily_unavailable")
    control(tour, "POST", "/queues/responses", path="/todos", status=429, body="later")
    assert len(control(tour, "GET", "/queues").get_json()["errors"]) == 2

    assert "error=temporarily_unavailable" in tour.authorize().headers["Location"]
    assert [error(tour.token(code)) for _ in range(2)] == ["400 invalid_grant", "200"]
    assert [tour.api().status_code for _ in range(2)] == [429, 401]
    assert control(tour, "GET", "/queues").get_json() == {
        "users": [],
        "errors": [],
        "responses": [],
    }


def test_a_queued_user_is_kept_for_a_request_that_can_be_served_and_wins_over_a_session() -> None:
    tour = controlled()
    assert tour.api(tour.grant()["access_token"]).get_json()["user"] == "ada"
    control(tour, "POST", "/queues/users", name="grace")

    assert tour.authorize(client_id="nobody").status_code == 400
    token = tour.grant()["access_token"]
    assert tour.api(token).get_json()["user"] == "grace"
    assert control(tour, "GET", "/queues").get_json()["users"] == []


@pytest.mark.parametrize(("header", "status"), [(TOKEN, 401), (f"bearer {TOKEN}", 200)])
def test_the_control_token_comes_as_a_bearer_token(header: str, status: int) -> None:
    answer = controlled().outside().get("/_mockauth/clock", headers={"Authorization": header})

    assert answer.status_code == status


NO_NUMBER = ["1" + "0" * 400, "1" * 5000, "-1", "NaN", "Infinity", "-Infinity", "true", '"5"', "[]"]
NUMBERS = {
    "/clock": '{"advance": %s}',
    "/faults times": '{"name": "token.broken", "trigger": {"times": %s}}',
    "/faults after": '{"name": "token.broken", "trigger": {"after": %s}}',
    "/faults seconds": '{"name": "token.broken", "trigger": {"seconds": %s}}',
    "/faults status": '{"name": "x", "answers": [{"place": "token", "status": %s}]}',
    "/faults delay": '{"name": "x", "answers": [{"place": "token", "delay": %s}]}',
    "/faults pad": '{"name": "x", "answers": [{"place": "token", "pad": %s}]}',
    "/faults cut": '{"name": "x", "answers": [{"place": "token", "cut": %s}]}',
    "/queues/responses": '{"path": "/health", "status": %s}',
}


@pytest.mark.parametrize("number", NO_NUMBER, ids=lambda number: number[:10])
@pytest.mark.parametrize("place", NUMBERS)
def test_what_is_no_number_that_can_be_meant_is_refused(place: str, number: str) -> None:
    tour = controlled()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = tour.outside().post(
        "/_mockauth" + place.partition(" ")[0],
        data=NUMBERS[place] % number,
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 400, answer.get_data(as_text=True)
    assert control(tour, "GET", "/clock").get_json()["shift"] == 0


@pytest.mark.parametrize("value", [True, "5", 1.5, 10**400])
def test_a_behaviour_that_counts_is_given_as_a_number(value: object) -> None:
    policy = {"lockout_after": value}

    assert control(controlled(), "POST", "/faults", name="x", policy=policy).status_code == 400


def test_a_redirect_that_no_header_can_carry_is_refused() -> None:
    change = {"place": "redirect", "redirect_path_suffix": "a\nb"}

    assert control(controlled(), "POST", "/faults", name="x", answers=[change]).status_code == 400
    client = {"id": "a", "secret": "a-secret", "redirect_uris": ["https://a.example/\x01"]}
    assert control(controlled(), "POST", "/clients", **client).status_code == 400
