"""The manifest reader: the four shapes of auth, and where api.url leads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockauth.manifest.auth import Auth, HttpAuth, NoAuth, OAuth
from mockauth.manifest.plugin import Manifest, read_manifest

HERE = "https://example.com/.well-known/ai-plugin.json"


def read(data: object, source: str = HERE) -> Manifest:
    """The manifest of these members."""
    return read_manifest(json.dumps(data).encode(), source)


@pytest.mark.parametrize(
    ("block", "auth"),
    [
        ({"type": "none"}, NoAuth()),
        (
            {
                "type": "service_http",
                "authorization_type": " Basic",
                "verification_tokens": {"openai": "t", "other": 3},
            },
            HttpAuth(
                type="service_http",
                authorization_type="basic",
                verification_tokens={"openai": "t"},
            ),
        ),
        ({"type": "service_http"}, HttpAuth(type="service_http")),
        ({"type": "user_http", "authorization_type": "bearer"}, HttpAuth(type="user_http")),
        (
            {
                "type": "oauth",
                "client_url": "https://example.com/authorize",
                "authorization_url": "https://example.com/token",
                "authorization_content_type": "application/x-www-form-urlencoded",
                "scope": "read",
                "verification_tokens": {"openai": "t"},
            },
            OAuth(
                client_url="https://example.com/authorize",
                authorization_url="https://example.com/token",
                authorization_content_type="application/x-www-form-urlencoded",
                scope="read",
                verification_tokens={"openai": "t"},
            ),
        ),
    ],
)
def test_each_of_the_four_shapes_becomes_its_value(block: dict[str, Any], auth: Auth) -> None:
    assert read({"auth": block}).auth == auth


@pytest.mark.parametrize(
    "block",
    [
        None,
        "oauth",
        [],
        {},
        {"type": "api_key"},
        {"type": ["oauth"]},
        {"type": "OAuth"},
        {"type": "oauth"},
        {"type": "oauth", "client_url": "https://a.example/", "token_url": "https://a.example/t"},
        {"type": "oauth", "client_url": 3, "authorization_url": "https://a.example/t"},
    ],
)
def test_auth_that_cannot_be_understood_is_none(block: object) -> None:
    assert read({"auth": block}).auth is None


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("https://api.example.com/o.yaml", "https://api.example.com/o.yaml"),
        (" https://api.example.com/o.yaml\n", "https://api.example.com/o.yaml"),
        ("/openapi.yaml", "https://example.com/openapi.yaml"),
        ("openapi.yaml", "https://example.com/.well-known/openapi.yaml"),
        ("//cdn.example.com/o.yaml", "https://cdn.example.com/o.yaml"),
        ("", None),
        (" ", None),
        (7, None),
        ("https://[broken/o.yaml", None),
        ("https://example.com:port/o.yaml", None),
    ],
)
def test_api_url_is_resolved_against_the_manifest(url: object, resolved: str | None) -> None:
    assert read({"api": {"url": url}}).api_url == resolved


def test_api_url_of_a_file_stays_as_it_is() -> None:
    manifest = read({"api": {"url": "/openapi.yaml"}}, "ai-plugin.json")
    assert manifest.api_url == "/openapi.yaml"
    assert manifest.url == ""
    assert read({}).url == HERE


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"<html>", b'{"auth": ', b"\xff"])
def test_what_is_no_object_has_no_members(text: bytes) -> None:
    manifest = read_manifest(text, HERE)
    assert (manifest.data, manifest.auth, manifest.api_url) == ({}, None, None)
    assert manifest.document.problems


def test_members_are_read_through_comments_and_trailing_commas() -> None:
    manifest = read_manifest(b'{"auth": {"type": "none",}, // x\n}', HERE)
    assert manifest.auth == NoAuth()
    assert len(manifest.document.problems) == 3


def test_text_follows_a_path_and_is_empty_where_it_ends() -> None:
    manifest = read({"auth": {"verification_tokens": {"openai": "t"}, "scope": 3}})
    assert manifest.text("auth", "verification_tokens", "openai") == "t"
    assert manifest.text("auth", "scope") == ""
    assert manifest.text("auth", "scope", "deeper") == ""
    assert manifest.text("nowhere") == ""
