"""Clients that a document describes, and clients that prove a key."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mockauth.plugin.fetch import Bounds, FetchError, fetch, may_be_asked
from tests.plugin.mcp_tour import DOCUMENT, KEYS, PKCE, described, new_key, public, touring_mcp
from tests.plugin.tour import error

PRIVATE = {"jwks": {"keys": [{"kty": "RSA", "n": "x", "e": "AQAB", "d": "y"}]}}


def test_a_client_with_a_document_signs_in_and_is_asked_for_once() -> None:
    tour = touring_mcp()

    assert error(tour.by_document()) == "200"
    assert error(tour.by_document()) == "200"
    assert tour.web.asked == [DOCUMENT]
    assert tour.web.bounds == Bounds(loopback=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": DOCUMENT + "/"},
        {"client_name": None},
        {"redirect_uris": []},
        {"redirect_uris": ["http://client.example/callback"]},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"client_secret": "everybody-reads-it"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        PRIVATE,
    ],
)
def test_a_document_that_describes_no_client_is_refused_and_asked_for_again(
    changes: dict[str, Any],
) -> None:
    tour = touring_mcp()
    tour.web.put(DOCUMENT, described(**changes))
    assert tour.as_document().status_code == 400
    tour.web.put(DOCUMENT, described())
    assert error(tour.by_document()) == "200"


@pytest.mark.parametrize("served", [{"status": 301}, {"content_type": "text/html"}])
def test_a_document_must_be_served_as_one(served: dict[str, Any]) -> None:
    tour = touring_mcp()
    tour.web.put(DOCUMENT, described(), **served)

    assert tour.as_document().status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        "http://client.example/app.json",
        "https://client.example",
        "https://client.example/",
        "https://client.example/a/../app.json",
        "https://client.example/%2e%2e/app.json",
        "https://user@client.example/app.json",
        "https://client.example/app.json#x",
        "HTTPS://client.example/app.json",
    ],
)
def test_nothing_is_fetched_for_a_url_that_is_no_client_id(url: str) -> None:
    tour = touring_mcp()
    tour.web.put(url, described(client_id=url))

    assert (
        tour.land(client_id=url, redirect_uri="https://client.example/callback").status_code == 400
    )
    assert tour.web.asked == []


def test_a_redirect_uri_outside_the_document_is_refused_without_a_redirect() -> None:
    assert touring_mcp().as_document("https://client.example/other").status_code == 400


def test_documents_are_taken_since_2025_11_25_only() -> None:
    tour = touring_mcp(mcp_revision="2025-06-18")
    metadata = tour.outside().get("/.well-known/oauth-authorization-server").get_json()

    assert "client_id_metadata_document_supported" not in metadata
    assert tour.as_document().status_code == 400


def test_the_consent_page_shows_both_hosts_and_warns_of_a_client_on_the_users_machine() -> None:
    tour = touring_mcp(login="login_and_consent")
    local = "http://127.0.0.1/callback"
    tour.web.put(DOCUMENT, described(redirect_uris=[local], client_name="<b>App</b>"))
    asked = {"client_id": DOCUMENT, "redirect_uri": "http://127.0.0.1:5123/callback"}
    login = tour.browser.get(tour.authorize(**asked, **PKCE).headers["Location"])
    text = tour.browser.get(tour.submit(login).headers["Location"]).get_data(as_text=True)

    assert "<b>App</b>" not in text
    for shown in ("client.example", "http://127.0.0.1:5123", "Any program on this computer"):
        assert shown in text


def test_a_client_proves_its_key_for_the_issuer_or_the_token_endpoint() -> None:
    tour, key = touring_mcp(), new_key()
    tour.web.put(KEYS, public(key))
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": KEYS}
    tour.web.put(DOCUMENT, described(**method))

    for number, aud in enumerate(
        ("http://localhost", "http://localhost/token", ["http://localhost"])
    ):
        proof = tour.asserted(key, aud=aud, jti=str(number))
        assert error(tour.by_document(**proof)) == "200"
    assert error(tour.by_document()) == "401 invalid_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example"},
        {"exp": 1},
        {"iss": "https://elsewhere.example/app.json"},
        {"sub": "https://elsewhere.example/app.json"},
        {"jti": None},
    ],
)
def test_an_assertion_that_is_not_the_clients_own_for_this_server_is_refused(
    changes: dict[str, Any],
) -> None:
    tour, key = touring_mcp(), new_key()
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks": public(key)}
    tour.web.put(DOCUMENT, described(**method))

    assert error(tour.by_document(**tour.asserted(key, **changes))) == "401 invalid_client"
    assert error(tour.by_document(**tour.asserted(new_key()))) == "401 invalid_client"


def test_an_assertion_works_once() -> None:
    tour, key = touring_mcp(), new_key()
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks": public(key)}
    tour.web.put(DOCUMENT, described(**method))
    proof = tour.asserted(key)

    assert error(tour.by_document(**proof)) == "200"
    assert error(tour.by_document(**proof)) == "401 invalid_client"


@pytest.mark.parametrize("inline", [True, False])
def test_a_new_key_of_a_client_is_looked_for(inline: bool) -> None:
    tour, old, new = touring_mcp(), new_key(), new_key()
    for number, key in enumerate((old, new)):
        keys: dict[str, Any] = {"jwks": public(key)} if inline else {"jwks_uri": KEYS}
        tour.web.put(KEYS, public(key))
        tour.web.put(DOCUMENT, described(token_endpoint_auth_method="private_key_jwt", **keys))
        assert error(tour.by_document(**tour.asserted(key, jti=str(number)))) == "200"


def test_chatgpts_document_is_taken_with_either_method() -> None:
    tour, key = touring_mcp(), new_key()
    document = described(
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_methods_supported=["none", "private_key_jwt"],
        jwks=public(key),
    )
    tour.web.put(DOCUMENT, document)

    assert error(tour.by_document()) == "200"
    assert error(tour.by_document(**tour.asserted(key))) == "200"


def test_a_client_registers_with_its_keys() -> None:
    tour = touring_mcp()
    asked = {
        "redirect_uris": ["https://client.example/callback"],
        "token_endpoint_auth_method": "private_key_jwt",
    }
    refused = tour.outside().post("/register", json=asked)
    taken = tour.outside().post("/register", json={**asked, "jwks": public(new_key())})

    assert (refused.status_code, taken.status_code) == (400, 201)
    assert "client_secret" not in taken.get_json()
    assert tour.outside().post("/register", json={**asked, **PRIVATE}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3",
        "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1",
        "255.255.255.255",
    ],
)  # fmt: skip
def test_only_the_public_internet_is_asked(address: str) -> None:
    assert not may_be_asked(address, Bounds())
    assert may_be_asked(address, Bounds(loopback=True)) == (address in ("127.0.0.1", "::1"))
    assert may_be_asked("93.184.216.34", Bounds())


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives these answers, one a connection; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def work() -> None:
            for answer in answers:
                with server.accept()[0] as connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/app.json"
        thread.join(10)


def test_a_document_is_fetched_with_its_type_and_its_age() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=9\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    with answering(answer) as url:
        found = fetch(url, Bounds(loopback=True))

    assert (found.status, found.content_type, found.cache_control, found.body) == (
        200,
        "application/json",
        "max-age=9",
        b"{}",
    )


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 9000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
        b"nonsense\r\n\r\n",
    ],
)
def test_a_document_that_is_too_long_or_broken_off_is_not_had(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(FetchError):
        fetch(url, Bounds(loopback=True))


def test_a_redirect_is_an_answer_and_no_way() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with answering(moved) as url:
        assert fetch(url, Bounds(loopback=True)).status == 302


def test_a_server_that_sends_a_byte_now_and_then_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(FetchError):
        fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", Bounds(loopback=True, seconds=0.2))


def test_nothing_connects_to_this_machine_where_the_plugin_is_not_on_it() -> None:
    with pytest.raises(FetchError):
        fetch("http://localhost:1/app.json", Bounds())
