"""The journal of the built-in plugin: what came, without secrets, and why it was refused."""

from __future__ import annotations

import json

import pytest

from tests.plugin.test_control import control, controlled
from tests.plugin.tour import CALLBACK, CHALLENGE, VERIFIER


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "nonsense"}, ["the code was never issued here, or long ago"]),
        (
            {"code_verifier": "w" * 43},
            ["code_verifier does not fit the code_challenge of authorize"],
        ),
        ({"code_verifier": VERIFIER}, []),
        (
            {"grant_type": "password"},
            ["grant_type is 'password'; there are authorization_code and refresh_token"],
        ),
    ],
)
def test_the_journal_says_of_a_token_request_what_is_wrong_and_nothing_else(
    changes: dict[str, str], said: list[str]
) -> None:
    tour = controlled()
    code = tour.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    sent = {"code": code, "code_verifier": VERIFIER, **changes}
    tour.token(sent.pop("code"), **sent)
    entry = control(tour, "GET", "/requests?path=/token").get_json()["requests"][-1]

    assert [one for one in entry["near_misses"] if "code_verifier is" not in one] == said


def test_the_page_of_a_refused_request_says_why_to_the_author_of_the_application() -> None:
    page = controlled().authorize(redirect_uri=CALLBACK + "/").get_data(as_text=True)

    assert "The application sent a request that cannot be served" in page
    assert "<li>redirect_uri differs from a registered one by a trailing slash</li>" in page


def test_the_journal_shows_requests_and_no_secret() -> None:
    tour = controlled()
    grant = tour.grant()
    tour.api(grant["access_token"], f"/todos?note={grant['refresh_token']}")
    tour.api(path=f"/todos?note=it+is+{tour.config.users[0].password}")
    shown = control(tour, "GET", "/requests").get_data(as_text=True)
    entries = json.loads(shown)["requests"]

    assert [one["path"] for one in entries][-3:] == ["/token", "/todos", "/todos"]
    assert entries[-2]["params"] == {"note": "‹refresh_token›"}
    secrets = [grant["access_token"], grant["refresh_token"], tour.client().secret]
    secrets.append(tour.config.users[0].password)
    assert [one for one in secrets if one in shown] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"redirect_uri": CALLBACK + "/"}, "by a trailing slash"),
        ({"redirect_uri": CALLBACK.replace("https", "http")}, "in its scheme"),
        ({"redirect_uri": None}, "redirect_uri is missing"),
        ({"client_secret": " demo-secret-3f9a7c51d2"}, "white space"),
        ({"client_secret": "other/secret+88b1e06c=4d"}, "another client"),
        ({"client_id": "Demo-Client"}, "case or white space"),
        ({"code_verifier": "x" * 43}, "authorize had no code_challenge"),
    ],
)
def test_the_journal_explains_a_near_miss(changes: dict[str, str | None], said: str) -> None:
    tour = controlled()
    tour.token(**changes)

    last = control(tour, "GET", "/requests").get_json()["requests"][-1]
    assert last["status"] in (400, 401)
    assert said in " ".join(last["near_misses"])


def test_a_code_that_comes_again_or_from_another_client_is_explained() -> None:
    tour = controlled()
    code = tour.code()
    other = tour.config.clients[1]
    tour.token(code, client_id=other.id, client_secret=other.secret)
    tour.token(code)
    tour.token(code)
    last = control(tour, "GET", "/requests").get_json()["requests"][-3:]

    assert [one["near_misses"] for one in last] == [
        ["the code belongs to client demo-client"],
        [],
        ["the code was used before"],
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3]),
        ("?path=/todos", [1, 3]),
        ("?status=401", [1, 3]),
        ("?method=get&after=1", [2, 3]),
        ("?path=/health&status=401", []),
    ],
)
def test_the_journal_can_be_asked(query: str, numbers: list[int]) -> None:
    tour = controlled()
    for path in ("/todos", "/health", "/todos"):
        tour.api(None, path)

    found = control(tour, "GET", f"/requests{query}").get_json()["requests"]
    assert [entry["n"] for entry in found] == numbers


@pytest.mark.parametrize(
    ("query", "said"),
    [("?stauts=1", "stauts is unknown"), ("?status=x", "status must be a whole number")],
)
def test_a_wrong_question_to_the_journal_is_told(query: str, said: str) -> None:
    answer = control(controlled(), "GET", f"/requests{query}")

    assert (answer.status_code, said in answer.get_json()["error"]) == (400, True)


def test_the_journal_masks_a_secret_wherever_it_stands() -> None:
    tour = controlled()
    control(tour, "POST", "/users", name="zoe", password="zoe-secret-pass")
    grant = tour.grant()
    access, refresh = grant["access_token"], grant["refresh_token"]
    tour.outside().get(f"/todos/{access}?q=Bearer+{access}&r=<{refresh}>&p=zoe-secret-pass")
    told = control(tour, "GET", "/requests").get_data(as_text=True)

    assert access not in told
    assert refresh not in told
    assert "zoe-secret-pass" not in told
    assert "‹access_token›" in json.loads(told)["requests"][-1]["path"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"redirect_uri": "http://localhost:4444/cb", "resource": "https://a.example"},
            "resource is unknown; this server has http://localhost",
        ),
        ({"redirect_uri": "http://localhost:4444/cbx"}, "in its path"),
        (
            {"redirect_uri": "http://localhost:4444/cb", "code_challenge": "x" * 43},
            "code_challenge_method is plain",
        ),
    ],
)
def test_the_journal_explains_what_else_is_wrong_with_an_authorization_request(
    changes: dict[str, str], said: str
) -> None:
    tour = controlled()
    control(
        tour,
        "POST",
        "/clients",
        id="mine",
        secret="s3cret-of-mine",
        redirect_uris=["http://localhost/cb"],
    )
    tour.authorize(client_id="mine", **changes)
    [entry] = control(tour, "GET", "/requests").get_json()["requests"]

    assert any(said in one for one in entry["near_misses"]), entry
    assert not any("localhost, not localhost" in one for one in entry["near_misses"])


def test_no_place_of_an_entry_shows_a_secret() -> None:
    tour = controlled()
    token, secret = tour.grant()["access_token"], tour.client().secret
    tour.browser.get(f"/authorize?{secret}=1&state=x{token}y")
    tour.browser.post("/token", data={"grant_type": secret})

    shown = control(tour, "GET", "/requests").get_data(as_text=True)

    assert token not in shown
    assert secret not in shown
