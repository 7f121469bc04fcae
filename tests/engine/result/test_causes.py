"""One cause, one finding; and two defects that only look alike stay two."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

import pytest

from mockauth.checks.finding import Finding
from mockauth.checks.registry import all_checks
from mockauth.checks.relation import Relation
from mockauth.checks.relations import OBSERVERS, RELATIONS, STAGES
from mockauth.checks.rule import Rule, levels
from mockauth.engine.catalogue import catalogue
from mockauth.engine.result.causes import Cause, caused_by, causes_of
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import blocked, verdict
from mockauth.profiles import PLUGIN
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.words import say

HOST = "http://localhost:5000"
REDIRECTS = (
    "authorize.redirect-unregistered-refused",
    "authorize.redirect-host-exact",
    "authorize.redirect-exact-path",
    "authorize.redirect-fragment-refused",
    "authorize.redirect-scheme-refused",
)
OPEN_API = (
    "api.no-token-is-401",
    "api.garbage-token-is-401",
    "api.altered-token-refused",
    "service.verification-token-refused",
)
IGNORED = (
    "token.code-unknown-refused",
    "token.code-missing-refused",
    "token.wrong-secret-refused",
    "token.missing-secret-refused",
    "token.redirect-must-match",
    "refresh.unknown-token-refused",
)


class Record:
    """Results and the answers that show them."""

    def __init__(self) -> None:
        self.trace = Trace()
        self.results: list[Result] = []

    def broken(self, *names: str, status: int = 200, at: str = "/token", error: str = "") -> Record:
        """These rules are broken, each by an answer of its own."""
        for name in names:
            browsing = name.startswith("authorize.")
            answer = Response(status=status, body=json.dumps({"error": error}).encode())
            n = self.trace.add(
                Exchange(
                    step="authorize" if browsing else "token",
                    request=Request(method="POST", url=HOST + at),
                    response=replace(answer, body=b"") if not error else answer,
                )
            ).n
            self.add(name, n)
        return self

    def add(self, name: str, *exchanges: int) -> Record:
        """This rule is broken by these answers."""
        found = Finding(expected="x", actual=say("y"), exchanges=exchanges)
        self.results.append(verdict(rule(name), "must", [found]))
        return self

    def passed(self, name: str) -> Record:
        """This rule holds."""
        self.results.append(
            Result(rule=rule(name), state="pass", level="must", expected="", actual="")
        )
        return self

    def blocked(self, *names: str, by_option: str = "") -> Record:
        """These rules were not judged."""
        for name in names:
            self.results.append(blocked(rule(name), "must", say("why"), by_option=by_option))
        return self

    @property
    def causes(self) -> tuple[Cause, ...]:
        return causes_of(
            Run(
                target=HOST, profile=PLUGIN, auth="oauth", started=0.0, duration_ms=1.0,
                results=tuple(self.results), trace=self.trace, secrets=Secrets(),
            )
        )  # fmt: skip

    @property
    def leads(self) -> list[str]:
        return [cause.lead.rule.id for cause in self.causes]


def rule(name: str) -> Rule:
    return Rule(id=name, title="t", levels=levels("MMM"), refs=(), why="w", fix="f", kind="read")


def test_any_redirect_uri_is_one_cause() -> None:
    record = Record().broken(*REDIRECTS, status=302, at="/authorize")

    [cause] = record.causes
    assert cause.lead.rule.id == REDIRECTS[0]
    assert {r.rule.id for r in cause.consequences} == set(REDIRECTS[1:])
    assert cause.rank == "strangers"


def test_two_ways_of_comparing_loosely_are_two_causes() -> None:
    two = ("authorize.redirect-unregistered-refused", "authorize.redirect-scheme-refused")

    assert set(Record().broken(*two, status=302, at="/authorize").leads) == set(two)


def test_an_open_api_is_one_cause() -> None:
    assert Record().broken(*OPEN_API, at="/todos").leads == ["api.no-token-is-401"]


def test_an_api_that_takes_any_token_is_one_cause() -> None:
    record = Record().broken(*OPEN_API[1:], at="/todos").passed("api.no-token-is-401")

    assert record.leads == ["api.garbage-token-is-401"]


def test_an_api_that_refuses_with_403_is_not_open() -> None:
    record = Record().broken(*OPEN_API[:2], status=403, at="/todos")
    record.broken("service.verification-token-refused", at="/todos")

    assert set(record.leads) == {"api.no-token-is-401", "service.verification-token-refused"}


def test_an_api_that_sends_to_a_login_page_is_not_open() -> None:
    record = Record().broken("api.no-token-is-401", status=302, at="/todos")
    record.broken("api.altered-token-refused", at="/todos")

    assert len(record.causes) == 2


def test_an_ignored_body_is_one_cause() -> None:
    record = Record().broken(*IGNORED, "token.code-single-use", "refresh.bound-to-client")

    assert record.leads == ["token.code-unknown-refused"]


def test_a_code_and_a_secret_that_are_not_checked_are_two_causes() -> None:
    record = Record().broken("token.code-unknown-refused", "token.wrong-secret-refused")
    record.broken("token.code-single-use", "token.empty-secret-refused")

    assert set(record.leads) == {"token.code-unknown-refused", "token.wrong-secret-refused"}


def test_a_body_of_which_the_refresh_token_is_read_is_not_ignored() -> None:
    record = Record().broken(*IGNORED[:5]).passed("refresh.unknown-token-refused")

    assert len(record.causes) == 2


def test_one_error_format_is_one_cause() -> None:
    record = Record().broken("token.malformed-body-is-4xx", status=500)
    record.broken("token.basic-failure-is-401", status=500)
    record.broken("transport.no-5xx", status=500)
    record.add("token.error-status-400-or-401", 1, 2)

    assert record.leads == ["token.error-status-400-or-401"]


def test_a_wrong_code_in_a_wrong_format_is_a_cause_of_its_own() -> None:
    record = Record().broken("token.malformed-body-is-4xx", status=500)
    record.broken("token.basic-failure-is-401", status=500)
    record.broken("token.invalid-grant-code", status=500, error="oops")
    record.add("token.error-status-400-or-401", 1, 2, 3)

    assert set(record.leads) == {"token.error-status-400-or-401", "token.invalid-grant-code"}


def test_one_error_for_everything_is_one_cause() -> None:
    record = Record().broken("token.client-error-is-invalid-client", status=401, error="no")
    record.broken("token.invalid-grant-code", status=400, error="no")

    assert record.leads == ["token.client-error-is-invalid-client"]


def test_two_wrong_errors_are_two_causes() -> None:
    record = Record().broken("token.client-error-is-invalid-client", status=401, error="no")
    record.broken("token.invalid-grant-code", status=400, error="nein")

    assert len(record.causes) == 2


def test_an_exchange_that_fails_explains_what_its_answer_lacks_and_what_was_blocked() -> None:
    record = Record().broken("token.exchange-works", status=503)
    record.add("grant.token-type-bearer", 1).add("transport.no-5xx", 1)
    record.blocked("token.code-single-use", "api.code-refused")
    record.blocked("token.code-expires", by_option="--slow")

    [cause] = record.causes
    assert [r.rule.id for r in cause.unjudged] == ["token.code-single-use", "api.code-refused"]
    assert len(cause.consequences) == 2
    assert cause.rank == "stops"
    assert caused_by([cause])["api.code-refused"] == ("token.exchange-works",)


def test_a_crash_elsewhere_is_a_cause_of_its_own() -> None:
    record = Record().broken("token.exchange-works", status=503)
    record.broken("transport.no-5xx", status=500, at="/todos")

    assert len(record.causes) == 2


def test_a_crash_that_other_findings_show_has_all_of_them_as_its_causes() -> None:
    record = Record().broken("api.no-token-is-401", status=500, at="/todos")
    record.broken("token.malformed-body-is-4xx", status=500).add("transport.no-5xx", 1, 2)

    assert caused_by(record.causes)["transport.no-5xx"] == (
        "api.no-token-is-401",
        "token.malformed-body-is-4xx",
    )


def test_a_refusal_in_a_wrong_form_that_is_right_for_its_own_rule_is_a_cause_of_its_own() -> None:
    record = Record().passed("token.missing-secret-refused")
    record.broken("token.basic-form-decoded", status=401)
    [told] = record.trace
    right = record.trace.add(replace(told, probe="token.missing-secret-refused"))
    record.add("token.error-is-json", told.n, right.n)

    assert sorted(record.leads) == ["token.basic-form-decoded", "token.error-is-json"]


def test_a_demanded_challenge_explains_the_refused_request_but_not_what_the_run_went_on_to() -> (
    None
):
    record = Record().broken("pkce.optional-for-secret-client", "authorize.request-accepted")
    record.passed("token.exchange-works").blocked("token.code-single-use")

    [cause] = record.causes
    assert (cause.lead.rule.id, cause.unjudged) == ("pkce.optional-for-secret-client", ())


def test_a_login_that_was_not_judged_leads_what_it_blocks() -> None:
    record = Record().blocked("authorize.request-accepted", "page.frame-guard", "api.code-refused")

    [cause] = record.causes
    assert (cause.state, len(cause.unjudged)) == ("blocked", 2)


def test_what_stops_the_sign_in_comes_first_and_practice_last() -> None:
    record = Record().broken("token.code-single-use", "page.frame-guard", "refresh.works")
    record.broken("authorize.request-accepted", status=404, at="/authorize")

    assert [cause.rank for cause in record.causes] == ["stops", "strangers", "later", "users"]


def test_a_waived_finding_leads_what_it_explains_and_closes_nothing() -> None:
    record = Record().broken("token.code-single-use")
    record.results[0] = replace(record.results[0], state="waived", waived_state="fail")

    assert [cause.state for cause in record.causes] == ["waived"]


def plain(name: str) -> str:
    """An id that fits a pattern."""
    return next(one for one in names() if fnmatchcase(one, name))


@cache
def names() -> tuple[str, ...]:
    return tuple(entry.rule.id for entry in catalogue())


def planted(relation: Relation, status: int, effect_status: int) -> list[str]:
    """The causes of the behaviour beside consequences that their answers show with another status."""
    record = Record()
    at = "/authorize" if relation.lead.startswith("authorize.") else "/token"
    named = {relation.lead, *relation.also_broken}
    record.broken(*sorted(named), status=status, at=at, error="no")
    effects = [name for name in dict.fromkeys(map(plain, relation.explains)) if name not in named]
    for name in effects[:2]:
        record.broken(name, status=effect_status, at=at, error=relation.code.get(name, "no"))
    if relation.places > 1:
        lead = next(r for r in record.results if r.rule.id == relation.lead)
        twice = tuple(replace(lead.findings[0], at=place) for place in ("/a", "/b"))
        record.results[record.results.index(lead)] = replace(lead, findings=twice)
    return record.leads


def numbered(relations: tuple[Relation, ...]) -> list[object]:
    return [pytest.param(r, id=f"{n}-{r.lead}") for n, r in enumerate(relations)]


@pytest.mark.parametrize("relation", numbered(RELATIONS))
def test_a_relation_makes_one_cause_of_one_behaviour(relation: Relation) -> None:
    assert len(planted(relation, 200, 200)) == 1


@pytest.mark.parametrize(
    "relation", numbered(tuple(r for r in RELATIONS if r.proof in ("alike", "taken")))
)
def test_a_relation_does_not_hide_a_defect_that_shows_otherwise(relation: Relation) -> None:
    assert len(planted(relation, 200, 418)) > 1


def test_every_rule_that_is_related_exists() -> None:
    known = {entry.rule.id for entry in catalogue()} | {check.rule.id for check in all_checks()}
    named = {name for r in RELATIONS for name in (r.lead, *r.also_broken, *r.unless_passed)}
    plain = {name for r in RELATIONS for name in r.explains if "*" not in name}
    steps = {name for stage in STAGES for name in (*stage.leads, *stage.not_where)}

    assert named | plain | steps | set(OBSERVERS) <= known
