"""Which published addresses are taken to mean the server under test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from mockauth.engine.target.url_map import UrlMap
from mockauth.plugin.server.serving import serving

LOCAL = "http://localhost:3333"


@contextmanager
def free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield port


def mapped(url: str, *, target: str = LOCAL, declared: str = "", enabled: bool = True) -> str:
    return UrlMap(target, enabled=enabled, declared=set(declared.split()))(url)


@pytest.mark.parametrize(
    "rest", ["", "/", "/a?b=http://x/y#z", "?q", "#f", "/http://todo.example/"]
)
def test_a_declared_public_host_is_the_server_under_test(rest: str) -> None:
    url = f"https://todo.example{rest}"
    assert mapped(url, declared="todo.example") == LOCAL + rest


@pytest.mark.parametrize("host", ["s", "http", "t", "p:8443", "user:pw@s"])
def test_a_short_name_is_not_mistaken_for_a_part_of_the_scheme(host: str) -> None:
    name = host.rpartition("@")[2].partition(":")[0]
    assert mapped(f"https://{host}/x", declared=name) == f"{LOCAL}/x"


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.openai.com/aip/x/oauth/callback",
        "https://attacker.example/",
        "https://tenant.auth0.com/authorize",
        "https://accounts.google.com/o/oauth2",
        "/relative",
        "",
        "mailto:a@b.example",
        "http://[::1",
    ],
)
def test_other_hosts_and_identity_providers_are_left_alone(url: str) -> None:
    declared = "tenant.auth0.com accounts.google.com"
    assert mapped(url, declared=declared) == url


def test_a_public_target_is_asked_at_the_addresses_it_publishes() -> None:
    url = "https://todo.example/x"
    assert mapped(url, target="https://dev.example", declared="todo.example") == url


def test_mapping_can_be_switched_off() -> None:
    url = "https://todo.example/x"
    assert mapped(url, declared="todo.example", enabled=False) == url


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://127.0.0.1:3333/x", LOCAL),
        ("http://127.0.0.1/x", "http://localhost"),
        ("http://127.0.0.1:80/x", "http://localhost"),
        ("https://[::1]/x", "https://localhost"),
    ],
)
def test_another_name_of_this_machine_with_the_same_port_is_the_target(
    url: str, target: str
) -> None:
    assert mapped(url, target=target) == f"{target}/x"


def test_a_port_of_this_machine_where_nothing_listens_means_the_target() -> None:
    with free_port() as port:
        assert mapped(f"https://127.0.0.1:{port}/x") == f"{LOCAL}/x"


def test_a_second_server_on_this_machine_is_asked_in_plain_http_when_it_has_no_tls() -> None:
    with serving(Flask("second"), "127.0.0.1") as base:
        assert mapped(f"{base.replace('http', 'https')}/x") == f"{base}/x"
        assert mapped(f"{base}/x") == f"{base}/x"


def test_what_was_mapped_is_said_once() -> None:
    url_map = UrlMap(LOCAL, declared={"todo.example"})
    url_map("https://todo.example/a")
    url_map("https://todo.example/b")
    assert len(url_map.notes) == 1
    assert "https://todo.example (as published)" in url_map.notes[0]


def test_an_address_with_a_tab_in_its_host_is_mapped_without_a_crash() -> None:
    assert mapped("https://to\tdo.example/x", declared="todo.example") == f"{LOCAL}/x"
