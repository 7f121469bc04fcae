"""What a trial makes of answers that no control exchange can vouch for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from tests.conftest import Checked

POST_ONLY = PluginConfig(
    auth="service_http", openapi={"paths./todos.get": None, "paths./todos/{id}.get": None}
)
UNPROVEN = (
    "api.no-token-is-401",
    "api.garbage-token-is-401",
    "api.malformed-header-refused",
    "api.user-agent-not-auth",
    "api.openai-headers-not-auth",
)


@pytest.mark.parametrize(
    ("status", "state"), [(401, "pass"), (400, "blocked"), (422, "blocked"), (404, "blocked")]
)
def test_a_refusal_by_an_operation_that_changes_something_counts_only_as_one_of_the_token(
    status: int, state: str, checked: Checked
) -> None:
    validates_first = Fault(
        name="validates-first", answers=(AnswerChange(place="api", when="error", status=status),)
    )

    run = checked(replace(POST_ONLY, faults=(validates_first,)))

    states = {result.rule.id: result.state for result in run.results}
    assert {name: states[name] for name in UNPROVEN} == dict.fromkeys(UNPROVEN, state)


@pytest.mark.parametrize("status", [200, 302, 500])
def test_one_wrong_refusal_of_every_call_is_one_finding(status: int, checked: Checked) -> None:
    same = Fault(
        name="same",
        answers=(
            AnswerChange(
                place="api",
                when="error",
                status=status,
                headers={"Content-Type": "application/json"},
                body='{"error": "unauthorized"}',
            ),
        ),
    )

    run = checked(PluginConfig().with_faults(same))

    states = {result.rule.id: result.state for result in run.results}
    assert {name: states[name] for name in UNPROVEN[:3]} == {
        "api.no-token-is-401": "fail",
        "api.garbage-token-is-401": "n/a",
        "api.malformed-header-refused": "n/a",
    }


@pytest.mark.parametrize(
    ("body", "state"),
    [("", "pass"), (" \n", "pass"), ('{"detail": "no"}', "pass"), ("<p>Log in", "warn")],
)
def test_a_refusal_with_the_type_of_a_page_is_one_only_where_it_has_a_page(
    body: str, state: str, checked: Checked
) -> None:
    typed = AnswerChange(
        place="api", when="error", headers={"Content-Type": "text/html"}, body=body
    )

    run = checked(PluginConfig().with_faults(Fault(name="typed", answers=(typed,))))

    states = {result.rule.id: result.state for result in run.results}
    assert states["api.401-body-not-html"] == state


REFRESH = ("refresh.old-token-dead-after-rotation", "refresh.family-revoked-on-reuse")


def test_a_replaced_refresh_token_may_live_until_the_new_access_token_is_used(
    checked: Checked,
) -> None:
    run = checked(PluginConfig(policy=Behaviour(refresh_old_dies_at_use=True)))

    states = {result.rule.id: result.state for result in run.results}
    assert {name: states[name] for name in REFRESH} == dict.fromkeys(REFRESH, "pass")


@pytest.mark.parametrize(
    ("scope", "state"), [("openid todos:read", "warn"), ("todos:read", "fail")]
)
def test_a_redirect_uri_may_be_left_out_at_the_token_endpoint_in_openid_connect(
    scope: str, state: str, checked: Checked
) -> None:
    lax = PluginConfig(scope=scope, policy=Behaviour(redirect_checked_at_token=False))

    run = checked(lax)

    states = {result.rule.id: result.state for result in run.results}
    assert states["token.redirect-required-when-sent"] == state


def test_asking_whether_a_server_takes_basic_is_no_request_with_a_wrong_secret(
    checked: Checked,
) -> None:
    run = checked(PluginConfig(policy=Behaviour(basic_accepted=False)))

    name = "token.wrong-secret-refused"
    altered = [e.request for e in run.trace.select("token", purpose="altered", probe=name)]
    assert [request.header("Authorization") for request in altered] == [None]


def test_an_open_operation_that_changes_something_is_found(checked: Checked) -> None:
    open_one = Fault(name="open", policy={"open_operations": ("addTodo",)})

    run = checked(POST_ONLY.with_faults(open_one))

    states = {result.rule.id: result.state for result in run.results}
    assert states["api.no-token-is-401"] == "fail"
