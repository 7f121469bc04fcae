"""What a client of an MCP server does next, judged on visits made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockauth.checks.client.reactions import REACTIONS
from mockauth.checks.client.visit import Ending, Visit
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.wire import Exchange, Response
from tests.client.test_reactions import CALLBACK, MOCK, OTHER, exchange, visit

REFUSED = Response(
    status=403, headers=(("WWW-Authenticate", 'Bearer error="insufficient_scope", scope="b"'),)
)
OPENED = exchange("rpc", f"{MOCK}/mcp", Response(status=401))
DISCOVERED = replace(
    OPENED, request=replace(OPENED.request, headers=(("Mcp-Method", "server/discover"),))
)


def login(scope: str) -> Exchange:
    return exchange("authorize", f"{MOCK}/authorize?client_id=me&scope={scope}")


def of_mcp(*exchanges: Exchange, **more: object) -> Visit:
    made = visit(*exchanges, **more)
    return replace(made, terms=replace(made.terms, resource=f"{MOCK}/mcp"))


def said(word: str, made: Visit) -> list[str]:
    found = list(REACTIONS[word](made))
    return ["seen" if isinstance(item, Seen) else "broken" for item in found]


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [("a+b", "seen"), ("b+a+offline_access", "seen"), ("b", "broken"), ("a", "broken")],
)
def test_a_step_up_asks_for_the_old_scope_and_the_new(asked: str, verdict: str) -> None:
    call = exchange("api", f"{MOCK}/mcp", REFUSED)

    assert said("step-up-union", of_mcp(login("a"), call, login(asked))) == [verdict]


@pytest.mark.parametrize("word", ["step-up-union", "found", "proceeds", "other-version"])
def test_a_client_whose_time_ran_out_is_not_blamed(word: str) -> None:
    landed = exchange("callback", f"{CALLBACK}?code=c")
    call = exchange("api", f"{MOCK}/mcp", REFUSED)
    before = {
        "step-up-union": (login("a"), call),
        "found": (OPENED,),
        "proceeds": (landed,),
        "other-version": (DISCOVERED,),
    }
    made = of_mcp(*before[word])

    assert said(word, made) == ["broken"]
    slow = replace(made, endings=(Ending(status=-9, timed_out=True, seconds=10.0),))
    with pytest.raises(Blocked):
        said(word, slow)


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        ("sign-in failed", "seen"),
        ("GET http://127.0.0.1/cb?error=moon_in_wrong_phase&state=s failed", "seen"),
        ("failed: moon_in_wrong_phase", "broken"),
        ("failed: call the number on this page", "broken"),
    ],
)
def test_an_error_of_another_issuer_is_not_shown(output: str, verdict: str) -> None:
    landed = exchange("callback", f"{CALLBACK}?error=moon_in_wrong_phase")
    made = replace(of_mcp(landed), endings=(Ending(status=1, output=output),))

    assert said("error-unshown", made) == [verdict]


def test_metadata_that_is_refused_is_not_used() -> None:
    read = exchange(
        "metadata", f"{MOCK}/.well-known/oauth-authorization-server", Response(status=200)
    )
    used = exchange("authorize", f"{MOCK}/authorize?document=refused&client_id=me")
    made = replace(of_mcp(read), endings=(Ending(status=1),))

    assert said("document-unused", made) == ["seen"]
    assert said("document-unused", of_mcp(read, login("a"))) == ["seen"]
    [item] = REACTIONS["document-unused"](of_mcp(read, used))
    assert isinstance(item, Finding)


def test_a_client_of_mcp_may_wait_as_long_as_its_sdk() -> None:
    held = replace(exchange("token", f"{MOCK}/token", code="c"), error="held back")
    [item] = REACTIONS["error"](
        replace(of_mcp(held), endings=(Ending(status=-9, timed_out=True, seconds=60.0),))
    )

    assert isinstance(item, Finding)
    assert item.tolerated


@pytest.mark.parametrize("word", ["declared-method", "names-document"])
def test_a_registration_that_a_client_has_kept_is_not_one_of_this_start(word: str) -> None:
    asked = exchange("authorize", f"{MOCK}/authorize?client_id=kept-1")
    token = exchange("token", f"{MOCK}/token", code="c", client_id="kept-1")
    made = of_mcp(asked, token)
    made = replace(made, terms=replace(made.terms, auth_method="client_secret_post"))

    assert said(word, replace(made, terms=replace(made.terms, client_secret=""))) == ["broken"]
    with pytest.raises(Blocked):
        said(word, replace(made, known_before=frozenset({"kept-1"})))


def moved(*exchanges: Exchange, **more: object) -> Visit:
    """A visit that has learned of another authorization server."""
    names = Response(status=200, body=b'{"authorization_servers": ["%s"]}' % OTHER.encode())
    document = exchange("metadata", f"{MOCK}/.well-known/oauth-protected-resource/mcp", names)
    return of_mcp(document, *exchanges, **more)


def test_a_client_that_stops_before_another_server_has_given_it_nothing() -> None:
    assert said("credentials-bound", moved()) == ["seen"]
    with pytest.raises(Blocked):
        said("credentials-bound", moved(endings=(Ending(status=0),)))
    with pytest.raises(Blocked):
        said("credentials-bound", of_mcp(OPENED))


def test_a_client_id_that_was_given_is_not_for_another_server() -> None:
    there = exchange("authorize", f"{OTHER}/authorize?client_id=me")

    assert said("credentials-bound", moved(there)) == ["broken"]


@pytest.mark.parametrize(
    "challenge",
    [
        'Bearer scope=b, error="insufficient_scope"',
        'Bearer error_description="scope=\\"x", scope="b"',
    ],
)
def test_the_scope_of_a_challenge_is_read_however_it_is_written(challenge: str) -> None:
    refused = Response(status=403, headers=(("WWW-Authenticate", challenge),))
    call = exchange("api", f"{MOCK}/mcp", refused)

    assert said("step-up-union", of_mcp(login("a"), call, login("a+b"))) == ["seen"]
    assert said("step-up-union", of_mcp(login("a"), call, login("a"))) == ["broken"]


@pytest.mark.parametrize(("name", "verdict"), [("registered-1", "seen"), ("me", "broken")])
def test_a_registered_client_has_another_secret_than_the_given_one(name: str, verdict: str) -> None:
    token = exchange("token", f"{MOCK}/token", code="c", client_id=name, client_secret="other")
    made = of_mcp(token)
    terms = replace(made.terms, auth_method="client_secret_post")

    assert said("declared-method", replace(made, terms=terms)) == [verdict]
