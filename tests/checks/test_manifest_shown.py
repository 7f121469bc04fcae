"""The logo and the legal page, as far as this server has them."""

from __future__ import annotations

import json

import pytest

from mockauth.checks import manifest as documents
from mockauth.checks import manifest_shown as shown
from mockauth.checks.evidence import Evidence
from mockauth.engine.result.result import State
from mockauth.engine.result.verdict import judge
from mockauth.manifest.plugin import read_manifest
from mockauth.wire import Exchange, Request, Response, Trace

BASE = "http://localhost:5000"
PNG = b"\x89PNG\r\n"


def evidence(status: int, body: bytes, media_type: str, *, host: str = BASE) -> Evidence:
    """A plugin whose logo and legal page are answered like this."""
    members = {
        "logo_url": f"{host}/logo",
        "legal_info_url": f"{host}/legal",
        "auth": {"type": "none"},
    }
    manifest = read_manifest(json.dumps(members).encode(), f"{BASE}/.well-known/ai-plugin.json")
    trace = Trace()
    for path in ("/logo", "/legal"):
        answer = Response(status=status, headers=(("Content-Type", media_type),), body=body)
        request = Request(method="GET", url=BASE + path)
        trace.add(
            Exchange(step="asset", purpose="ordinary", request=request, response=answer, flow=1)
        )
    return Evidence(manifest=manifest, auth=manifest.auth, trace=trace, target=BASE)


@pytest.mark.parametrize(
    ("status", "body", "media_type", "logo", "legal"),
    [
        (200, PNG, "image/png", "pass", "pass"),
        (200, PNG, "application/octet-stream", "pass", "pass"),
        (200, PNG, "text/html", "pass", "pass"),
        (200, b"<?xml version='1.0'?><svg/>", "text/xml", "pass", "pass"),
        (200, b"\x00avif", "", "pass", "pass"),
        (200, b"<!DOCTYPE html><p>Todo", "text/html", "warn", "pass"),
        (200, b'{"detail": "no"}', "application/json", "warn", "pass"),
        (200, b"", "image/png", "warn", "pass"),
        (301, b"", "", "pass", "pass"),
        (404, b"", "text/html", "warn", "warn"),
        (410, b"", "text/html", "warn", "warn"),
        (401, b"", "text/html", "blocked", "blocked"),
        (503, b"", "text/html", "blocked", "blocked"),
    ],
)
def test_logo_and_legal_page_are_looked_at(
    status: int, body: bytes, media_type: str, logo: State, legal: State
) -> None:
    seen = evidence(status, body, media_type)
    assert judge(shown.logo_served, seen).state == logo
    assert judge(shown.legal_page_served, seen).state == legal


def test_another_host_is_not_judged_by_this_server() -> None:
    seen = evidence(404, b"", "", host="https://cdn.todo.dev")
    assert judge(shown.logo_served, seen).state == "n/a"
    assert judge(shown.legal_page_served, seen).state == "n/a"


def test_a_guarded_logo_is_no_reason_why_nobody_could_sign_in() -> None:
    assert judge(documents.public, evidence(401, b"", "text/html")).state == "warn"
