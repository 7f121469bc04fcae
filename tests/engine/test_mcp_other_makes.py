"""MCP servers of other makes: what is legal there is no failure, and what is wrong is found."""

from __future__ import annotations

import io
import itertools
import json
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
from werkzeug.wrappers import Response

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.engine.result.today import headline
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire.message import first, pairs_of
from mockauth.wire.trace import Step

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
        environ["wsgi.input"] = io.BytesIO(body)
        if b"tools/call" not in body or environ.get("HTTP_AUTHORIZATION"):
            return app(environ, start)
        has_session = bool(environ.get("HTTP_MCP_SESSION_ID"))
        start("200 OK" if has_session else "400", [("Content-Type", "application/json")])
        return [b'{"jsonrpc": "2.0", "id": 7, "result": {"content": []}}']

    return called


def described(**members: Any) -> Callable[[WSGIApplication], WSGIApplication]:
    """The app, whose metadata has these members; None takes one out."""

    def around(app: WSGIApplication) -> WSGIApplication:
        def altered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            answer = Response.from_app(app, environ)
            if ".well-known" in environ["PATH_INFO"]:
                told = (answer.get_json(force=True, silent=True) or {}) | members
                answer.set_data(json.dumps({n: v for n, v in told.items() if v is not None}))
            return answer(environ, start)

        return altered

    return around


WITHOUT_DOCUMENTS = described(client_id_metadata_document_supported=None)


def sent(run: Run, step: Step) -> list[str]:
    return [e.request.param("client_id") or "" for e in run.trace.ordinary(step)]


def refusing_documents(app: WSGIApplication) -> WSGIApplication:
    """The app, which fetches documents of this machine and takes none."""

    def refused(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        client_id = first(pairs_of(environ.get("QUERY_STRING", "")), "client_id") or ""
        if not client_id.endswith("/client.json"):
            return app(environ, start)
        urllib.request.urlopen(client_id).close()  # noqa: S310 - a document of this test
        start("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"invalid_client"]

    return refused


def demanding_assertions(app: WSGIApplication) -> WSGIApplication:
    """The app, which knows no public clients."""

    def demanded(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in ("/token", "/revoke", "/introspect"):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            if b"client_assertion=" not in body:
                start("401 Unauthorized", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_client"}']
        return app(environ, start)

    return demanded


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


def refreshing(
    scope: str,
) -> Callable[[WSGIApplication], WSGIApplication]:
    """The app, which gives a refresh token only with this scope."""

    def around(app: WSGIApplication) -> WSGIApplication:
        def altered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            answer = Response.from_app(app, environ)
            members = answer.get_json(force=True, silent=True) or {}
            if "access_token" in members and scope not in members.get("scope", ""):
                members.pop("refresh_token", None)
                answer.set_data(json.dumps(members))
            return answer(environ, start)

        return altered

    return around


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

    assert state_of(rule, run_of(rule, *faults, way=WITHOUT_DOCUMENTS)) == "n/a"


@pytest.mark.parametrize(
    ("scope", "state"), [("offline_access", "pass"), ("todos:write", "blocked")]
)
def test_a_part_of_the_scope_without_refresh_token_is_not_refreshed_by_another_grant(
    scope: str, state: str
) -> None:
    rule = "refresh.wider-scope-refused"

    # A part keeps offline_access; what needs more than that gives no refresh token to judge.
    assert state_of(rule, run_of(rule, way=refreshing(scope))) == state


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


def lax_to_older_clients(app: WSGIApplication) -> WSGIApplication:
    """The app, which asks older clients for some token that it issued, whomever it is for."""
    good: list[str] = []

    def called(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        token, revision = (
            environ.get("HTTP_AUTHORIZATION"),
            environ.get("HTTP_MCP_PROTOCOL_VERSION"),
        )
        if token and revision == "2025-11-25" and good:
            environ["HTTP_AUTHORIZATION"] = good[-1]
        answer = Response.from_app(app, environ)
        if token and revision == "2026-07-28" and answer.status_code == 200:
            good.append(token)
        return answer(environ, start)

    return called


@pytest.mark.parametrize("is_lax", [False, True])
def test_a_token_for_another_server_is_tried_by_an_older_client_too(is_lax: bool) -> None:
    rule = "api.foreign-audience-refused"

    way = lax_to_older_clients if is_lax else lambda app: app
    run = run_of(rule, "authorize.any-resource", way=way)

    assert state_of(rule, run) == ("fail" if is_lax else "pass")


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


def test_a_client_signs_in_by_its_document_where_the_server_takes_that() -> None:
    rule = "registration.works"

    run = run_of(rule)

    assert all("/client.json" in client_id for client_id in sent(run, "token"))
    assert state_of(rule, run) == "pass"
    assert run.today is not None
    assert run.today.way == "document"
    assert "signs in by its client ID metadata document, as this run did" in headline(run)


def test_a_server_that_takes_no_document_from_here_is_not_blamed() -> None:
    run = run_of("token.exchange-works", way=refusing_documents)

    assert run.today is not None
    assert run.today.way == "dynamic"
    assert state_of("token.exchange-works", run) == "pass"
    [note] = [note for note in run.notes if "metadata document" in note]
    assert note.endswith("so dynamic registration was used")


def test_where_nobody_can_register_the_client_of_a_document_signs_in() -> None:
    rule = "token.exchange-works"

    run = run_of(rule, way=described(registration_endpoint=None))

    assert state_of(rule, run) == "pass"


def test_where_nobody_can_register_the_second_client_has_a_document_too() -> None:
    rule = "token.code-bound-to-client"

    assert state_of(rule, run_of(rule, way=described(registration_endpoint=None))) == "pass"


@pytest.mark.parametrize(
    "rule",
    [
        "refresh.works",
        "cimd.works",
        "cimd.flag-matches-behaviour",
        "revoke.refresh-token-dies",
    ],
)
def test_a_server_that_wants_every_client_to_sign_gets_signatures(rule: str) -> None:
    way = described(
        registration_endpoint=None, token_endpoint_auth_methods_supported=["private_key_jwt"]
    )

    run = run_of(rule, way=lambda app: way(demanding_assertions(app)))

    assert state_of(rule, run) == "pass"
    assert run.today is not None
    assert run.today.connects


def test_a_client_with_a_secret_is_judged_beside_one_that_signs() -> None:
    methods = ["client_secret_post", "private_key_jwt"]
    rule = "token.wrong-secret-refused"

    run = run_of(rule, way=described(token_endpoint_auth_methods_supported=methods))

    assert state_of(rule, run) == "pass"
    assert "metadata document, which led to a token here" in headline(run)


def test_a_server_that_takes_no_document_of_this_machine_is_not_failed_for_it() -> None:
    rule = "token.exchange-works"

    assert (
        state_of(rule, run_of(rule, "cimd.refused", way=described(registration_endpoint=None)))
        == "blocked"
    )


def test_a_token_in_the_url_is_tried_where_a_session_begins() -> None:
    rule = "api.token-in-query-refused"

    assert state_of(rule, run_of(rule, "api.token-in-query", sessions=True)) == "fail"
    assert state_of(rule, run_of(rule, sessions=True)) == "pass"


def registering_for_post(app: WSGIApplication) -> WSGIApplication:
    """The app, which registers every client for client_secret_post, and says so."""

    def registered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/register":
            length = int(environ.get("CONTENT_LENGTH") or 0)
            members = json.loads(environ["wsgi.input"].read(length) or "{}")
            body = json.dumps(members | {"token_endpoint_auth_method": "client_secret_post"})
            environ["wsgi.input"] = io.BytesIO(body.encode())
            environ["CONTENT_LENGTH"] = str(len(body.encode()))
        return app(environ, start)

    return registered


def test_a_server_may_register_another_method_if_it_says_so_and_serves_it() -> None:
    rule = "registration.auth-method-kept"

    run = run_of(rule, way=registering_for_post)

    assert state_of(rule, run) == "pass"
    asked = [e for e in run.trace.select("token", probe=rule) if e.request.param("client_secret")]
    assert len(asked) == 2


def telling_no_method(app: WSGIApplication) -> WSGIApplication:
    """The app, whose answers to registrations name no method."""

    def told(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = Response.from_app(app, environ)
        if environ["PATH_INFO"] == "/register":
            members = answer.get_json(force=True, silent=True) or {}
            members.pop("token_endpoint_auth_method", None)
            answer.set_data(json.dumps(members))
        return answer(environ, start)

    return told


def test_a_method_of_which_nothing_is_said_is_tried() -> None:
    rule = "registration.auth-method-kept"

    run = run_of(rule, way=telling_no_method)

    assert state_of(rule, run) == "pass"
    assert run.trace.select("token", probe=rule)


def of_one_method(app: WSGIApplication) -> WSGIApplication:
    """The app, which takes a client in the body for a second method beside a Basic header."""

    def told(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
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
        environ["wsgi.input"] = io.BytesIO(body)
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

    run = run_of(rule, way=lambda app: WITHOUT_DOCUMENTS(strict_of_scope(app)))

    assert state_of(rule, run) == "pass"


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
    assert state_of(rule, run_of(rule, way=described(registration_endpoint=None))) == "pass"


def test_without_a_client_id_nothing_is_sent_as_a_client() -> None:
    way = described(registration_endpoint=None)

    run = run_of("authorize.client-missing-refused", way=lambda app: way(refusing_documents(app)))

    assert [r.state for r in run.results] == ["blocked"]
    assert run.trace.select("authorize", purpose="altered") == []
    [note] = [note for note in run.notes if "metadata document" in note]
    assert note.endswith("and no client could be registered")


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


def test_a_token_in_the_url_counts_in_a_session_that_was_begun_with_it() -> None:
    rule = "api.token-in-query-refused"

    run = run_of(rule, "api.token-in-query", sessions=True, mixed=True)

    assert state_of(rule, run) == "fail"


def test_where_everybody_may_say_hello_the_challenge_of_a_tool_names_the_metadata() -> None:
    rule = "discovery.prm-named-in-challenge"

    run = run_of(rule, also=("api.no-token-is-401",), revision="2025-06-18", mixed=True)

    assert state_of(rule, run) == "pass"


def refusing_the_list(
    status: int, code: int, method: bytes = b"tools/list"
) -> Callable[[WSGIApplication], WSGIApplication]:
    """A way of the app to answer a method with an error to whoever has a good token."""

    def way(app: WSGIApplication) -> WSGIApplication:
        def asked(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            answer = Response.from_app(app, environ)
            if method in body and answer.status_code == 200:
                error = {"code": code, "message": "A session is needed"}
                members = {"jsonrpc": "2.0", "id": json.loads(body)["id"], "error": error}
                answer = Response(json.dumps(members), status, mimetype="application/json")
            return answer(environ, start)

        return asked

    return way


@pytest.mark.parametrize("revision", ["2026-07-28", "2025-11-25"])
def test_a_server_that_refuses_the_list_of_its_tools_does_not_pass_as_called(revision: str) -> None:
    rule = "api.valid-token-accepted"
    also = ("api.garbage-token-is-401",)

    run = run_of(rule, also=also, way=refusing_the_list(400, -32000), revision=revision)

    assert state_of(rule, run) == "fail"


def test_a_server_without_tools_took_the_token() -> None:
    rule = "api.valid-token-accepted"
    also = ("api.garbage-token-is-401",)

    assert state_of(rule, run_of(rule, also=also, way=refusing_the_list(404, -32601))) == "pass"


def test_a_tool_that_refuses_made_up_arguments_took_the_token() -> None:
    rule = "api.valid-token-accepted"
    also = ("api.garbage-token-is-401",)
    way = refusing_the_list(400, -32602, b"tools/call")

    assert state_of(rule, run_of(rule, also=also, way=way, tool="whoami")) == "pass"


def retelling(app: WSGIApplication) -> WSGIApplication:
    """The app, which answers a refresh that comes again as it did before: the first answer may be lost."""
    told: dict[str, Response] = {}

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        token = first(pairs_of(body.decode()), "refresh_token") or ""
        if environ["PATH_INFO"] != "/token" or not token:
            return app(environ, start)
        answer = told.get(token) or Response.from_app(app, environ, buffered=True)
        if answer.status_code == 200:
            told[token] = answer
        return answer(environ, start)

    return answered


@pytest.mark.parametrize(
    "rule", ["refresh.old-token-dead-after-rotation", "refresh.rotated-for-public-client"]
)
def test_a_refresh_that_is_answered_as_before_is_a_warning_at_most(rule: str) -> None:
    assert state_of(rule, run_of(rule, way=retelling)) == "warn"
    assert state_of(rule, run_of(rule, "refresh.old-token-lives")) == "fail"
