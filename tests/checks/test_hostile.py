"""No record of a server's answers, however odd, makes a check crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockauth.checks.evidence import Evidence
from mockauth.checks.registry import Check, all_checks
from mockauth.engine.result.verdict import judge
from mockauth.manifest.openapi import read_openapi
from mockauth.manifest.plugin import read_manifest
from mockauth.profiles import ACTION, PLUGIN, Profile
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.trace import Fallback
from tests.traces import CALLBACK, CODE, GIVEN, OAUTH, SITE, STATE, jwt

NAMES = (
    "Content-Type", "cache-control", "LOCATION", "WWW-Authenticate", "Pragma", "Date", "Set-Cookie",
    "Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "application/json",
            "text/html; charset=nope",
            "no-store",
            "form-action 'self'",
            "//[",
            "https://[::1",
            'Bearer realm="',
            ",;=",
            "frame-ancestors",
            "Tue, 14 Nov 2023",
            "/login",
            f"{CALLBACK}?code={CODE}",
            "sid=0123456789abcdef; Path=/",
        ]
    ),
    st.text(max_size=40),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = st.dictionaries(
    st.sampled_from(
        [
            "access_token",
            "token_type",
            "expires_in",
            "refresh_token",
            "scope",
            "error",
            "id_token",
            "x",
        ]
    ),
    JSON
    | st.sampled_from(["Bearer", CODE, jwt({"exp": 1, "iat": "x"}), jwt({}, {"alg": "none"}, "")]),
)
BODIES = st.one_of(
    st.binary(max_size=60),
    MEMBERS.map(lambda members: json.dumps(members).encode()),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(
        [
            b"",
            b"<![%x;[",
            b"<p <p <p",
            b"\xff\xfe",
            b"[" * 3000,
            b"NaN",
            b'{"expires_in": NaN}',
            b"\xef\xbb\xbf{}",
            b'<meta http-equiv="Content-Security-Policy">',
            b"x" * 200_000,
            b'<form><input type=password></form><script src="//[">',
            b'{"access_token": "\\ud800"}',
        ]
    ),
)
URLS = st.one_of(
    st.sampled_from(
        [
            f"{CALLBACK}?code={CODE}&state={STATE}",
            f"{CALLBACK}?error=x%00&code=",
            f"{CALLBACK}#_=_",
            f"{SITE}/authorize?state={STATE}",
            "",
            "https://[",
            "http://x:99999/",
            "//",
            "javascript:1",
        ]
    ),
    st.text(max_size=30),
)
PAIRS = st.lists(
    st.tuples(st.sampled_from(["code", "state", "u", "client_secret"]), st.text(max_size=9)),
    max_size=3,
).map(tuple)
RESPONSES = st.builds(
    Response,
    status=st.sampled_from([0, 100, 200, 204, 301, 302, 307, 400, 401, 403, 419, 500, 599]),
    headers=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5).map(tuple),
    body=BODIES,
    truncated=st.booleans(),
)
EXCHANGES = st.builds(
    Exchange,
    flow=st.integers(0, 3),
    step=st.sampled_from(
        [
            "manifest",
            "openapi",
            "asset",
            "authorize",
            "page",
            "callback",
            "token",
            "refresh",
            "api",
            "endpoint",
        ]
    ),
    purpose=st.sampled_from(["ordinary", "ordinary", "supply", "altered", "control", "fallback"]),
    probe=st.sampled_from(["", "api.no-token-is-401"]),
    fallback=st.sampled_from([None, *Fallback]),
    request=st.builds(Request, method=st.sampled_from(["GET", "POST"]), url=URLS, params=PAIRS),
    response=st.none() | RESPONSES,
    error=st.sampled_from(["", "timed out after 15 s", "connection reset"]),
    elapsed_ms=st.floats(0, 1e6),
)
CHECKS = all_checks()


@given(
    record=st.lists(EXCHANGES, max_size=8),
    profile=st.sampled_from([PLUGIN, ACTION]),
    secrets=st.booleans(),
)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_no_trace_makes_a_check_crash(
    record: list[Exchange], profile: Profile, secrets: bool
) -> None:
    trace = Trace()
    for exchange in record:
        trace.add(exchange)
    more: dict[str, Any] = {"given": GIVEN} if secrets else {}
    evidence = Evidence(profile=profile, trace=trace, auth=OAUTH, target=SITE, **more)
    for check in CHECKS:
        result = judge(check, evidence)
        assert result.state != "error", (check.rule.id, result.actual)


@given(
    text=st.one_of(
        st.binary(max_size=60),
        JSON.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(
            st.sampled_from(
                [
                    "auth",
                    "api",
                    "schema_version",
                    "name_for_model",
                    "logo_url",
                    "contact_email",
                    "legal_info_url",
                ]
            ),
            JSON
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "url",
                        "client_url",
                        "authorization_url",
                        "token_url",
                        "scope",
                        "verification_tokens",
                        "authorization_type",
                    ]
                ),
                JSON | st.sampled_from(["oauth", "service_http", "https://[", "http://x:y/"]),
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_no_manifest_makes_a_check_crash(text: bytes) -> None:
    for source in (f"{SITE}/.well-known/ai-plugin.json", "ai-plugin.json"):
        manifest = read_manifest(text, source)
        target = SITE if "://" in source else ""
        evidence = Evidence(
            manifest=manifest,
            auth=manifest.auth,
            target=target,
            given=GIVEN,
            openapi=read_openapi(text, source),
        )
        for check in CHECKS:
            result = judge(check, evidence)
            assert result.state != "error", (check.rule.id, result.actual)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.rule.id)
def test_an_empty_record_is_never_a_pass(check: Check) -> None:
    for profile in (PLUGIN, ACTION):
        evidence = Evidence(profile=profile, auth=OAUTH, target=SITE)
        state = judge(check, evidence).state
        # What is judged on the configuration alone has its evidence without any traffic.
        own = check.rule.kind == "static"
        assert own or state in ("blocked", "n/a"), (check.rule.id, state)
