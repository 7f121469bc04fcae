"""What is typed into the GPT editor, with what the OpenAPI document adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockauth.chatgpt.placement import in_basic_header, in_own_header
from mockauth.checks.evidence import Evidence
from mockauth.checks.manifest_urls import (
    endpoints,
    endpoints_https,
    oauth_urls_share_domain,
    port_443,
)
from mockauth.checks.registry import all_checks
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.engine.target.action import action_origin
from mockauth.errors import UsageError
from mockauth.manifest.auth import Auth, HttpAuth, NoAuth, OAuth
from mockauth.manifest.editor import EditorForm, fill
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.profiles import ACTION
from mockauth.wire import Request

BASE = "https://api.example.com"
SOURCE = "https://api.example.com/openapi.json"
FLOW = {
    "authorizationUrl": "https://login.example.com/authorize",
    "tokenUrl": "/token",
    "scopes": {"read": "Read", "write": "Write"},
}
OAUTH = {"type": "oauth2", "flows": {"authorizationCode": FLOW}}
KEY = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
BASIC = {"type": "http", "scheme": "basic"}


def document(**schemes: Any) -> OpenApi:
    """A document that declares these schemes and calls one server."""
    data = {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "components": {"securitySchemes": schemes},
        "paths": {},
    }
    return read_openapi(json.dumps(data).encode(), SOURCE)


def test_the_editors_words_become_those_of_the_manifest() -> None:
    form = EditorForm(authorize_url="https://a.example/authorize", token_url="https://a.example/t")

    auth = fill(form, document()).auth

    assert isinstance(auth, OAuth)
    assert auth.client_url == "https://a.example/authorize"
    assert auth.authorization_url == "https://a.example/t"
    assert auth.scope == ""


def test_an_oauth_scheme_of_the_document_gives_what_was_not_given_and_says_so() -> None:
    filled = fill(EditorForm(), document(login=OAUTH))

    assert isinstance(filled.auth, OAuth)
    assert filled.auth.client_url == "https://login.example.com/authorize"
    assert filled.auth.authorization_url == "https://api.example.com/token"
    assert filled.auth.scope == "read write"
    assert len(filled.notes) == 4


def test_a_given_value_goes_before_the_document_and_needs_no_note() -> None:
    form = EditorForm(auth="oauth", token_url="https://a.example/t", scope="mine")

    filled = fill(form, document(login=OAUTH))

    assert isinstance(filled.auth, OAuth)
    assert (filled.auth.authorization_url, filled.auth.scope) == ("https://a.example/t", "mine")
    assert len(filled.notes) == 1


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [
        (KEY, HttpAuth(type="service_http", header="X-Api-Key")),
        (BASIC, HttpAuth(type="service_http", authorization_type="basic")),
    ],
)
def test_a_key_scheme_of_the_document_says_how_the_key_is_sent(
    scheme: dict[str, Any], auth: HttpAuth
) -> None:
    assert fill(EditorForm(), document(key=scheme)).auth == auth


def test_a_document_that_says_nothing_or_two_things_asks_for_auth() -> None:
    for openapi in (document(), document(login=OAUTH, key=KEY)):
        filled = fill(EditorForm(), openapi)

        assert filled.auth is None
        assert "--auth" in filled.missing[0]


def test_credentials_at_hand_decide_where_the_document_does_not() -> None:
    assert fill(EditorForm(), document(), "service_http").auth == HttpAuth(type="service_http")
    assert fill(EditorForm(auth="none"), document(login=OAUTH), "oauth").auth == NoAuth()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (EditorForm(authorize_url="login.example.com"), "--authorize-url login.example.com"),
        (EditorForm(token_url="https://"), "--token-url"),
        (EditorForm(header="X Api Key"), "--header 'X Api Key'"),
        (EditorForm(header="X-Api-Key", auth_scheme="basic"), "contradict"),
        (EditorForm(auth="none", token_url="https://a.example/t"), "--auth none has no"),
        (EditorForm(auth="oauth", header="X-Api-Key"), "--auth oauth has no"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_by_its_option(form: EditorForm, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fill(form, document())


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{",
        b'{"components": 1}',
        b'{"security": [1, {"a": 0}]}',
        b'{"components": {"securitySchemes": {"a": {"flows": 1}}}}',
    ],
)
def test_a_broken_document_never_raises(data: bytes) -> None:
    assert fill(EditorForm(), read_openapi(data, SOURCE)).auth is None


def action(authorize: str, token: str) -> Evidence:
    """An Action on public hosts."""
    auth = OAuth(client_url=authorize, authorization_url=token)
    return Evidence(profile=ACTION, target="https://api.example.com", auth=auth, openapi=document())


def verdict_of(check: Any, evidence: Evidence) -> Result:
    """The verdict of one check."""
    return judge(check, evidence)


def test_the_addresses_of_an_action_are_the_editors_and_the_server_of_the_document() -> None:
    evidence = action("https://example.com/a", "https://example.com/t")

    assert endpoints(evidence)[-1] == ("/servers/0/url", "https://api.example.com/v1")
    assert verdict_of(endpoints_https, evidence).state == "pass"
    assert verdict_of(port_443, evidence).state == "pass"


@pytest.mark.parametrize(
    ("host", "state"),
    [
        ("login.example.com", "pass"),
        ("accounts.google.com", "pass"),
        ("login.microsoftonline.com", "pass"),
        ("ims-na1.adobelogin.com", "pass"),
        ("example.auth0.com", "fail"),
    ],
)
def test_the_oauth_hosts_share_the_domain_of_the_api_but_for_three_providers(
    host: str, state: str
) -> None:
    evidence = action(f"https://{host}/a", f"https://{host}/t")

    result = verdict_of(oauth_urls_share_domain, evidence)

    assert (result.state, result.level) == (state, "must")


def test_credentials_move_into_the_basic_header_form_encoded() -> None:
    pairs = (("grant_type", "x"), ("client_id", "me"), ("client_secret", "a:b c"), ("code", "c"))
    request = Request(method="POST", url="https://a.example/t", params=pairs, encoding="form")

    sent = in_basic_header(request)

    assert sent.params == (("grant_type", "x"), ("code", "c"))
    assert sent.header("Authorization") == "Basic bWU6YSUzQWIrYw=="


def test_a_request_that_a_probe_made_stays_as_it_is() -> None:
    once = (("client_id", "me"),)
    twice = (*once, ("client_secret", "a"), ("client_secret", "b"))
    for params in (once, twice, ()):
        request = Request(method="POST", url="https://a.example/t", params=params)
        assert in_basic_header(request) == request
    both = Request(method="POST", url="https://a.example/t", params=twice[:2])
    both = both.with_header("Authorization", "Basic eDp5")
    assert in_basic_header(both) == both


@pytest.mark.parametrize(
    ("header", "sent"), [("Bearer k", "k"), ("basic k", "k"), ("k", "k"), (None, None)]
)
def test_a_key_goes_bare_into_its_own_header(header: str | None, sent: str | None) -> None:
    request = Request(method="GET", url="https://a.example/").with_header("Authorization", header)

    placed = in_own_header(request, "X-Api-Key")

    assert placed.header("X-Api-Key") == sent
    assert placed.header("Authorization") is None


def test_a_document_on_this_disk_names_the_server_or_says_that_it_does_not(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(document().text)
    assert action_origin(EditorForm(), str(path)) == "https://api.example.com"

    path.write_text('{"openapi": "3.1.0"}', "utf-8")
    with pytest.raises(UsageError, match="names no host"):
        action_origin(EditorForm(), str(path))
    with pytest.raises(UsageError, match="no such file"):
        action_origin(EditorForm(), str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    "auth",
    [
        None,
        NoAuth(),
        HttpAuth(type="service_http", header="X-Key"),
        OAuth(client_url="https://a.example/a", authorization_url="https://a.example/t"),
    ],
)
@pytest.mark.parametrize("openapi", [None, document(), read_openapi(b"[]", "openapi.json")])
def test_no_check_fails_in_itself_for_want_of_a_manifest(
    auth: Auth | None, openapi: OpenApi | None
) -> None:
    evidence = Evidence(profile=ACTION, target=BASE, auth=auth, openapi=openapi)

    results = [judge(check, evidence) for check in all_checks()]

    assert [r.rule.id for r in results if r.state == "error"] == []
    assert [r.rule.id for r in results if "manifest" in r.actual and r.state == "blocked"] == []
