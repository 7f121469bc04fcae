"""The circle for clients: each defect of a small client is caught by exactly the declared checks,
and the faultless one by none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mockauth.checks.client.visit import Ending
from mockauth.engine.catalogue import catalogue
from mockauth.engine.client.options import ClientOptions
from mockauth.engine.client.run import run_client
from mockauth.engine.events import RunFinished
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from tests.client.clients import small

MIX_UP = "client.mix-up-stopped"
"""An observation, made of every client that does not compare iss."""
DEFECTS: Mapping[str, set[str]] = {
    "own-query-dropped": {"client.own-query-kept"},
    "token-query-dropped": {"client.own-query-kept"},
    "state-constant": {
        "client.state-unguessable-per-flow",
        "client.reused-state-stops",
        "client.parallel-flows-separate",
    },
    "state-short": {"client.state-unguessable-per-flow"},
    "state-unchecked": {
        "client.wrong-state-stops",
        "client.missing-state-stops",
        "client.reused-state-stops",
        "client.parallel-flows-separate",
    },
    "missing-state-taken": {"client.missing-state-stops"},
    "empty-state-taken": {"client.missing-state-stops"},
    "state-by-prefix": {"client.wrong-state-stops"},
    "state-by-any-case": {"client.wrong-state-stops"},
    "state-by-containment": {"client.wrong-state-stops"},
    "state-by-length": {
        "client.wrong-state-stops",
        "client.reused-state-stops",
        "client.parallel-flows-separate",
    },
    "state-of-the-clock": {"client.state-unguessable-per-flow"},
    "error-loops": {"client.error-callback-stops", "client.error-with-code-stops"},
    "status-ignored": {"client.bad-token-answer-handled"},
    "refused-code-resent": {"client.code-exchanged-once"},
    "code-again-after-html": {"client.code-exchanged-once"},
    "secret-in-address": {"client.secret-not-in-address"},
    "token-type-unread": {"client.unknown-token-type-refused"},
    "code-raw": {"client.callback-decoded"},
    "code-decoded-twice": {"client.callback-decoded"},
    "state-raw": {"client.callback-decoded"},
    "scope-string-only": {"client.scope-array-survived"},
    "api-retried-at-once": {"client.api-retries-bounded"},
    "retry-after-ignored": {"client.api-retries-bounded"},
    "login-on-api-error": {"client.api-error-no-login"},
    "api-error-hidden": {"client.api-error-told"},
    "token-printed": {"client.secrets-not-printed"},
    "secret-at-authorize": {"client.authorize-parameters-complete"},
    "public-without-id": {"client.auth-method-followed"},
    "token-in-cookie": {"client.token-only-in-header"},
    "token-in-other-path": {"client.token-only-in-header"},
    "refresh-token-sent": {"client.token-only-in-header"},
    "token-in-header-elsewhere": {"client.token-not-sent-elsewhere"},
    "stored-compressed": {"client.secrets-encrypted-at-rest"},
    "error-ignored": {"client.error-callback-stops", "client.error-with-code-stops"},
    "error-hidden": {"client.error-callback-stops", "client.error-with-code-stops"},
    "code-before-error": {"client.error-with-code-stops"},
    "code-sent-twice": {"client.code-exchanged-once"},
    "content-type-fixed": {"client.content-type-followed"},
    "auth-method-fixed": {"client.auth-method-followed"},
    "basic-not-encoded": {"client.auth-method-followed"},
    "token-type-by-letter": {"client.token-type-case-ignored"},
    "needs-expires_in": {"client.optional-fields-optional"},
    "needs-refresh_token": {"client.optional-fields-optional"},
    "needs-scope": {"client.optional-fields-optional"},
    "unknown-members-refused": {"client.optional-fields-optional"},
    "number-only": {"client.string-expires-in-survived"},
    "crashes-on-html": {"client.bad-token-answer-handled"},
    "html-taken": {"client.bad-token-answer-handled"},
    "waits-for-ever": {"client.bad-token-answer-handled"},
    "retries-at-once": {"client.retries-bounded"},
    "retries-without-end": {"client.retries-bounded"},
    "token-redirect-followed": {"client.token-redirect-not-followed"},
    "no-refresh": {"client.refreshes-on-401"},
    "not-repeated": {"client.refreshes-on-401"},
    "old-refresh-token-kept": {"client.new-refresh-token-stored"},
    "refresh-loop": {"client.dead-refresh-asks-login"},
    "logs-in-thrice": {"client.dead-refresh-asks-login"},
    "dead-refresh-ignored": {"client.dead-refresh-asks-login"},
    "token-in-query": {"client.token-only-in-header"},
    "api-redirect-followed": {"client.token-not-sent-elsewhere"},
    "stored-in-clear": {"client.secrets-encrypted-at-rest"},
}
UNABLE: Mapping[str, set[str]] = {
    "no-redirect-uri": {"client.authorize-parameters-complete"},
    "redirect-not-repeated": {"client.redirect-repeated-at-token"},
    "token-type-lower-only": {"client.token-type-case-ignored"},
    "sends-text/plain": {"client.content-type-followed"},
    "sends-multipart/form-data": {"client.content-type-followed"},
}
"""Defects with which no sign-in succeeds at a strict server: the rest is blocked."""


def judged(tmp_path: Path, defect: str = "", **options: object) -> Run:
    """A run of the small client, in this process."""
    store = tmp_path / "store"

    def start(settings: Mapping[str, str], seconds: float) -> Ending:
        said: list[str] = []
        env = {**settings, "DEFECT": defect, "STORE": str(store)}
        if defect == "waits-for-ever" and settings["MOCKAUTH_SCENARIO"].endswith("no answer"):
            # What a command does that has no bound of its own is that its time runs out.
            small.run({**env, "DEFECT": ""}, said.append)
            return Ending(status=-9, timed_out=True)
        status = small.run(env, said.append)
        return Ending(status=status, output="\n".join(said))

    chosen = {"command": ("client",), "store": store, "seconds": 5.0, **options}
    *_, last = run_client(ClientOptions(**chosen), starter=start)  # type: ignore[arg-type]  # a test's own
    assert isinstance(last, RunFinished)
    return last.run


def broken(run: Run) -> set[str]:
    """What was found broken, but for the observation."""
    return {r.rule.id for r in run.results if r.state in ("fail", "warn", "error", "info")} - {
        MIX_UP
    }


def unjudged(run: Run) -> dict[str, str]:
    """What was not judged, with the reason; rules for other clients left out."""
    mine = [r for r in run.results if run.profile.name in r.rule.levels]
    return {r.rule.id: r.actual for r in mine if r.state in ("blocked", "n/a")}


def test_the_faultless_client_breaks_no_rule(tmp_path: Path) -> None:
    run = judged(tmp_path)

    assert broken(run) == set()
    assert unjudged(run) == {}
    assert gate(run).exit_code == 0


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_caught_by_exactly_the_checks_it_declares(defect: str, tmp_path: Path) -> None:
    run = judged(tmp_path, defect)

    assert broken(run) == DEFECTS[defect]


@pytest.mark.parametrize("defect", UNABLE)
def test_a_client_that_cannot_sign_in_is_blocked_and_its_defect_named(
    defect: str, tmp_path: Path
) -> None:
    run = judged(tmp_path, defect)

    assert broken(run) == UNABLE[defect]
    probes = [r for r in run.results if r.rule.kind == "probe" and "plugin" in r.rule.levels]
    assert {r.state for r in probes if r.rule.id not in UNABLE[defect]} == {"blocked"}
    assert gate(run).exit_code == 1


def test_every_rule_for_clients_is_caught_failing_by_some_defect() -> None:
    caught = set.union(*DEFECTS.values(), *UNABLE.values())

    # Those of MCP alone are in `test_mcp_run`.
    rules = [entry.rule for entry in catalogue() if set(entry.rule.levels) != {"mcp"}]
    assert {rule.id for rule in rules if rule.area == "client"} - caught == {MIX_UP}


def test_a_client_that_compares_iss_is_not_even_noted(tmp_path: Path) -> None:
    run = judged(tmp_path, "iss-compared", select=(MIX_UP,))

    assert [(r.rule.id, r.state) for r in run.results] == [(MIX_UP, "pass")]


def test_the_client_id_is_shown_though_the_secret_begins_with_it(tmp_path: Path) -> None:
    run = judged(tmp_path, "own-query-dropped", select=("client.own-query-kept",))
    request = next(e.request for e in run.trace if e.step == "authorize")
    assert "client_id=mockauth-client&" in run.secrets.scrub(request.target + "&")
