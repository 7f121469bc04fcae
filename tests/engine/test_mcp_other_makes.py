"""MCP servers of other makes: what is legal there is no failure, and what is wrong is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
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
    mixed: bool = False,
    tool: str = "",
    revision: str = "auto",
    also: tuple[str, ...] = (),
) -> Run:
    mode: Literal["stateless", "session"] = "session" if sessions else "stateless"
    config = with_faults(
        replace(as_mcp_server(PluginConfig()), mcp_mode=mode, mixed=mixed, document_http=True),
        faults,
    )
    known = options_for(config, BASE, "mcp")
    options = CheckOptions(
        target=known.target,
        profile="mcp",
        given=known.given,
        select=(rule, *also),
        revision=revision,
        operation=tool,
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


def careless(app: WSGIApplication) -> WSGIApplication:
    """The app, which demands a session of whoever has no token, and nothing else."""

    def called(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        if b"tools/call" not in body or environ.get("HTTP_AUTHORIZATION"):
            return app(environ, start)
        has_session = bool(environ.get("HTTP_MCP_SESSION_ID"))
        start("200 OK" if has_session else "400", [("Content-Type", "application/json")])
        return [b'{"jsonrpc": "2.0", "id": 7, "result": {"content": []}}']

    return called


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


def test_what_everybody_may_list_does_not_show_that_a_foreign_token_is_taken() -> None:
    rule, everybody = "api.foreign-audience-refused", "mcp.tools-undeclared"

    assert state_of(rule, run_of(rule, everybody, "api.foreign-audience")) == "blocked"
    assert state_of(rule, run_of(rule, everybody)) == "pass"


def test_where_everybody_may_list_the_tools_the_question_is_which_one_needs_a_sign_in() -> None:
    rule = "api.no-token-is-401"

    [result] = [r for r in run_of(rule, "mcp.tools-undeclared").results if r.rule.id == rule]

    assert "name one that needs a sign-in" in str(result.actual), result.actual


@pytest.mark.parametrize("is_careless", [False, True])
def test_whoever_has_no_token_calls_in_a_session_that_everybody_gets(is_careless: bool) -> None:
    rule = "api.no-token-is-401"

    run = run_of(rule, way=careless if is_careless else lambda app: app, sessions=True, mixed=True)

    assert state_of(rule, run) == ("fail" if is_careless else "pass")


def test_the_tools_are_listed_where_one_of_them_is_named() -> None:
    run = run_of("api.no-token-is-401", tool="whoami")

    assert run.today is not None
    assert run.today.tools > 0


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


def of_one_method(app: WSGIApplication) -> WSGIApplication:
    """The app, which takes a client in the body for a second method beside a Basic header."""

    def told(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        is_basic = environ.get("HTTP_AUTHORIZATION", "").startswith("Basic ")
        if not is_basic or b"client_id=" not in body:
            return app(environ, start)
        start("400 Bad Request", [("Content-Type", "application/json")])
        return [b'{"error": "invalid_request"}']

    return told


def test_a_server_that_wants_the_client_in_one_place_works_by_a_basic_header() -> None:
    rule = "discovery.advertised-auth-methods-work"

    run = run_of(rule, way=of_one_method)

    assert state_of(rule, run) == "pass"


def strict_of_scope(app: WSGIApplication) -> WSGIApplication:
    """The app, whose clients may ask for no other scope than they have registered, and whose metadata
    lists more."""
    known: dict[str, set[str]] = {}

    def held(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        query = pairs_of(environ.get("QUERY_STRING", ""))
        asked = {*(first(query, "scope") or "").split()}
        registered = known.get(first(query, "client_id") or "", asked)
        if environ["PATH_INFO"].startswith("/authorize") and not asked <= registered:
            state = first(query, "state")
            where = f"{first(query, 'redirect_uri')}?error=invalid_scope&state={state}"
            start("302 Found", [("Location", where)])
            return []
        answer = Response.from_app(app, environ)
        members = answer.get_json(force=True, silent=True) or {}
        if environ["PATH_INFO"] == "/register" and "client_id" in members:
            known[members["client_id"]] = {*json.loads(body).get("scope", "").split()}
        if "oauth-authorization-server" in environ["PATH_INFO"]:
            members["scopes_supported"] = [*members["scopes_supported"], "admin", "offline_access"]
            answer.set_data(json.dumps(members))
        return answer(environ, start)

    return held


def test_a_client_asks_for_no_scope_that_it_has_not_registered() -> None:
    rule = "scope.advertised-scopes-accepted"

    run = run_of(rule, way=strict_of_scope)

    assert state_of(rule, run) == "pass"


def sparing(app: WSGIApplication) -> WSGIApplication:
    """The app, which gives a refresh token only with all scopes."""

    def granted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ)
        members = answer.get_json(force=True, silent=True) or {}
        if "access_token" in members and "todos:write" not in members.get("scope", ""):
            members.pop("refresh_token", None)
            answer.set_data(json.dumps(members))
        return answer(environ, start)

    return granted


def test_a_narrow_login_without_refresh_token_is_not_judged_by_that_of_another() -> None:
    rule = "refresh.wider-scope-refused"

    assert state_of(rule, run_of(rule, way=sparing)) == "blocked"
    assert state_of(rule, run_of(rule)) == "pass"


def test_a_session_that_everybody_gets_is_no_sign_that_a_token_in_the_url_counts() -> None:
    rule = "api.token-in-query-refused"

    assert state_of(rule, run_of(rule, sessions=True, mixed=True)) == "pass"


def test_where_everybody_may_say_hello_the_challenge_of_a_tool_names_the_metadata() -> None:
    rule = "discovery.prm-named-in-challenge"

    run = run_of(rule, also=("api.no-token-is-401",), revision="2025-06-18", mixed=True)

    assert state_of(rule, run) == "pass"
