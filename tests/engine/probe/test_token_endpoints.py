"""Revocation and introspection of servers that are right in other ways than the built-in one."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Result
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.wire import Request, Response, Secret

BASE = "http://localhost:5000"
RESOURCE = "the-mcp-server"
METADATA = "/.well-known/oauth-authorization-server"
INTROSPECTION = {
    "revoke.introspection-active-boolean",
    "revoke.introspection-inactive-is-false",
    "revoke.introspection-needs-credentials",
    "revoke.introspection-post-only",
    "revoke.introspection-says-nothing-more",
}
ACCESS = {"revoke.access-token-dies", "revoke.refresh-kills-access"}
OF_REFRESH = {
    "revoke.bound-to-client",
    "revoke.client-auth-required",
    "revoke.odd-hint-tolerated",
    "revoke.refresh-kills-access",
    "revoke.refresh-token-dies",
}
Server = Callable[[Request, Callable[[Request], Response]], Response]
"""What stands before the built-in server: it answers by itself, or asks it."""


@dataclass
class Before(WsgiTransport):
    """The built-in server behind another one."""

    server: Server | None = None
    public: bool = False

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Let the server in front answer."""

        def onward(passed: Request) -> Response:
            answer = WsgiTransport.send(self, passed, seconds=seconds, keep=keep, most=most)
            return answer if self.public or not asks(passed, METADATA) else with_secrets(answer)

        return self.server(request, onward) if self.server else onward(request)


def judged(
    server: Server | None = None, *, public: bool = False, secret: str = "", **settings: Any
) -> dict[str, Result]:
    """The verdicts on a server at which a client registers, with a secret or as a public one."""
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config, clock = as_mcp_server(PluginConfig(**settings), settings), MovableClock()
    transport = Before(create_app(config, clock), server=server, public=public)
    options = options_for(config, BASE, "mcp", "post")
    given = replace(
        options.given,
        resource_client_id=RESOURCE if secret else "",
        resource_client_secret=Secret(secret, "client_secret"),
    )
    options = replace(options, select=("revoke",), given=given)
    *_, last = run_check(options, transport=transport, clock=clock)
    assert isinstance(last, RunFinished)
    return {result.rule.id: result for result in last.run.results}


def states(results: dict[str, Result]) -> dict[str, set[str]]:
    """The rules of each state but pass."""
    found: dict[str, set[str]] = {}
    for name, result in results.items():
        found.setdefault(result.state, set()).add(name)
    found.pop("pass", None)
    return found


def answering(status: int, members: dict[str, Any] | None = None) -> Response:
    """A JSON answer; without members an empty one."""
    if members is None:
        return Response(status=status)
    kind = (("Content-Type", "application/json"),)
    return Response(status=status, headers=kind, body=json.dumps(members).encode())


def asks(request: Request, path: str) -> bool:
    return request.target.removeprefix(BASE).partition("?")[0] == path


def with_secrets(metadata: Response) -> Response:
    """Metadata that lists no public clients."""
    methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    return answering(200, metadata.members | methods)


def is_access_token(request: Request) -> bool:
    """Whether a JWT is named; the refresh tokens of the built-in server are none."""
    return (request.param("token") or "").count(".") == 2


def says_what_it_did(request: Request, onward: Callable[[Request], Response]) -> Response:
    """200 with a body."""
    answer = onward(request)
    return answering(200, {"revoked": True}) if asks(request, "/revoke") and answer.ok else answer


def names_an_error_at_200(request: Request, onward: Callable[[Request], Response]) -> Response:
    """An unknown token gets 200 with an error, which a client ignores (RFC 7009 section 2.2)."""
    answer = onward(request)
    if not asks(request, "/revoke") or request.param("token_type_hint") or not answer.ok:
        return answer
    return answering(200, {"error": "invalid_token"})


def answers_204(request: Request, onward: Callable[[Request], Response]) -> Response:
    answer = onward(request)
    return answering(204) if asks(request, "/revoke") and answer.ok else answer


def takes_basic_only(request: Request, onward: Callable[[Request], Response]) -> Response:
    """Both endpoints want Basic, while the token endpoint takes the secret in the body."""
    about = asks(request, "/revoke") or asks(request, "/introspect")
    header = request.header("Authorization")
    if not about or header is None:
        return answering(401, {"error": "invalid_client"}) if about else onward(request)
    pair = base64.b64decode(header.removeprefix("Basic ")).decode().split(":")
    named = tuple(zip(("client_id", "client_secret"), pair, strict=True))
    passed = replace(request, params=(*request.params, *named))
    return onward(passed.with_header("Authorization", None))


def lists_no_methods(request: Request, onward: Callable[[Request], Response]) -> Response:
    answer = onward(request)
    if not asks(request, METADATA):
        return answer
    kept = {n: v for n, v in answer.members.items() if not n.endswith("auth_methods_supported")}
    return with_secrets(answering(200, kept))


def knows_no_unknown_type(request: Request, onward: Callable[[Request], Response]) -> Response:
    """An unknown hint is refused as RFC 7009, section 2.2.1, allows it."""
    if asks(request, "/revoke") and request.param("token_type_hint") == "foo":
        return answering(400, {"error": "unsupported_token_type"})
    return onward(request)


def describes_more(request: Request, onward: Callable[[Request], Response]) -> Response:
    """A live token is described with members that no registry has."""
    answer = onward(request)
    if asks(request, "/introspect") and answer.members.get("active") is True:
        return answering(200, {**answer.members, "https://example.com/tenant": 7, "cnf": {}})
    return answer


def keeps_a_grant_apart(request: Request, onward: Callable[[Request], Response]) -> Response:
    """Errors of the revocation have no body."""
    answer = onward(request)
    return answer if answer.ok or not asks(request, "/revoke") else Response(status=answer.status)


@pytest.mark.parametrize(
    "server",
    [
        None,
        says_what_it_did,
        answers_204,
        names_an_error_at_200,
        takes_basic_only,
        lists_no_methods,
        knows_no_unknown_type,
        describes_more,
        keeps_a_grant_apart,
    ],
)
def test_a_server_that_is_right_in_other_words_passes(server: Server | None) -> None:
    assert states(judged(server)) == {}


def test_refresh_tokens_need_not_be_replaced() -> None:
    assert states(judged(policy=Behaviour(refresh_rotates=False))) == {}


def test_without_refresh_tokens_the_rest_is_judged() -> None:
    def keeps_it(request: Request, onward: Callable[[Request], Response]) -> Response:
        answer = onward(request)
        kept = {n: v for n, v in answer.members.items() if n != "refresh_token"}
        return answering(answer.status, kept) if asks(request, "/token") else answer

    assert states(judged(keeps_it)) == {"n/a": OF_REFRESH}


def test_endpoints_that_no_metadata_names_are_no_subject() -> None:
    results = judged(revocation=False, introspection=False)

    assert {r.state for r in results.values()} == {"n/a"}


def test_a_public_client_revokes_by_its_id_and_is_told_nothing() -> None:
    results = judged(public=True)

    no_secret = {"revoke.client-auth-required"}
    assert states(results) == {"n/a": no_secret, "blocked": INTROSPECTION}


def test_an_introspection_for_resource_servers_leads_to_a_question() -> None:
    def refuses(request: Request, onward: Callable[[Request], Response]) -> Response:
        foreign = asks(request, "/introspect")
        return answering(401, {"error": "invalid_client"}) if foreign else onward(request)

    results = judged(refuses)

    assert states(results) == {"blocked": INTROSPECTION}
    asked = {results[name].blocked_by for name in INTROSPECTION}
    assert asked == {"--resource-client-id and --resource-client-secret"}


def test_a_token_that_this_client_may_not_look_at_is_no_defect() -> None:
    def silent(request: Request, onward: Callable[[Request], Response]) -> Response:
        answer = onward(request)
        told = asks(request, "/introspect") and answer.ok
        return answering(200, {"active": False}) if told else answer

    assert states(judged(silent)) == {"blocked": INTROSPECTION}


def test_a_resource_server_is_told_of_the_tokens_of_a_public_client() -> None:
    secret, alive = "of-the-mcp-server-4b7e", set[str]()

    def tells_the_resource_server(
        request: Request, onward: Callable[[Request], Response]
    ) -> Response:
        answer = onward(request)
        alive.add(str(answer.members.get("access_token")))
        if not asks(request, "/introspect") or answer.status == 405:
            return answer
        if (request.param("client_id"), request.param("client_secret")) != (RESOURCE, secret):
            return answering(401, {"error": "invalid_client"})
        return answering(200, {"active": request.param("token") in alive})

    results = judged(tells_the_resource_server, public=True, secret=secret)

    assert states(results) == {"n/a": {"revoke.client-auth-required"}}


def test_a_jwt_that_lives_on_is_a_warning() -> None:
    def leaves_jwts(request: Request, onward: Callable[[Request], Response]) -> Response:
        stays = asks(request, "/revoke") and is_access_token(request)
        return answering(200) if stays else onward(request)

    policy = Behaviour(revocation_of_refresh_kills_access=False)
    assert states(judged(leaves_jwts, token_format="jwt", policy=policy)) == {"warn": ACCESS}


def test_access_tokens_need_not_be_revocable() -> None:
    def refuses_jwts(request: Request, onward: Callable[[Request], Response]) -> Response:
        if asks(request, "/revoke") and is_access_token(request):
            return answering(400, {"error": "unsupported_token_type"})
        return onward(request)

    policy = Behaviour(revocation_of_refresh_kills_access=False)
    assert states(judged(refuses_jwts, token_format="jwt", policy=policy)) == {"n/a": ACCESS}


def test_jwts_need_not_be_described() -> None:
    def refuses_jwts(request: Request, onward: Callable[[Request], Response]) -> Response:
        if asks(request, "/introspect") and is_access_token(request):
            return answering(400, {"error": "unsupported_token_type"})
        return onward(request)

    assert states(judged(refuses_jwts, token_format="jwt")) == {"n/a": INTROSPECTION}


@pytest.mark.parametrize("answer", [answering(503), answering(404), answering(429)])
def test_an_endpoint_that_is_down_is_not_judged(answer: Response) -> None:
    def is_down(request: Request, onward: Callable[[Request], Response]) -> Response:
        return (
            answer if asks(request, "/revoke") or asks(request, "/introspect") else onward(request)
        )

    found = states(judged(is_down))

    assert found.keys() <= {"blocked", "n/a"}
