"""What is read off the record of a client: states, parameters, tokens in the wrong place."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

import pytest

from mockauth.checks.client.mcp_read import application_type_sent, pkce_s256_sent
from mockauth.checks.client.read import (
    authorize_parameters_complete,
    code_exchanged_once,
    secret_not_in_address,
    state_unguessable_per_flow,
    token_only_in_header,
)
from mockauth.checks.client.registry import ClientCheck
from mockauth.checks.client.visit import ClientEvidence, Visit
from mockauth.checks.finding import Finding
from mockauth.wire import Exchange, Response
from mockauth.wire.trace import Step
from tests.client.test_reactions import CALLBACK, ISSUED, MOCK, OTHER, exchange, visit

NOW = 1_800_000_000.0
RIGHT = f"response_type=code&client_id=me&redirect_uri={quote(CALLBACK, safe='')}&state=s1"


def verdicts(check: ClientCheck, *visits: Visit) -> list[str]:
    return [
        ("tolerated" if item.tolerated else "broken") if isinstance(item, Finding) else "seen"
        for item in check.judge(ClientEvidence(visits=visits))
    ]


def login(state: str, at: float) -> Visit:
    request = exchange("authorize", f"{MOCK}/authorize?{RIGHT[:-2]}{quote(state, safe='')}")
    return visit(request, honest=True, arrived=MappingProxyType({1: at}))


@pytest.mark.parametrize(
    "made",
    [
        lambda at: str(int(at)),
        lambda at: str(int(at * 1000)),
        lambda at: f"{int(at * 1e9):x}",
        lambda at: f"{int(at * 1e6):020d}",
        lambda at: base64.urlsafe_b64encode(str(int(at * 1e9)).encode()).decode().rstrip("="),
        lambda at: base64.b64encode(f"{at:.6f}".encode()).decode(),
        lambda at: datetime.fromtimestamp(at, UTC).isoformat(),
        lambda at: datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(),
    ],
    ids=["seconds", "milliseconds", "hexadecimal", "padded", "base64", "fraction", "ISO", "naive"],
)
def test_the_time_is_no_state_however_it_is_spelled(made: Callable[[float], str]) -> None:
    two = [login(made(NOW + n), NOW + n + 0.1) for n in range(2)]

    assert verdicts(state_unguessable_per_flow, *two) == ["broken"]


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (lambda n: secrets.token_urlsafe(16), "seen"),
        (lambda n: secrets.token_hex(16), "seen"),
        (lambda n: str(uuid.uuid4()), "seen"),
        (lambda n: f"{NOW + n:.0f}.{secrets.token_urlsafe(16)}", "seen"),
        (
            lambda n: base64.b64encode(
                b'{"at": %d, "n": "%s"}' % (n, secrets.token_hex(16).encode())
            ).decode(),
            "seen",
        ),
        (lambda n: f"{secrets.randbelow(10**8):08d}", "broken"),
        (
            lambda n: "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6)),
            "broken",
        ),
        (lambda n: secrets.token_hex(6), "tolerated"),
        (lambda n: f"session-number-{n:08d}", "broken"),
    ],
    ids=[
        "random",
        "hexadecimal",
        "uuid",
        "time and random",
        "JSON",
        "8 digits",
        "6 letters",
        "48 bits",
        "counter",
    ],
)
def test_a_state_is_judged_by_what_nobody_can_guess(
    made: Callable[[int], str], verdict: str
) -> None:
    many = [login(made(n), NOW + n) for n in range(20)]

    assert verdicts(state_unguessable_per_flow, *many) == [verdict]


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        (RIGHT, "seen"),
        (RIGHT + "&scope=a&nonce=n&resource=http://a&resource=http://b", "seen"),
        (RIGHT + "&scope=a&scope=b", "broken"),
        (RIGHT + "&state=s1", "broken"),
        (RIGHT.replace("state", "stat"), "broken"),
        (RIGHT.replace("code", "token"), "broken"),
        (RIGHT.replace("%3A3", "%3A4"), "broken"),
        (RIGHT + "&client_secret=top-secret-1", "broken"),
    ],
)
def test_an_authorization_request_is_complete_and_says_nothing_twice(
    query: str, verdict: str
) -> None:
    request = exchange("authorize", f"{MOCK}/authorize?{query}")

    assert verdicts(authorize_parameters_complete, visit(request, honest=True)) == [verdict]


def test_an_authorization_request_by_post_is_named_as_such() -> None:
    posted = exchange("authorize", f"{MOCK}/authorize")
    posted = replace(posted, request=replace(posted.request, method="POST"))
    [item] = authorize_parameters_complete.judge(
        ClientEvidence(visits=(visit(posted, honest=True),))
    )

    assert "POST, which no server must take" in item.actual


def call(url: str, *headers: tuple[str, str]) -> Exchange:
    made = exchange("api", url, Response(status=200))
    return replace(made, request=replace(made.request, headers=headers))


BEARER = ("Authorization", "Bearer a1")


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [
        (call(f"{MOCK}/todos", BEARER), "seen"),
        (call(f"{MOCK}/todos?access_token=a1", BEARER), "broken"),
        (call(f"{MOCK}/todos?x=r1", BEARER), "broken"),
        (call(f"{MOCK}/todos/a1", BEARER), "broken"),
        (call(f"{MOCK}/todos", BEARER, ("Cookie", "t=a1")), "broken"),
        (call(f"{MOCK}/todos", BEARER, ("Referer", f"{MOCK}/?t=a1")), "broken"),
        (call(f"{MOCK}/todos", ("Authorization", "Bearer r1")), "broken"),
        (replace(call(f"{MOCK}/userinfo?t=a1"), step="endpoint"), "broken"),
        (replace(call(f"{MOCK}/authorize?id_token_hint=a1"), step="authorize"), "broken"),
        (exchange("endpoint", f"{MOCK}/revoke", token="a1"), ""),
        (exchange("endpoint", f"{OTHER}/todos?x=a1"), ""),
    ],
)
def test_a_token_has_one_place(request_: Exchange, verdict: str) -> None:
    if request_.request.url.endswith("/revoke"):
        request_ = replace(request_, request=replace(request_.request, method="POST"))

    found = verdicts(token_only_in_header, visit(ISSUED, request_))
    assert found == ([verdict] if verdict else [])


@pytest.mark.parametrize(
    ("answer", "verdicts_"),
    [
        (Response(status=200, body=b"<html>"), ["broken"]),
        (Response(status=400, body=b'{"error": "invalid_grant"}'), ["broken"]),
        (Response(status=500), []),
        (Response(status=429), []),
    ],
)
def test_a_code_is_not_sent_again_after_an_answer(answer: Response, verdicts_: list[str]) -> None:
    sent = exchange("token", f"{MOCK}/token", answer, code="c1")

    assert verdicts(code_exchanged_once, visit(sent, sent)) == verdicts_


def test_an_uuid_that_is_made_of_the_time_and_the_machine_is_no_state() -> None:
    made = [uuid.uuid1() for _ in range(2)]
    moments = [one.time / 10**7 - 12_219_292_800 for one in made]

    two = [login(str(one), at) for one, at in zip(made, moments, strict=True)]
    assert verdicts(state_unguessable_per_flow, *two) == ["broken"]


@pytest.mark.parametrize("states", [("00010101", "00010102"), ("99991231", "99991230")])
def test_a_state_that_reads_as_a_date_out_of_reach_is_judged_all_the_same(
    states: tuple[str, str],
) -> None:
    assert verdicts(state_unguessable_per_flow, *(login(one, NOW) for one in states)) == ["broken"]


CHALLENGED = f"{RIGHT}&code_challenge={'c' * 43}&code_challenge_method=S256"


@pytest.mark.parametrize(
    ("more", "verifier", "expected"),
    [
        ("", "v" * 43, "seen"),
        ("", "v" * 42, "broken"),
        ("", "v" * 42 + " ", "broken"),
        (f"&nonce={'n' * 16}", "v" * 30 + "n" * 16, "broken"),
        (f"&code_verifier={'v' * 43}", "v" * 43, "broken"),
    ],
    ids=["right", "short", "blank", "of the request", "shown"],
)
def test_a_verifier_is_long_and_nobody_has_seen_it(more: str, verifier: str, expected: str) -> None:
    asked = exchange("authorize", f"{MOCK}/authorize?{CHALLENGED}{more}")
    token = exchange("token", f"{MOCK}/token", code="c1", code_verifier=verifier)

    found = verdicts(pkce_s256_sent, visit(asked, token, honest=True))

    assert ("broken" if "broken" in found else "seen") == expected


REGISTERED = Response(
    status=201, body=b'{"client_id": "r", "client_secret": "registered-secret-1"}'
)


@pytest.mark.parametrize(
    ("check", "place"),
    [(authorize_parameters_complete, "authorize"), (secret_not_in_address, "token")],
)
def test_a_secret_that_was_registered_for_is_one(check: ClientCheck, place: Step) -> None:
    made = exchange("register", f"{MOCK}/register", REGISTERED)
    told = exchange(place, f"{MOCK}/{place}?{RIGHT}&client_secret=registered-secret-1")

    assert verdicts(check, visit(told, honest=True)) == ["seen"]
    assert verdicts(check, visit(made, told, honest=True)) == ["broken"]


@pytest.mark.parametrize(
    ("kind", "uri", "verdict"),
    [
        ("native", "http://127.0.0.1:9/cb", "seen"),
        ("web", "http://localhost:9/cb", "broken"),
        ("web", "https://client.example/cb", "seen"),
        ("web", CALLBACK, "seen"),
    ],
    ids=["native", "own loopback", "of a site", "the one that it was told"],
)
def test_a_client_that_listens_on_the_users_machine_is_native(
    kind: str, uri: str, verdict: str
) -> None:
    body = json.dumps({"application_type": kind, "redirect_uris": [uri]}).encode()
    made = exchange("register", f"{MOCK}/register", REGISTERED)
    made = replace(made, request=replace(made.request, raw=body))
    asked = exchange("authorize", f"{MOCK}/authorize?{RIGHT}")

    assert verdicts(application_type_sent, visit(made, asked, honest=True)) == [verdict]
