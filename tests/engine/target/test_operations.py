"""Which operation of a document is called as the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.public_path import is_public, is_sign_in
from mockauth.wire import Secret

BASE = "http://localhost:5000"
KEY = "k-5d1f0b7c9e2a48361d"


class Service:
    """Answers each path with the status for no token and the status for the right one."""

    def __init__(self, paths: Mapping[str, tuple[int, int]], document: dict[str, Any]) -> None:
        self.paths, self.document = paths, document

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        if request.path == "/openapi.json":
            body: object = self.document
            return Response(json.dumps(body), content_type="application/json")(environ, start)
        without, right = self.paths.get(request.path, (404, 404))
        known = request.headers.get("Authorization") == f"Bearer {KEY}"
        status = right if known else without
        headers = {"WWW-Authenticate": 'Bearer realm="x"'} if status == 401 else {}
        body = {"items": ["milk"]} if status == 200 else {"error": "no"}
        answer = Response(json.dumps(body), status, headers, content_type="application/json")
        return answer(environ, start)


def checked(
    paths: Mapping[str, tuple[int, int]],
    security: Mapping[str, Any] | None = None,
    operation: str = "",
    service: type[Service] = Service,
) -> Run:
    """A run against a service whose document names these paths in that order."""
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": BASE}],
        "paths": {
            path: {
                "get": {
                    "operationId": path.strip("/") or "root",
                    "responses": {"200": {"description": "OK"}},
                    **({"security": security[path]} if security and path in security else {}),
                }
            }
            for path in paths
        },
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }
    options = CheckOptions(
        target=BASE,
        profile="action",
        form=EditorForm(auth="service_http", auth_scheme="bearer"),
        given=Given(token=Secret(KEY)),
        select=("api", "transport.no-5xx"),
        operation=operation,
    )
    last = list(run_check(options, transport=WsgiTransport(service(paths, document))))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def called(run: Run) -> set[str]:
    """The paths that were called with the token."""
    return {e.request.url.removeprefix(BASE) for e in run.trace.ordinary("api")}


def broken(run: Run) -> set[str]:
    """The rules that were found broken."""
    return {r.rule.id for r in run.results if r.state in ("fail", "error")}


@pytest.mark.parametrize(
    "public",
    ["/", "/health", "/healthz", "/status", "/version", "/api/v1/", "/docs", "/openapi.json"],
)
def test_a_public_path_is_not_the_api(public: str) -> None:
    run = checked({public: (200, 200), "/items": (401, 200)})

    assert called(run) == {"/items"}
    assert broken(run) == set()


def test_what_refuses_a_call_without_a_token_is_the_api_and_is_named() -> None:
    run = checked({"/prices": (200, 200), "/catalogue": (200, 200), "/orders": (401, 200)})

    assert called(run) == {"/orders"}
    assert any("/orders" in note and "--operation" in note for note in run.notes)
    assert broken(run) == {"api.all-operations-protected"}


def test_what_the_document_says_is_protected_is_called_without_a_trial() -> None:
    run = checked(
        {"/prices": (200, 200), "/orders": (401, 200)}, security={"/orders": [{"key": []}]}
    )

    assert called(run) == {"/orders"}
    assert run.trace.select("api", purpose="supply") == []
    # The document demands no token for /prices, so that it may be open.
    assert broken(run) == set()


def test_an_operation_that_the_user_names_is_called_whatever_it_answers() -> None:
    run = checked({"/health": (200, 200), "/items": (401, 200)}, operation="health")

    assert called(run) == {"/health"}


def test_an_api_that_is_open_everywhere_is_found_all_the_same() -> None:
    run = checked({"/items": (200, 200), "/orders": (200, 200)})

    assert "api.no-token-is-401" in broken(run)


def test_an_api_of_which_only_a_public_path_is_known_is_not_judged_by_it() -> None:
    run = checked({"/health": (200, 200)})

    states = {r.rule.id: r.state for r in run.results}
    assert broken(run) == set()
    assert states["api.no-token-is-401"] == "blocked"


@pytest.mark.parametrize("status", [404, 405, 500])
def test_an_api_that_fails_for_the_good_token_too_is_one_finding(status: int) -> None:
    run = checked({"/items": (status, status)})

    assert broken(run) == {"api.valid-token-accepted"}


class Speechless(Service):
    """Refuses in the body alone, with status 200; the good token, too, where it is `deaf`."""

    deaf = False

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        if request.path == "/openapi.json":
            return super().__call__(environ, start)
        known = request.headers.get("Authorization") == f"Bearer {KEY}" and not self.deaf
        body = {"ok": True, "items": ["milk"]} if known else {"ok": False, "error": "invalid_auth"}
        return Response(json.dumps(body), content_type="application/json")(environ, start)


class Deaf(Speechless):
    deaf = True


def test_a_refusal_in_the_body_fails_for_its_status_alone() -> None:
    run = checked({"/items": (200, 200)}, service=Speechless)

    assert broken(run) == {"api.no-token-is-401"}
    [found] = [r for r in run.results if r.rule.id == "api.no-token-is-401"]
    assert found.actual.startswith("200")
    assert "anyone" not in found.rule.chatgpt_shows


def test_an_api_that_refuses_everybody_in_the_body_is_one_finding() -> None:
    run = checked({"/items": (200, 200)}, service=Deaf)

    assert broken(run) == {"api.valid-token-accepted"}


@pytest.mark.parametrize(
    ("path", "public", "sign_in"),
    [
        ("/", True, False),
        ("/api/v2", True, False),
        ("/health", True, False),
        ("/.well-known/ai-plugin.json", True, False),
        ("/oauth/token", True, True),
        ("/login/", True, True),
        ("/tokens", False, False),
        ("/items/{id}", False, False),
        ("/health/records", False, False),
    ],
)
def test_a_path_is_public_by_its_name(path: str, public: bool, sign_in: bool) -> None:
    assert is_public(path) == public
    assert is_sign_in(path) == sign_in
