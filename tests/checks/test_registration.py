import json
from typing import Any

import pytest

from mockauth.checks.evidence import Evidence
from mockauth.checks.registration import (
    echoes_metadata,
    no_secret_for_public,
    secret_unguessable,
    secret_with_expiry,
    works,
)
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.engine.result.verdict import conclude
from mockauth.manifest.mcp import Document, McpService
from mockauth.wire import Exchange, Request, Response, Trace

URL = "http://localhost:8000/register"
LONG = "q7Rw2-zK9xLm4_Tb8vNc3YfH6sJd1pGa5eUoXiWk0ZA"


def registered(client_id: str, **members: Any) -> Exchange:
    sent = {"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "none"}
    answer = Response(status=201, body=json.dumps({"client_id": client_id, **members}).encode())
    asked = Request(method="POST", url=URL, raw=json.dumps(sent).encode())
    return Exchange(step="register", request=asked, response=answer)


def state_of(rule: Check, *made: Exchange) -> State:
    trace = Trace()
    for exchange in made:
        trace.add(exchange)
    known = McpService(url=URL, servers=(Document(url=URL, data={}),))
    return conclude(rule.rule, "must", rule.judge(Evidence(trace=trace, mcp=known))).state


@pytest.mark.parametrize(
    ("made", "state"),
    [
        ([registered("a", client_secret=LONG)], "pass"),
        ([registered("a", client_secret="0b6c1f9e-8a2d-4c53-9f10-77e2d1c4a5b8")], "pass"),
        ([registered("a", client_secret=LONG), registered("b", client_secret=LONG[::-1])], "pass"),
        ([registered("a", client_secret=LONG), registered("a", client_secret=LONG)], "pass"),
        ([registered("a", client_secret="a1b2c3")], "fail"),
        ([registered("a", client_secret=LONG), registered("b", client_secret=LONG)], "fail"),
        ([registered(str(n), client_secret=f"{LONG}-{n}") for n in range(6)], "fail"),
        ([registered("a")], "n/a"),
    ],
)
def test_a_secret_that_can_be_guessed_is_found(made: list[Exchange], state: State) -> None:
    assert state_of(secret_unguessable, *made) == state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"token_endpoint_auth_method": "none"}, "fail"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "n/a"),
        ({}, "n/a"),
    ],
)
def test_a_client_is_public_where_the_answer_says_so(told: dict[str, str], state: State) -> None:
    assert state_of(no_secret_for_public, registered("a", client_secret=LONG, **told)) == state


WHOLE = {
    "redirect_uris": ["https://a.example/"],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
}


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "pass"),
        ({"grant_types": ["refresh_token", "authorization_code"], "scope": "a b"}, "pass"),
        ({"client_id_issued_at": 1796000000, "logo_uri": None, "scope": None}, "pass"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "pass"),
        ({"token_endpoint_auth_method": "basic"}, "fail"),
        ({"redirect_uris": "https://a.example/"}, "fail"),
        ({"grant_types": ["client_credentials"]}, "fail"),
        ({"response_types": ["token"]}, "fail"),
        ({"scope": ["a"]}, "fail"),
        ({"client_id_issued_at": "2026-11-29T10:00:00Z"}, "fail"),
        ({"client_id_issued_at": 1796000000000}, "warn"),
    ],
)
def test_what_a_client_is_registered_for_must_be_usable(
    changed: dict[str, Any], state: State
) -> None:
    assert state_of(echoes_metadata, registered("a", **(WHOLE | changed))) == state


@pytest.mark.parametrize(
    ("expires", "state"),
    [(0, "pass"), (253402300799, "pass"), (1796000000000, "fail"), (3600, "fail")],
)
def test_the_end_of_a_secret_is_a_time_in_seconds(expires: int, state: State) -> None:
    made = registered("a", client_secret=LONG, client_secret_expires_at=expires)
    assert state_of(secret_with_expiry, made) == state


def test_an_empty_client_id_is_none() -> None:
    assert state_of(works, registered("")) == "fail"
