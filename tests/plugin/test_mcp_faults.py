"""Each fault of the MCP server shows where it is planted, and the faultless server does not show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mockauth.plugin.fetch import Fetched
from mockauth.scenario.library import load_library
from mockauth.settings import plugins_of
from tests.plugin.mcp_tour import (
    APP,
    DOCUMENT,
    KEYS,
    META,
    PKCE,
    RESOURCE,
    McpTour,
    described,
    new_key,
    public,
)
from tests.plugin.tour import VERIFIER, error

FAULTS = load_library().every_fault
KEY, LATER = new_key(), new_key()
ELSEWHERE = "https://elsewhere.example/mcp"
METADATA = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
PRM = "/.well-known/oauth-protected-resource"
LOCAL = "http://127.0.0.1/callback"
Seen = Callable[[McpTour], Any]


def get(path: str, **headers: str) -> Seen:
    """Status, type and text of a document."""

    def seen(tour: McpTour) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = tour.outside().get(path, headers=sent)
        return answer.status_code, answer.mimetype, answer.get_data(as_text=True)

    return seen


def challenge(tour: McpTour) -> Any:
    """What a request without a token, and one with a bad token, is told."""
    answers = [tour.legacy(token, "ping") for token in (None, "wrong")]
    return [(one.status_code, one.headers.get("WWW-Authenticate")) for one in answers]


def register(**members: Any) -> Seen:
    """The answer to a registration, without what is new each time."""

    def seen(tour: McpTour) -> Any:
        asked = {"redirect_uris": [APP], "scope": "todos:read", **members}
        given = {name: value for name, value in asked.items() if value is not None}
        answer = tour.outside().post("/register", json=given)
        body = answer.get_json(silent=True) or {}
        return answer.status_code, sorted(body), body.get("token_endpoint_auth_method")

    return seen


def ids(tour: McpTour) -> Any:
    """Whether two registrations have the same id."""
    found = [tour.outside().post("/register", json={"redirect_uris": [APP]}) for _ in range(2)]
    return len({one.get_json()["client_id"] for one in found})


def form(tour: McpTour) -> Any:
    """Whether a form registers."""
    return tour.outside().post("/register", data={"redirect_uris": APP}).status_code


def fetched(tour: McpTour) -> Any:
    """What a registration has fetched."""
    tour.outside().post("/register", json={"redirect_uris": [APP], "logo_uri": "http://10.0.0.1/"})
    return tour.web.asked


def document(url: str = DOCUMENT, redirect_uri: str = APP, **changes: Any) -> Seen:
    """The status of an authorization request with such a document, and how it was fetched."""

    def seen(tour: McpTour) -> Any:
        given = {"client_id": url, **changes}
        served = {"status": given.pop("status", 200)}
        tour.web.put(url, described(**given), **served)
        landed = tour.land(client_id=url, redirect_uri=redirect_uri, **PKCE)
        return landed.status_code, tour.web.bounds

    return seen


def again(tour: McpTour) -> Any:
    """What comes of a document that was broken at first."""
    tour.web.pages[DOCUMENT] = Fetched(status=500)
    first = tour.as_document().status_code
    tour.web.put(DOCUMENT, described())
    return first, tour.as_document().status_code


def page(redirect_uri: str = APP, **changes: Any) -> Seen:
    """The consent page, without what is new each time."""

    def seen(tour: McpTour) -> Any:
        tour.web.put(DOCUMENT, described(redirect_uris=[redirect_uri], **changes))
        login = tour.authorize(client_id=DOCUMENT, redirect_uri=redirect_uri, **PKCE)
        shown = tour.submit(tour.browser.get(login.headers["Location"]))
        text = tour.browser.get(shown.headers["Location"]).get_data(as_text=True)
        marks = ("client.example</bdi></p>", "(<bdi>https", "Any program", "<b>App")
        return [mark in text for mark in marks]

    return seen


def asserted(*changes: Mapping[str, Any]) -> Seen:
    """What a client with a key gets for each of these assertions."""

    def seen(tour: McpTour) -> Any:
        tour.web.put(KEYS, public(KEY))
        method = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": KEYS}
        tour.web.put(DOCUMENT, described(**method))
        return [
            error(tour.by_document(**tour.asserted(one.get("key", KEY), **_claims(one))))
            for one in changes
        ]

    return seen


def _claims(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name != "key"}


def rotated(tour: McpTour) -> Any:
    """Whether a client may sign with a new key."""
    first = asserted({})(tour)
    tour.web.put(KEYS, public(KEY, LATER))
    return first, error(tour.by_document(**tour.asserted(LATER, jti="2")))


def resource(asked: str, at_token: str | None = None) -> Seen:
    """What comes of a resource: a refusal, or where its token is good."""

    def seen(tour: McpTour) -> Any:
        landed = tour.land(**PKCE, resource=asked)
        code = landed.headers.get("Location", "").partition("code=")[2].partition("&")[0]
        if not code:
            return landed.status_code
        answer = tour.token(code, code_verifier=VERIFIER, resource=at_token)
        if answer.status_code != 200:
            return error(answer)
        token = answer.get_json()["access_token"]
        return [tour.legacy(token, "ping", path=path).status_code for path in ("/mcp", "/mcp2")]

    return seen


def refreshed(tour: McpTour) -> Any:
    """Whether a refreshed token opens the server."""
    code = tour.code(**PKCE, resource=RESOURCE)
    granted = tour.token(code, code_verifier=VERIFIER).get_json()
    answer = tour.refresh(granted["refresh_token"], resource=RESOURCE).get_json()
    return tour.legacy(answer["access_token"], "ping").status_code


def scoped(scope: str, *steps: str) -> Seen:
    """What a tool says to a token of that scope, and to those of the further ones."""

    def seen(tour: McpTour) -> Any:
        tool = {"name": "add_todo", "arguments": {"todo": "x"}}
        answers = [
            tour.legacy(tour.signed_in(scope=one), "tools/call", tool) for one in (scope, *steps)
        ]
        return [(one.status_code, one.headers.get("WWW-Authenticate")) for one in answers]

    return seen


def offline(scope: str) -> Seen:
    """Whether there is a refresh token."""

    def seen(tour: McpTour) -> Any:
        code = tour.code(**PKCE, scope=scope)
        return "refresh_token" in tour.token(code, code_verifier=VERIFIER).get_json()

    return seen


def modern(method: str, token: bool = True, **more: Any) -> Seen:
    """Status, error and session of a message of 2026-07-28."""

    def seen(tour: McpTour) -> Any:
        answer = tour.modern(tour.signed_in() if token else None, method, **more)
        return answer.status_code, answer.get_json(silent=True), "Mcp-Session-Id" in answer.headers

    return seen


def session(tour: McpTour) -> Any:
    """How a session looks, what it opens without a token, and what an unknown one gets."""
    token = tour.signed_in()
    known = tour.legacy(token, "initialize", {}).headers["Mcp-Session-Id"]
    answers = [
        tour.legacy(who, "ping", headers={"Mcp-Session-Id": given}).status_code
        for who, given in ((None, known), (token, "other"))
    ]
    return len(known), answers


def bad_basic(tour: McpTour) -> Any:
    """Whether Basic works, and whether it is listed."""
    client = tour.client()
    given = {
        "grant_type": "authorization_code",
        "code": tour.code(**PKCE),
        "redirect_uri": tour.config.redirect_uris[0],
        "code_verifier": VERIFIER,
    }
    answer = tour.post("/token", given, basic=f"{client.id}:{client.secret}")
    metadata = tour.outside().get(METADATA).get_json()
    return answer.status_code, metadata["token_endpoint_auth_methods_supported"]


def by_post(tour: McpTour) -> int:
    """Whether the secret in the body works."""
    client = tour.client()
    given = {
        "grant_type": "authorization_code",
        "code": tour.code(**PKCE),
        "redirect_uri": tour.config.redirect_uris[0],
        "code_verifier": VERIFIER,
        "client_id": client.id,
        "client_secret": client.secret,
    }
    return tour.outside().post("/token", data=given).status_code


def fourth(tour: McpTour) -> Any:
    """The answer to the fourth registration."""
    return [register()(tour) for _ in range(4)][-1]


UNKNOWN = {"MCP-Protocol-Version": "2099-01-01"}
NEWER = {"_meta": {**META, next(iter(META)): "2099-01-01"}}
WHOAMI: dict[str, Any] = {"params": {"name": "whoami"}}
SHOWN: Mapping[str, Seen] = {
    "metadata.version-demanded": get(METADATA, MCP_Protocol_Version="2099-01-01"),
    "metadata.default-paths-missing": get("/authorize"),
    "metadata.path-appended": get(f"{METADATA}/t1"),
    "metadata.openid-differs": get(OPENID),
    "metadata.dead-endpoint": get(METADATA),
    "metadata.http-token": get(METADATA),
    "metadata.method-dead": by_post,
    "metadata.method-hidden": bad_basic,
    "metadata.guarded": get(METADATA),
    "metadata.no-offline-access": offline("todos:read"),
    "metadata.html-for-unknown": get("/.well-known/nothing"),
    "resource.root-missing": get(PRM),
    "resource.root-differs": get(PRM),
    "mcp.gateway-401": challenge,
    "register.unknown-refused": register(unknown=1),
    "register.application-type-refused": register(application_type="web"),
    "register.extra-grants-refused": register(
        grant_types=["authorization_code", "refresh_token", "implicit"]
    ),
    "register.empty-scope-refused": register(scope=""),
    "register.chatgpt-refused": register(redirect_uris=["https://chatgpt.com/x"]),
    "register.basic-refused": register(token_endpoint_auth_method="client_secret_basic"),
    "register.custom-scheme-refused": register(
        redirect_uris=["cursor://x/callback"], application_type="native"
    ),
    "register.any-redirect": register(redirect_uris=["http://client.example/callback"]),
    "register.redirect-optional": register(redirect_uris=None),
    "register.same-id": ids,
    "register.secret-for-public": register(token_endpoint_auth_method="none"),
    "register.no-expiry": register(),
    "register.default-post": register(),
    "register.takes-form": form,
    "register.fetches": fetched,
    "register.rate-limited": fourth,
    "cimd.refused": document(),
    "cimd.flag-missing": get(METADATA),
    "cimd.flag-lies": document(),
    "cimd.none-only": document(token_endpoint_auth_method="private_key_jwt", jwks_uri=KEYS),
    "cimd.id-unchecked": document(client_id="https://other.example/app.json"),
    "cimd.redirect-unchecked": document(redirect_uri="https://client.example/other"),
    "cimd.secret-taken": document(client_secret="x"),
    "cimd.private-key-taken": document(jwks={"keys": [{"d": "x"}]}),
    "cimd.any-url": document(url="https://client.example/a/../app.json"),
    "cimd.any-type": document(status=404),
    "cimd.error-cached": again,
    "cimd.keys-frozen": rotated,
    "cimd.host-hidden": page(),
    "cimd.redirect-hidden": page(),
    "cimd.no-warning": page(LOCAL),
    "cimd.name-unescaped": page(client_name="<b>App"),
    "cimd.port-compared": document(
        redirect_uris=[LOCAL], redirect_uri="http://127.0.0.1:5123/callback"
    ),
    "cimd.any-loopback": document(
        redirect_uris=[LOCAL], redirect_uri="http://127.0.0.1:5123/other"
    ),
    "cimd.assertion-unchecked": asserted({"key": LATER, "aud": "x", "exp": 1}),
    "cimd.assertion-unsigned": asserted({"key": LATER}),
    "cimd.assertion-any-audience": asserted({"aud": "https://elsewhere.example"}),
    "cimd.assertion-for-ever": asserted({"exp": 1}),
    "cimd.assertion-again": asserted({}, {}),
    "cimd.assertion-any-issuer": asserted({"iss": "https://elsewhere.example"}),
    "cimd.one-audience": asserted({}),
    "resource.refused": resource(RESOURCE),
    "resource.ignored": resource(f"{RESOURCE}2"),
    "resource.own-audience": resource(ELSEWHERE),
    "resource.malformed-taken": resource(f"{RESOURCE}#x"),
    "resource.switched-at-token": resource(RESOURCE, f"{RESOURCE}2"),
    "resource.lost-on-refresh": refreshed,
    "resource.origin-audience": resource("http://localhost"),
    "resource.origin-crash": resource("http://localhost"),
    "authorize.two-resources-crash": resource(f"{RESOURCE} {RESOURCE}2"),
    "api.foreign-audience": resource(f"{RESOURCE}2"),
    "api.scope-unnamed": scoped("todos:read"),
    "api.step-up-forgotten": scoped("todos:read", "todos:read todos:write"),
    "api.scope-in-instalments": scoped("todos:write"),
    "api.scope-literal": scoped("todos"),
    "scope.offline-without-refresh": offline("todos:read offline_access"),
    "mcp.any-origin": modern("tools/list", headers={"Origin": "https://evil.example"}),
    "mcp.id-null": modern("nope"),
    "mcp.headers-ignored": modern("tools/list", headers={"Mcp-Method": "ping"}),
    "mcp.version-bare": modern("server/discover", headers=UNKNOWN, params=NEWER),
    "mcp.any-version": modern("server/discover", headers=UNKNOWN, params=NEWER),
    "mcp.no-version": modern("server/discover"),
    "mcp.only-older": modern("server/discover"),
    "mcp.method-200": modern("nope"),
    "mcp.mints-session": modern("tools/list"),
    "mcp.get-500": lambda tour: tour.api(tour.signed_in(), "/mcp").status_code,
    "mcp.version-before-auth": modern(
        "server/discover", token=False, headers=UNKNOWN, params=NEWER
    ),
    "mcp.discover-crashes": modern("server/discover"),
    "mcp.slash-redirect": modern("server/discover"),
    "mcp.tools-undeclared": modern("tools/list"),
    "mcp.weak-session": session,
    "mcp.session-is-auth": session,
    "mcp.stale-500": session,
    "mcp.tool-challenge-bare": modern("tools/call", token=False, **WHOAMI),
    "mcp.tool-challenge-missing": modern("tools/call", token=False, **WHOAMI),
}
"""Where a fault shows."""
CHALLENGED = (
    "api.challenge-without-metadata", "api.challenge-relative", "api.challenge-missing",
    "api.challenge-without-scope", "api.challenge-other-scope", "api.challenge-offline-access",
    "api.bad-token-unexplained", "api.forbidden-instead", "mcp.fixed-key",
)  # fmt: skip
"""Those that show in the challenge."""
FETCHES = {
    "cimd.fetches-private": "private",
    "cimd.follows-redirects": "redirects",
    "cimd.unbounded": "seconds",
}
"""Faults of how a document is fetched: the bound that they loosen."""


def server(name: str, *, faulty: bool, login: str = "auto") -> McpTour:
    """The MCP server with a fault, or with what the fault needs and nothing wrong."""
    fault = next(one for one in FAULTS if one.name == name)
    [config] = plugins_of({"login": login}, "mockauth.toml", {"api": "mcp"})
    own = {n: v for n, v in fault.config.items() if n != "client_documents" or faulty}
    base = config.with_faults(fault) if faulty else replace(config, **own)
    tour = McpTour(config=base)
    tour.web.put(DOCUMENT, described())
    return tour


@pytest.mark.parametrize("name", [*SHOWN, *CHALLENGED, *FETCHES])
def test_a_fault_shows_and_its_absence_does_not(name: str) -> None:
    seen = SHOWN.get(name) or (document() if name in FETCHES else challenge)
    login = "login_and_consent" if "page.<locals>" in getattr(seen, "__qualname__", "") else "auto"
    faulty, right = (seen(server(name, faulty=one, login=login)) for one in (True, False))

    if name in FETCHES:
        changed = [getattr(found[1], FETCHES[name]) for found in (faulty, right)]
        assert changed[0] != changed[1]
    else:
        assert faulty != right


def test_every_fault_that_names_checks_to_come_is_seen_here() -> None:
    waiting = {fault.name for fault in FAULTS if fault.unchecked and fault.caught_by}

    assert waiting <= {*SHOWN, *CHALLENGED, *FETCHES}
