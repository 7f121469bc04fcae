"""MCP servers of other makes: what is legal there is no failure, and what is wrong is found."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
from werkzeug.wrappers import Response

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire.message import first, pairs_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BASE = "http://localhost:5000"
DENIAL = "error=access_denied&iss=http%3A%2F%2Flocalhost%3A5000"


def run_of(
    rule: str,
    *faults: str,
    way: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    sessions: bool = False,
    revision: str = "auto",
) -> Run:
    mode: Literal["stateless", "session"] = "session" if sessions else "stateless"
    config = with_faults(
        replace(as_mcp_server(PluginConfig()), mcp_mode=mode, document_http=True), faults
    )
    known = options_for(config, BASE, "mcp")
    options = CheckOptions(
        target=known.target, profile="mcp", given=known.given, select=(rule,), revision=revision
    )
    if sessions:
        options = replace(options, revision="2025-11-25")
    *_, last = run_check(options, transport=WsgiTransport(way(create_app(config))))
    assert isinstance(last, RunFinished)
    return last.run


def state_of(rule: str, run: Run) -> str:
    return next(r.state for r in run.results if r.rule.id == rule)


def denying(app: WSGIApplication) -> WSGIApplication:
    """The app, which grants nothing to whoever asks for nothing."""

    def denied(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        query = pairs_of(environ.get("QUERY_STRING", ""))
        uri = first(query, "redirect_uri")
        if not uri or first(query, "scope") is not None:
            return app(environ, start)
        start("302 Found", [("Location", f"{uri}?{DENIAL}&state={first(query, 'state')}")])
        return []

    return denied


def greeting(app: WSGIApplication) -> WSGIApplication:
    """The app, which says hello to everybody, and asks for a sign-in when the tools are listed."""

    def greeted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method = environ.get("HTTP_MCP_METHOD")
        if method != "server/discover" or environ.get("HTTP_AUTHORIZATION"):
            return app(environ, start)
        start("200 OK", [("Content-Type", "application/json")])
        result = {"supportedVersions": ["2026-07-28"], "capabilities": {}, "resultType": "complete"}
        return [json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()]

    return greeted


def without_registration(app: WSGIApplication) -> WSGIApplication:
    """The app, whose metadata names no registration endpoint."""

    def altered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ)
        if ".well-known" in environ["PATH_INFO"]:
            members = answer.get_json(force=True, silent=True) or {}
            members.pop("registration_endpoint", None)
            answer.set_data(json.dumps(members))
        return answer(environ, start)

    return altered


def streaming(app: WSGIApplication) -> WSGIApplication:
    """The app, which answers every second call by a stream of events, each with an id of its own."""
    numbers = itertools.count()

    def streamed(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer, number = Response.from_app(app, environ), next(numbers)
        if environ["PATH_INFO"] == "/mcp" and answer.status_code == 200 and number % 2:
            answer.set_data(f"id: {number}\ndata: {answer.get_data(as_text=True)}\n\n")
            answer.mimetype = "text/event-stream"
        return answer(environ, start)

    return streamed


def refreshing_offline(app: WSGIApplication) -> WSGIApplication:
    """The app, which gives a refresh token only with offline_access."""

    def altered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ)
        members = answer.get_json(force=True, silent=True) or {}
        if "access_token" in members and "offline_access" not in members.get("scope", ""):
            members.pop("refresh_token", None)
            answer.set_data(json.dumps(members))
        return answer(environ, start)

    return altered


def test_json_and_a_stream_of_events_are_answers_of_one_kind() -> None:
    rule = "transport.no-bot-wall"

    assert state_of(rule, run_of(rule, way=streaming)) == "pass"


def test_without_metadata_no_authentication_method_is_unadvertised() -> None:
    rule = "discovery.unadvertised-features-refused"

    run = run_of(rule, "metadata.not-there", revision="2025-03-26")

    assert state_of(rule, run) == "n/a"


def test_a_client_with_a_secret_may_go_without_pkce() -> None:
    rule = "pkce.required-for-public-client"
    faults = ("pkce.not-looked-at", "metadata.no-auth-methods")

    assert state_of(rule, run_of(rule, *faults)) == "n/a"


def test_a_part_of_the_scope_without_refresh_token_is_not_refreshed_by_another_grant() -> None:
    rule = "refresh.wider-scope-refused"

    assert state_of(rule, run_of(rule, way=refreshing_offline)) == "blocked"


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("discovery.asm-auth-methods-published", "metadata.no-auth-methods"),
        ("registration.status-201", "register.status-200"),
    ],
)
def test_what_the_clients_of_the_sdks_take_is_a_warning(rule: str, fault: str) -> None:
    assert state_of(rule, run_of(rule, fault)) == "warn"


def test_a_server_that_denies_whoever_asks_for_no_scope_is_warned() -> None:
    rule = "scope.absent-accepted"

    assert state_of(rule, run_of(rule, way=denying)) == "warn"


def test_the_second_user_is_judged_in_a_session_of_his_own() -> None:
    rule = "api.other-user-isolated"

    run = run_of(rule, sessions=True)

    [result] = [r for r in run.results if r.rule.id == rule]
    assert "token is refused" not in str(result.actual), result.actual


def test_a_server_that_says_hello_to_everybody_is_judged_by_the_listing_of_its_tools() -> None:
    rule = "api.no-token-is-401"

    assert state_of(rule, run_of(rule, way=greeting)) == "pass"


def test_a_server_that_never_answers_401_fails_because_no_client_learns_of_the_sign_in() -> None:
    rule = "api.no-token-is-401"

    assert state_of(rule, run_of(rule, "api.forbidden-instead")) == "fail"


def test_where_nobody_can_register_the_client_of_a_document_signs_in() -> None:
    rule = "token.exchange-works"

    run = run_of(rule, way=without_registration)

    assert state_of(rule, run) == "pass"
    assert run.today is not None
    assert run.today.way == "document"


def test_a_server_that_takes_no_document_of_this_machine_is_not_failed_for_it() -> None:
    rule = "token.exchange-works"

    assert state_of(rule, run_of(rule, "cimd.refused", way=without_registration)) == "blocked"


def test_a_token_in_the_url_is_tried_where_a_session_begins() -> None:
    rule = "api.token-in-query-refused"

    assert state_of(rule, run_of(rule, "api.token-in-query", sessions=True)) == "fail"
    assert state_of(rule, run_of(rule, sessions=True)) == "pass"


@pytest.mark.parametrize(
    "rule",
    [
        "token.code-bound-to-client",
        "refresh.bound-to-client",
        "authorize.redirect-other-client-refused",
        "callback.redirect-query-kept",
    ],
)
def test_where_nobody_can_register_a_second_document_is_the_second_client(rule: str) -> None:
    assert state_of(rule, run_of(rule, way=without_registration)) == "pass"
