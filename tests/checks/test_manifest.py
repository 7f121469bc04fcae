"""Each check of the manifest, once where the rule holds and once where it is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockauth.checks import manifest as shape
from mockauth.checks import manifest_text as texts
from mockauth.checks import manifest_urls as urls
from mockauth.checks.evidence import Evidence, Given
from mockauth.checks.registry import Check
from mockauth.engine.result.result import Result, State
from mockauth.engine.result.verdict import judge
from mockauth.manifest.plugin import read_manifest
from mockauth.wire import Exchange, Request, Response, Secret, Trace

HERE = "https://example.com/.well-known/ai-plugin.json"
TOKEN = "f00dcafe5eed4b1d"
OAUTH: dict[str, Any] = {
    "type": "oauth",
    "client_url": "https://example.com/authorize",
    "authorization_url": "https://example.com/token",
    "authorization_content_type": "application/json",
    "scope": "",
    "verification_tokens": {"openai": TOKEN},
}
SERVICE: dict[str, Any] = {
    "type": "service_http",
    "authorization_type": "bearer",
    "verification_tokens": {"openai": TOKEN},
}
GOOD: dict[str, Any] = {
    "schema_version": "v1",
    "name_for_model": "todo",
    "name_for_human": "To do",
    "description_for_model": "Keeps a list.",
    "description_for_human": "Keeps your list.",
    "auth": OAUTH,
    "api": {"type": "openapi", "url": "https://api.example.com/openapi.yaml"},
    "logo_url": "https://example.com/logo.png",
    "contact_email": "help@example.com",
    "legal_info_url": "https://www.example.com/legal",
}


def judged(check: Check, data: object = GOOD, source: str = HERE, **more: Any) -> Result:
    """The verdict of one check on a manifest with these members."""
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    manifest = read_manifest(text, source)
    given: dict[str, Any] = {"manifest": manifest, "auth": manifest.auth, **more}
    return judge(check, Evidence(**given))


def auth(base: dict[str, Any] = OAUTH, **members: Any) -> dict[str, Any]:
    """The good manifest with these members of auth; None takes one out."""
    block = {name: value for name, value in {**base, **members}.items() if value is not None}
    return {**GOOD, "auth": block}


def fetched(*hops: tuple[str, int, str], kind: str = "application/json") -> Trace:
    """The record of fetching the manifest: URL, status, Location of each hop."""
    trace = Trace()
    for url, status, location in hops:
        headers = (("Content-Type", kind), ("Location", location))
        response = Response(status=status, headers=headers if location else headers[:1])
        request = Request(method="GET", url=url)
        trace.add(Exchange(step="manifest", request=request, response=response))
    return trace


STATIC = (
    shape.json_strict, shape.required_fields, shape.schema_version, shape.auth_type_known,
    shape.auth_fields_complete, shape.content_type_supported, shape.verification_token_present,
    shape.no_secret_inside, texts.name_for_model_valid, texts.name_for_model_charset,
    texts.text_within_limits, texts.text_within_late_limits, urls.https, urls.oauth_urls_distinct,
    urls.api_url_on_domain, urls.legal_and_contact_domain,
    urls.host_allowed, urls.endpoints_https, urls.endpoints_no_fragment, urls.port_443,
)  # fmt: skip


@pytest.mark.parametrize("check", STATIC, ids=lambda check: check.rule.id)
def test_a_good_manifest_passes(check: Check) -> None:
    result = judged(check)
    assert result.state == "pass", result.actual


@pytest.mark.parametrize(
    ("check", "data", "state", "at"),
    [
        (shape.json_strict, b'{"a": 1,\n}', "fail", "line 1, column 8"),
        (shape.json_strict, b"null", "fail", "line 1, column 1"),
        (shape.required_fields, {**GOOD, "logo_url": 3}, "fail", "/logo_url"),
        (shape.required_fields, {"schema_version": "v1"}, "fail", "/name_for_model"),
        (shape.required_fields, {**GOOD, "api": {"url": "/o"}}, "warn", "/api/type"),
        (shape.required_fields, {**GOOD, "api": {"type": "openapi"}}, "fail", "/api/url"),
        (shape.schema_version, {**GOOD, "schema_version": 1}, "fail", "/schema_version"),
        (shape.auth_type_known, auth(type="api_key"), "fail", "/auth/type"),
        (shape.auth_type_known, auth(type=["oauth"]), "fail", "/auth/type"),
        (shape.auth_fields_complete, auth(scope=None), "fail", "/auth/scope"),
        (shape.auth_fields_complete, auth(client_url=""), "fail", "/auth/client_url"),
        (
            shape.auth_fields_complete,
            auth(SERVICE, authorization_type=None),
            "fail",
            "/auth/authorization_type",
        ),
        (
            shape.authorization_type_known,
            auth(SERVICE, authorization_type="digest"),
            "fail",
            "/auth/authorization_type",
        ),
        (
            shape.content_type_supported,
            auth(authorization_content_type="text/plain"),
            "fail",
            "/auth/authorization_content_type",
        ),
        (
            shape.verification_token_present,
            auth(verification_tokens={}),
            "warn",
            "/auth/verification_tokens/openai",
        ),
        (
            shape.verification_token_present,
            auth(verification_tokens={"openai": "REPLACE_ME"}),
            "warn",
            "/auth/verification_tokens/openai",
        ),
        *(
            (
                shape.verification_token_present,
                auth(verification_tokens={"openai": token}),
                "warn",
                "/auth/verification_tokens/openai",
            )
            for token in (
                "x" * 32,
                "YOUR_TOKEN_HERE",
                "<token>",
                "abc123",
                "f00dcafe-5eed-4b1d",
                "0" * 32,
                "{{ token }}",
                "glowth-9584",
                "F00DCAFE5EED4B1D",
            )
        ),
        (
            shape.no_secret_inside,
            auth(client_secret="correct-horse-7"),
            "fail",
            "/auth/client_secret",
        ),
        (texts.name_for_model_valid, {**GOOD, "name_for_model": "a b"}, "fail", "/name_for_model"),
        (
            texts.name_for_model_valid,
            {**GOOD, "name_for_model": "a" * 51},
            "fail",
            "/name_for_model",
        ),
        (
            texts.name_for_model_charset,
            {**GOOD, "name_for_model": "a-b"},
            "warn",
            "/name_for_model",
        ),
        (
            texts.text_within_limits,
            {**GOOD, "description_for_human": "x" * 121},
            "fail",
            "/description_for_human",
        ),
        (
            texts.text_within_late_limits,
            {**GOOD, "name_for_human": "x" * 21},
            "warn",
            "/name_for_human",
        ),
        (
            urls.oauth_urls_distinct,
            auth(authorization_url="https://example.com/authorize/"),
            "fail",
            "/auth/authorization_url",
        ),
        (
            urls.api_url_on_domain,
            {**GOOD, "api": {"url": "https://badexample.com/o"}},
            "fail",
            "/api/url",
        ),
        (
            urls.legal_and_contact_domain,
            {**GOOD, "contact_email": "me@mail.test"},
            "warn",
            "/contact_email",
        ),
        (
            urls.host_allowed,
            {**GOOD, "api": {"url": "http://localhost:5000/o"}},
            "info",
            "",
        ),
        (
            urls.endpoints_https,
            auth(client_url="http://example.com/a?x=1"),
            "fail",
            "/auth/client_url",
        ),
        (
            urls.endpoints_no_fragment,
            auth(authorization_url="https://example.com/token#x"),
            "fail",
            "/auth/authorization_url",
        ),
        (
            urls.port_443,
            auth(authorization_url="https://example.com:8443/a"),
            "fail",
            "/auth/authorization_url",
        ),
        (urls.port_443, auth(client_url="https://example.com:8443/a"), "pass", ""),
    ],
)
def test_a_broken_manifest_is_found_at_its_place(
    check: Check, data: object, state: State, at: str
) -> None:
    result = judged(check, data)
    assert (result.state, result.at) == (state, at), result.actual


def test_a_manifest_over_http_fails() -> None:
    assert judged(urls.https, source=HERE.replace("https", "http")).state == "fail"
    assert judged(urls.https, source="http://localhost:5000/x").state == "n/a"


def test_a_known_scheme_passes() -> None:
    assert judged(shape.authorization_type_known, auth(SERVICE)).state == "pass"
    assert judged(shape.authorization_type_known).state == "n/a"


@pytest.mark.parametrize("kind", ["api_key", "bearer", "basic"])
def test_an_invented_auth_type_is_told_what_was_meant(kind: str) -> None:
    assert "service_http" in judged(shape.auth_type_known, auth(type=kind)).fix


def test_token_url_is_told_where_it_belongs() -> None:
    data = auth(authorization_url=None, token_url="https://example.com/token")
    result = judged(shape.auth_fields_complete, data)
    assert (result.state, result.at) == ("fail", "/auth/authorization_url")
    assert "token_url is not a field" in result.fix
    both = judged(shape.auth_fields_complete, auth(token_url="https://example.com/token"))
    assert (both.state, both.at) == ("warn", "/auth/token_url")


@pytest.mark.parametrize(
    ("check", "data"),
    [
        (shape.no_secret_inside, auth(client_secret=TOKEN)),
        (shape.no_secret_inside, {**GOOD, "description_for_model": f"use sk-{TOKEN}{TOKEN}"}),
        (shape.no_secret_inside, {**GOOD, "x": [{"password": TOKEN}]}),
        (shape.auth_fields_complete, auth(verification_tokens=TOKEN)),
        (shape.verification_token_present, auth(verification_tokens={"openai": f"<{TOKEN}>"})),
        (shape.verification_token_matches, auth()),
    ],
)
def test_a_finding_never_quotes_the_secret(check: Check, data: object) -> None:
    given = Given(verification_token=Secret("0123456789abcdef"))
    result = judged(check, data, given=given)
    assert result.state in ("fail", "warn")
    assert TOKEN not in repr(result)
    assert "0123456789abcdef" not in repr(result)


def test_the_verification_token_is_compared_with_the_one_given() -> None:
    given = Given(verification_token=Secret(TOKEN))
    assert judged(shape.verification_token_matches, given=given).state == "pass"
    without = judged(shape.verification_token_matches)
    assert (without.state, without.blocked_by) == ("blocked", "--verification-token")


def test_a_placeholder_is_no_secret() -> None:
    for value in ("your_secret_here", "<secret>", "${SECRET}", "https://example.com/secret"):
        assert judged(shape.no_secret_inside, auth(client_secret=value)).state == "pass"


@pytest.mark.parametrize(
    ("check", "trace", "state"),
    [
        (shape.served, fetched((HERE, 200, "")), "pass"),
        (shape.served, fetched((HERE, 404, "")), "fail"),
        (shape.served, fetched((HERE, 401, "")), "blocked"),
        (shape.served, Trace(), "n/a"),
        (shape.public, fetched((HERE, 200, "")), "pass"),
        (shape.public, fetched((HERE, 403, "")), "fail"),
        (shape.public, fetched((HERE, 302, "/login?next=/")), "fail"),
        (shape.content_type_json, fetched((HERE, 200, "")), "pass"),
        (shape.content_type_json, fetched((HERE, 200, ""), kind="text/html"), "warn"),
        (urls.redirects_allowed, fetched((HERE, 200, "")), "pass"),
        (urls.redirects_allowed, fetched((HERE, 302, "https://a.example.com/x")), "pass"),
        (
            urls.redirects_allowed,
            fetched(("https://www.example.com/x", 301, "https://example.com/x")),
            "pass",
        ),
        (urls.redirects_allowed, fetched((HERE, 302, "https://www.badexample.com/")), "fail"),
        (
            urls.redirects_allowed,
            fetched(("https://a.example.com/x", 302, "https://example.com/x")),
            "fail",
        ),
        (urls.redirects_allowed, Trace(), "n/a"),
    ],
)
def test_how_the_manifest_is_served_is_judged(check: Check, trace: Trace, state: State) -> None:
    assert judged(check, trace=trace).state == state


@pytest.mark.parametrize("check", STATIC[1:], ids=lambda check: check.rule.id)
def test_a_manifest_that_is_no_object_never_passes_or_crashes(check: Check) -> None:
    result = judged(check, b"[]")
    assert result.state in ("blocked", "n/a") or check is urls.https
    assert judge(check, Evidence()).state in ("blocked", "n/a")


def test_localhost_is_allowed_without_sign_in_only() -> None:
    data = {**GOOD, "auth": {"type": "none"}, "api": {"url": "http://localhost:5000/o"}}
    assert judged(urls.host_allowed, data).state == "pass"


def test_a_relative_api_url_of_a_file_blocks_what_needs_its_host() -> None:
    data = {**GOOD, "api": {"type": "openapi", "url": "/openapi.yaml"}}
    assert judged(urls.legal_and_contact_domain, data, "ai-plugin.json").state == "blocked"
    assert judged(urls.api_url_on_domain, data, "ai-plugin.json").state == "n/a"
    assert judged(urls.api_url_on_domain, data).state == "pass"


def test_the_name_of_a_header_is_no_secret() -> None:
    manifest = auth(SERVICE, api_key_name="X-Todo-Api-Key", access_token_location="header-or-query")
    assert judged(shape.no_secret_inside, manifest).state == "pass"
