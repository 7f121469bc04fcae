"""The mistakes that developers make with a 2023 manifest: each is named, with its fix."""

from __future__ import annotations

from typing import Any

import pytest

from mockauth.checks import manifest as shape
from mockauth.checks.evidence import Evidence
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import judge
from mockauth.manifest.plugin import read_manifest
from mockauth.wire import Exchange, Request, Response, Trace
from tests.checks.test_manifest import HERE, auth, judged
from tests.traces import HTML, JSON, answer, trace

TOKEN_URL = "https://example.com/token"
BOTH = "authorization_url is the TOKEN endpoint in a 2023 manifest"


def fields(**members: Any) -> Result:
    """The verdict on the auth block with these members."""
    return judged(shape.auth_fields_complete, auth(**members))


@pytest.mark.parametrize("name", ["token_url", "token_endpoint", "access_token_url", "token_uri"])
def test_an_invented_token_url_is_told_where_it_belongs(name: str) -> None:
    result = fields(authorization_url=None, **{name: TOKEN_URL})
    assert (result.state, result.at) == ("fail", "/auth/authorization_url")
    assert BOTH in result.fix
    assert f"{name} is not a field" in result.fix
    assert result.rule.chatgpt_shows


def test_the_authorize_endpoint_put_into_authorization_url_is_recognised() -> None:
    result = fields(client_url=None, token_url=TOKEN_URL)
    assert (result.state, result.at) == ("fail", "/auth/client_url")
    assert "put the authorize endpoint in client_url" in result.fix


@pytest.mark.parametrize("name", ["authorization_server", "issuer", "openid_connect_url"])
def test_a_server_in_place_of_the_endpoints_is_told_that_metadata_was_not_read(name: str) -> None:
    result = fields(client_url=None, authorization_url=None, **{name: "https://example.com"})
    assert result.state == "fail"
    assert "ChatGPT read no metadata" in result.fix


@pytest.mark.parametrize(
    ("missing", "invented"),
    [
        ("scope", "scopes"),
        ("authorization_content_type", "content_type"),
        ("verification_tokens", "verification_token"),
        ("client_url", "authorize_url"),
    ],
)
def test_a_misnamed_member_is_told_its_name(missing: str, invented: str) -> None:
    result = fields(**{missing: None, invented: "x"})
    assert (result.state, result.at) == ("fail", f"/auth/{missing}")
    assert f"put its value in {missing}" in result.fix


def test_a_client_url_that_is_called_token_is_swapped_where_the_other_one_says_so() -> None:
    swapped = fields(client_url=TOKEN_URL, authorization_url="https://example.com/authorize")
    assert (swapped.state, swapped.at) == ("fail", "/auth/client_url")
    assert "exchange the two" in swapped.fix
    unclear = fields(client_url=TOKEN_URL, authorization_url="https://example.com/x")
    assert (unclear.state, unclear.at) == ("warn", "/auth/client_url")
    assert "swapped" in unclear.fix
    # Published plugins call their token endpoint authorize, and are right.
    right = fields(
        client_url="https://example.com/login",
        authorization_url="https://example.com/api/authorize",
    )
    assert right.state == "pass"


def test_more_members_do_no_harm() -> None:
    assert fields(instructions="", pkce_required=False, token_exchange_method="x").state == "pass"


def fetched(response: Response) -> Trace:
    """The record of fetching the manifest."""
    return trace(
        Exchange(step="manifest", request=Request(method="GET", url=HERE), response=response)
    )


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (answer(200, JSON, "{}"), "pass"),
        (answer(401, JSON), "fail"),
        (answer(403, HTML), "fail"),
        (answer(302, (("Location", "/sign-in?next=%2F"),)), "fail"),
        (answer(302, (("location", "https://example.com/logon"),)), "fail"),
        (answer(200, HTML, "<form><input name=p type='password'></form>"), "fail"),
        (answer(301, (("Location", "https://www.example.com/catalogue/"),)), "pass"),
        (answer(404, HTML, "nothing here"), "pass"),
    ],
)
def test_a_manifest_behind_the_guard_is_named(response: Response, state: str) -> None:
    result = judge(
        shape.public, Evidence(manifest=read_manifest(b"{}", HERE), trace=fetched(response))
    )
    assert result.state == state
    if state == "fail":
        assert "guard" in result.fix
        assert result.rule.chatgpt_shows
