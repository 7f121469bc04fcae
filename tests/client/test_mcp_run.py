"""The circle for clients of MCP servers: each defect of a small client is caught by exactly the declared
checks, and the faultless one by none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockauth.checks.client.visit import Ending
from mockauth.engine.catalogue import catalogue
from mockauth.engine.client.options import REDIRECT_URI, ClientOptions
from mockauth.engine.client.run import run_client
from mockauth.engine.events import RunFinished
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.plugin.server.serving import serving
from mockauth.profiles.mcp import REVISIONS
from tests.client.clients import small_mcp
from tests.client.test_run import broken, unjudged

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OF_MCP = tuple(
    e.rule.id for e in catalogue() if e.rule.area == "client" and set(e.rule.levels) == {"mcp"}
)
"""The rules that only clients of MCP servers have; the others have their circle in `test_run`."""
STATES = ("client.wrong-state-stops", "client.missing-state-stops")
DOCUMENT_RULE = "client.cimd-document-valid"
DOCUMENT = "https://client.example/me.json"
STORE = "client.secrets-encrypted-at-rest"
REUSED: Mapping[str, str] = {
    "state-unchecked": "client.wrong-state-stops",
    "missing-state-taken": "client.missing-state-stops",
    "state-constant": "client.state-unguessable-per-flow",
    "error-ignored": "client.error-callback-stops",
    "code-sent-twice": "client.code-exchanged-once",
    "no-refresh": "client.refreshes-on-401",
    "old-refresh-token-kept": "client.new-refresh-token-stored",
    "refresh-loop": "client.dead-refresh-asks-login",
    "auth-method-fixed": "client.auth-method-followed",
    "registered-method-unread": "client.auth-method-followed",
    "own-query-dropped": "client.own-query-kept",
    "token-query-dropped": "client.own-query-kept",
    "token-redirect-followed": "client.token-redirect-not-followed",
    "api-redirect-followed": "client.token-not-sent-elsewhere",
    "api-error-hidden": "client.api-error-told",
    "token-in-query": "client.token-only-in-header",
}
"""Defects of any client, and the rule that must see each in one of an MCP server, too."""
IN_ONE_PLACE: Mapping[str, str] = {
    "resource-by-prefix": "client.prm-resource-mismatch-stops",
    "authorization_endpoint-unchecked": "client.secure-endpoints-only",
    "registration_endpoint-unchecked": "client.secure-endpoints-only",
    "challenge-unread": "client.discovery-order-followed",
    "root-unasked": "client.discovery-order-followed",
    "no-appended-place": "client.discovery-order-followed",
}
"""Defects that show in one start of a rule, which other defects prove, too."""
DEFECTS: Mapping[str, set[str]] = {
    "resource-unchecked": {"client.prm-resource-mismatch-stops"},
    "issuer-unchecked": {"client.metadata-issuer-checked"},
    "issuer-normalised": {"client.metadata-issuer-checked"},
    "pkce-undemanded": {"client.pkce-support-demanded"},
    "pkce-demanded-if-said": {"client.pkce-support-demanded"},
    "no-pkce": {"client.pkce-s256-sent"},
    "no-verifier": {"client.pkce-s256-sent"},
    "verifier-constant": {"client.pkce-verifier-per-flow"},
    "no-resource": {"client.resource-sent-in-both"},
    "resource-at-authorize-alone": {"client.resource-sent-in-both"},
    "iss-unread": {
        "client.iss-mismatch-stops",
        "client.iss-missing-stops",
        "client.iss-checked-on-error",
    },
    "iss-normalised": {"client.iss-mismatch-stops"},
    "iss-if-promised": {"client.iss-mismatch-stops"},
    "iss-missing-taken": {"client.iss-missing-stops"},
    "iss-demanded": {"client.iss-optional-proceeds"},
    "error-before-iss": {"client.iss-checked-on-error"},
    "http-taken": {"client.secure-endpoints-only"},
    "credentials-for-all": {"client.credentials-bound-to-issuer"},
    "step-up-loops": {"client.scope-retries-bounded"},
    "step-up-forgets": {"client.scope-step-up-union"},
    "no-step-up": {"client.scope-step-up-union"},
    "scope-of-metadata": {"client.scope-source-followed"},
    "scope-of-challenge-alone": {"client.scope-source-followed"},
    "scope-of-server": {"client.scope-source-followed"},
    "offline-access-always": {"client.offline-access-only-when-advertised"},
    "no-application-type": {"client.application-type-sent"},
    "no-refresh-grant": {"client.refresh-grant-registered"},
    "invents-an-id": {"client.registration-as-offered"},
    "well-known-unasked": {"client.discovery-order-followed"},
    "path-dropped": {"client.discovery-order-followed"},
    "no-openid-place": {"client.discovery-order-followed"},
    "newest-alone": {"client.retries-supported-version"},
}
OF_OLDER: Mapping[str, set[str]] = {
    "no-version-header": {"client.version-header-sent"},
    "session-lost": {"client.session-kept"},
}
"""Defects of a client of 2025-11-25."""
OLDER_RULES = tuple(sorted(set.union(*OF_OLDER.values())))
WITH_DOCUMENT: Mapping[str, set[str]] = {
    "registers-first": {"client.registration-way-preferred"},
    "document-always": {"client.registration-as-offered"},
}
"""Defects of a client that has a client ID metadata document."""


def judged(defect: str = "", settings: Mapping[str, str] | None = None, **options: object) -> Run:
    """A run of the small client, in this process."""

    def start(told: Mapping[str, str], seconds: float) -> Ending:
        said: list[str] = []
        status = small_mcp.run({**told, **(settings or {}), "DEFECT": defect}, said.append)
        return Ending(status=status, output="\n".join(said))

    chosen = {"command": ("client",), "client_id": "", "profile": "mcp", "seconds": 5.0, **options}
    *_, last = run_client(ClientOptions(**chosen), starter=start)  # type: ignore[arg-type]  # a test's own
    assert isinstance(last, RunFinished)
    return last.run


def test_the_faultless_client_breaks_no_rule() -> None:
    run = judged()

    assert broken(run) == set()
    assert {r.rule.id for r in run.results if r.state == "blocked"} == {STORE}
    assert gate(run).exit_code == 0


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_client_of_an_older_revision_breaks_no_rule_of_it(revision: str) -> None:
    run = judged(settings={"VERSION": revision}, revision=revision, select=OF_MCP)

    assert broken(run) == set()
    assert {r.rule.id for r in run.results if r.state == "blocked"} == set()
    assert gate(run).exit_code == 0


def test_a_client_of_the_oldest_revision_is_known_for_one() -> None:
    run = judged(settings={"VERSION": "2025-03-26"}, select=("client.resource-sent-in-both",))

    assert [r.state for r in run.results] == ["n/a"]
    assert any("a client of MCP 2025-03-26, which it speaks" in note for note in run.notes)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_caught_by_exactly_the_checks_it_declares(defect: str) -> None:
    assert broken(judged(defect, select=OF_MCP)) == DEFECTS[defect]


@pytest.mark.parametrize("defect", OF_OLDER)
def test_a_defect_of_a_client_of_an_older_revision_is_caught(defect: str) -> None:
    run = judged(defect, {"VERSION": "2025-11-25"}, select=OLDER_RULES)

    assert broken(run) == OF_OLDER[defect]


@pytest.mark.parametrize("defect", REUSED)
def test_the_rules_for_all_clients_see_those_of_mcp_servers(defect: str) -> None:
    assert broken(judged(defect, select=(REUSED[defect],))) == {REUSED[defect]}


@pytest.mark.parametrize("defect", IN_ONE_PLACE)
def test_a_defect_that_shows_in_one_start_is_caught(defect: str) -> None:
    assert broken(judged(defect, select=(IN_ONE_PLACE[defect],))) == {IN_ONE_PLACE[defect]}


@pytest.mark.parametrize("defect", WITH_DOCUMENT)
def test_a_defect_of_a_client_with_a_document_is_caught(defect: str) -> None:
    run = judged(defect, {"DOCUMENT": DOCUMENT}, select=OF_MCP)

    assert broken(run) == WITH_DOCUMENT[defect]


def test_a_client_with_a_document_breaks_no_rule() -> None:
    run = judged(settings={"DOCUMENT": DOCUMENT}, select=OF_MCP)

    assert broken(run) == set()


DOCUMENTS: Mapping[str, Mapping[str, object]] = {
    "another": {"client_id": "https://client.example/other.json"},
    "nameless": {"client_name": ""},
    "callback": {"redirect_uris": ["https://client.example/callback"]},
    "method": {"token_endpoint_auth_method": "client_secret_post"},
    "secret": {"client_secret": "s"},
    "key": {"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "eA", "d": "ZA"}]}},
}
"""What is wrong with a document, by its name."""


@pytest.fixture(scope="module")
def documents() -> Iterator[str]:
    """Where client ID metadata documents stand on this machine."""

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        name = environ["PATH_INFO"].strip("/")
        url = f"http://{environ['HTTP_HOST']}/{name}"
        right = {"client_id": url, "client_name": "small", "redirect_uris": [REDIRECT_URI]}
        body = json.dumps({**right, **DOCUMENTS.get(name, {})}).encode()
        kind = "text/plain" if name == "text" else "application/json"
        start("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    with serving(answered, "127.0.0.1") as base:
        yield base


@pytest.mark.parametrize("name", [*DOCUMENTS, "text"])
def test_a_document_that_is_wrong_is_caught(documents: str, name: str) -> None:
    run = judged(settings={"DOCUMENT": f"{documents}/{name}"}, select=(DOCUMENT_RULE,))

    assert broken(run) == {DOCUMENT_RULE}


def test_a_document_that_cannot_be_fetched_is_not_said_to_be_elsewhere(documents: str) -> None:
    nobody = documents.replace("127.0.0.1", "127.0.0.2")
    run = judged(settings={"DOCUMENT": f"{nobody}/right"}, select=(DOCUMENT_RULE,))

    [result] = run.results
    assert result.state == "blocked"
    assert "cannot be fetched" in result.actual


def test_a_document_that_is_right_passes(documents: str) -> None:
    run = judged(settings={"DOCUMENT": f"{documents}/right"}, select=(DOCUMENT_RULE,))

    assert [r.state for r in run.results] == ["pass"]


GIVEN: Mapping[str, Any] = {"client_id": "given-1", "client_secret": "given-secret-1f0c"}
PREFERRED = "client.registration-way-preferred"


def test_a_client_with_a_given_id_breaks_no_rule() -> None:
    run = judged(select=OF_MCP, **GIVEN)

    assert broken(run) == set()
    assert {r.rule.id for r in run.results if r.state == "blocked"} == set()


@pytest.mark.parametrize(
    ("defect", "rule"),
    [("given-unused", PREFERRED), ("credentials-for-all", "client.credentials-bound-to-issuer")],
)
def test_a_defect_of_a_client_with_a_given_id_is_caught(defect: str, rule: str) -> None:
    assert broken(judged(defect, select=(rule,), **GIVEN)) == {rule}


def test_a_client_that_keeps_its_registration_breaks_no_rule(tmp_path: Path) -> None:
    rules = ("client.auth-method-followed", "client.registration-as-offered")
    run = judged(settings={"KEPT": str(tmp_path / "kept.json")}, select=rules)

    assert broken(run) == set()


LATER = """\
mockauth: 1
role: plugin
id: client.mine
title: Mine
level: --M
refs: [MCP-auth]
why: Because.
fix: Fix it.
starts:
- name: later
  since: 2025-11-25
  steps:
  - do: callback
    expect: {next: proceeds}
"""


def test_what_a_revision_does_not_ask_for_does_not_apply(tmp_path: Path) -> None:
    (tmp_path / "later.yaml").write_text(LATER)
    settings = {"VERSION": "2025-06-18"}
    run = judged(
        settings=settings, revision="2025-06-18", scenarios=(tmp_path,), select=("client.mine",)
    )

    assert [r.state for r in run.results] == ["n/a"]


def test_every_rule_of_mcp_is_caught_failing_by_some_defect() -> None:
    caught = set.union(*DEFECTS.values(), *WITH_DOCUMENT.values(), *OF_OLDER.values())

    assert set(OF_MCP) - caught == {DOCUMENT_RULE}  # which has its own test


def test_a_client_without_state_is_not_judged_by_what_it_makes_of_one() -> None:
    run = judged("no-state", select=STATES)

    assert set(unjudged(run)) == set(STATES)


def test_the_revision_is_that_which_the_client_speaks() -> None:
    run = judged(settings={"VERSION": "2025-11-25"}, select=("client.iss-missing-stops",))

    assert [r.state for r in run.results] == ["n/a"]
    assert any("MCP 2025-11-25" in note for note in run.notes)
