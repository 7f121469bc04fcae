"""What a client does next, judged on records made by hand."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from mockauth.checks.client.reactions import REACTIONS
from mockauth.checks.client.read import (
    redirect_repeated_at_token,
    secrets_encrypted_at_rest,
    state_unguessable_per_flow,
)
from mockauth.checks.client.visit import ClientEvidence, Ending, Store, Terms, Visit
from mockauth.checks.finding import Blocked, Finding, NotApplicable
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.message import FORM, JSON
from mockauth.wire.trace import Step

MOCK, OTHER, CALLBACK = "http://127.0.0.1:1", "http://localhost:2", "http://127.0.0.1:3/cb"
TERMS = Terms(
    client_id="me",
    client_secret="top-secret-1",
    redirect_uri=CALLBACK,
    elsewhere=OTHER,
    content_type=FORM,
)
FAILED = Ending(status=1, output="it failed")


def exchange(step: Step, url: str, answer: Response | None = None, **body: str) -> Exchange:
    method = "POST" if step in ("token", "refresh") else "GET"
    request = Request(method=method, url=url, params=tuple(body.items()), encoding="form")
    return Exchange(step=step, request=request, response=answer)


def visit(*exchanges: Exchange, **more: object) -> Visit:
    numbered = tuple(replace(e, n=n) for n, e in enumerate(exchanges, 1))
    arrived = MappingProxyType({e.n: float(e.n) for e in numbered})
    made = Visit(terms=TERMS, exchanges=numbered, arrived=arrived, endings=(FAILED,))
    return replace(made, **more)  # type: ignore[arg-type]  # a test's own


def said(word: str, of: Visit) -> list[str]:
    return [
        ("tolerated" if item.tolerated else "broken") if isinstance(item, Finding) else "seen"
        for item in REACTIONS[word](of)
    ]


AUTHORIZE = exchange("authorize", f"{MOCK}/authorize?state=s1&redirect_uri=x")
LANDED = exchange("callback", f"{CALLBACK}?state=s1&code=c1")
TOKEN = exchange("token", f"{MOCK}/token", Response(status=500), code="c1")
GRANT = Response(status=200, body=b'{"access_token": "a1", "refresh_token": "r1"}')
ISSUED = exchange("token", f"{MOCK}/token", GRANT, code="c1")


@pytest.mark.parametrize("word", sorted(REACTIONS))
def test_silence_is_never_a_pass(word: str) -> None:
    with pytest.raises(Blocked):
        said(word, visit())


def test_a_client_that_stops_and_says_nothing_of_it_is_warned() -> None:
    quiet = visit(AUTHORIZE, LANDED, endings=(Ending(status=0),))

    assert said("none", quiet) == ["tolerated"]
    assert said("none", visit(AUTHORIZE, LANDED)) == ["seen"]


CALLED = exchange("api", f"{MOCK}/todos", Response(status=500))


def test_calls_again_without_a_pause_are_told_and_one_at_once_is_not() -> None:
    at_once = MappingProxyType({1: 1.0, 2: 1.01, 3: 1.02})

    assert said("few-calls", visit(CALLED, CALLED, arrived=at_once)) == ["seen"]
    assert said("few-calls", visit(CALLED, CALLED, CALLED, arrived=at_once)) == ["broken"]
    assert said("few-calls", visit(CALLED, CALLED, CALLED)) == ["seen"]


def test_what_a_client_calls_anyway_is_no_retry() -> None:
    at_once = MappingProxyType({1: 1.0, 2: 1.01, 3: 1.02})
    thrice = visit(CALLED, CALLED, CALLED, arrived=at_once, usual_calls=3)

    assert said("few-calls", thrice) == ["seen"]


def test_a_failed_call_is_told_by_its_status_in_the_output_too() -> None:
    told = visit(CALLED, endings=(Ending(status=0, output="API 500"),))

    assert said("failure-told", told) == ["seen"]
    assert said("failure-told", visit(CALLED, endings=(Ending(status=0),))) == ["broken"]
    with pytest.raises(Blocked):
        said("failure-told", visit(CALLED, endings=(Ending(timed_out=True),)))


def test_an_error_in_the_output_is_shown_whatever_the_status() -> None:
    landed = exchange("callback", f"{CALLBACK}?error=access_denied")
    shown = visit(landed, endings=(Ending(status=0, output="server: access_denied"),))

    assert said("error-shown", shown) == ["seen"]
    silent = visit(landed, endings=(Ending(status=0, output="Signed in. Welcome!"),))
    assert said("error-shown", silent) == ["broken"]
    told = visit(landed, endings=(Ending(status=0, output="Login failed: you said no"),))
    assert said("error-shown", told) == ["seen"]
    waiting = visit(landed, endings=(Ending(status=-9, timed_out=True),))
    assert said("error-shown", waiting) == ["broken"]
    assert said("error-shown", visit(landed, endings=(Ending(status=-11),))) == ["broken"]


def test_a_client_may_wait_for_the_right_callback_after_a_wrong_one() -> None:
    waiting = visit(LANDED, endings=(Ending(status=-9, timed_out=True),))

    assert said("none", waiting) == ["seen"]
    assert said("none", visit(LANDED, endings=(Ending(status=-11),))) == ["broken"]


def test_one_of_two_that_did_not_come_is_not_judged() -> None:
    with pytest.raises(Blocked, match="one of two clients"):
        said("none", visit(AUTHORIZE, LANDED, endings=(FAILED, FAILED)))


def test_a_retry_before_its_time_is_broken_and_one_after_it_is_not() -> None:
    busy = Response(status=429, headers=(("Retry-After", "2"),))
    first = exchange("token", f"{MOCK}/token", busy, code="c1")
    early = visit(first, first, arrived=MappingProxyType({1: 1.0, 2: 1.5}))
    patient = visit(first, first, arrived=MappingProxyType({1: 1.0, 2: 3.1}))

    assert said("few-tries", early) == ["broken"]
    assert said("few-tries", patient) == ["seen"]
    assert said("few-tries", visit(*[TOKEN] * 6)) == ["broken"]


def test_a_waiting_client_is_warned_and_a_crashed_one_is_broken() -> None:
    waiting = visit(TOKEN, endings=(Ending(status=-9, timed_out=True),))
    held = replace(TOKEN, response=None, error="held back until the client ended")
    patient = visit(held, endings=(Ending(status=-9, timed_out=True, seconds=20),))
    endless = visit(held, endings=(Ending(status=-9, timed_out=True, seconds=60),))

    assert said("error", waiting) == ["broken"]
    assert said("error", patient) == ["tolerated"]
    assert said("error", endless) == ["broken"]
    assert said("error", visit(TOKEN, endings=(Ending(status=-11),))) == ["broken"]
    assert said("error", visit(TOKEN)) == ["seen"]


@pytest.mark.parametrize("kept", ["a1", "c1", "top-secret-1"])
def test_a_secret_in_any_part_of_a_request_to_another_host_is_found(kept: str) -> None:
    moved = Response(status=307, headers=(("Location", f"{OTHER}/token"),))
    told = replace(ISSUED, response=GRANT)
    away = exchange("token", f"{MOCK}/token", moved, code="c1")

    in_query = visit(LANDED, told, away, exchange("endpoint", f"{OTHER}/x?y={kept}"))
    in_body = visit(LANDED, told, away, exchange("endpoint", f"{OTHER}/x", None, z=kept))
    bare = visit(LANDED, told, away, exchange("endpoint", f"{OTHER}/x"))

    assert said("nothing-elsewhere", in_query) == ["broken"]
    assert said("nothing-elsewhere", in_body) == ["broken"]
    assert said("nothing-elsewhere", bare) == ["seen"]


def encoded(kind: str, declared: str, *, is_other: bool) -> Visit:
    request = TOKEN.request.with_header("Content-Type", kind)
    terms = replace(TERMS, content_type=declared, is_other_type=is_other)
    return visit(replace(TOKEN, request=request), terms=terms)


def test_a_client_that_never_read_the_manifest_has_no_other_type_to_follow() -> None:
    with pytest.raises(NotApplicable, match="did not read the manifest"):
        said("declared-encoding", encoded(FORM, JSON, is_other=True))


def test_the_type_that_the_developer_chose_must_be_sent_and_a_third_one_never() -> None:
    assert said("declared-encoding", encoded(FORM, FORM, is_other=False)) == ["seen"]
    assert said("declared-encoding", encoded(FORM, JSON, is_other=False)) == ["broken"]
    assert said("declared-encoding", encoded("text/plain", JSON, is_other=True)) == ["broken"]
    unread = encoded(JSON, JSON, is_other=False)
    [token] = unread.exchanges
    lying = (('{"grant_type": "authorization_code"}', ""),)
    bare = replace(token, request=replace(token.request, params=lying))
    assert said("declared-encoding", replace(unread, exchanges=(bare,))) == ["broken"]


def test_two_methods_at_once_are_not_the_one_that_is_served() -> None:
    request = TOKEN.request.with_header("Authorization", "Basic bWU6dG9wLXNlY3JldC0x")
    both = replace(TOKEN, request=replace(request, params=(("client_secret", "top-secret-1"),)))
    basic = replace(TOKEN, request=request)
    terms = replace(TERMS, auth_method="client_secret_basic")

    assert said("declared-method", visit(both, terms=terms)) == ["broken"]
    assert said("declared-method", visit(basic, terms=terms)) == ["seen"]


def test_one_login_does_not_show_whether_state_is_new_each_time() -> None:
    with pytest.raises(Blocked, match="two are needed"):
        list(
            state_unguessable_per_flow.judge(
                ClientEvidence(visits=(visit(AUTHORIZE, honest=True),))
            )
        )


def test_a_page_that_is_loaded_again_begins_no_new_login() -> None:
    again = visit(AUTHORIZE, AUTHORIZE, honest=True)

    with pytest.raises(Blocked, match="two are needed"):
        list(state_unguessable_per_flow.judge(ClientEvidence(visits=(again,))))


def test_a_redirect_uri_that_was_not_sent_need_not_be_repeated() -> None:
    bare = exchange("authorize", f"{MOCK}/authorize?state=s1")
    evidence = ClientEvidence(visits=(visit(bare, LANDED, ISSUED, honest=True),))

    assert not any(isinstance(i, Finding) for i in redirect_repeated_at_token.judge(evidence))


def test_a_store_that_nobody_wrote_to_is_not_judged() -> None:
    store = Store(path="kept", files=3, changed=False)

    with pytest.raises(Blocked, match="wrote nothing to kept"):
        list(secrets_encrypted_at_rest.judge(ClientEvidence(visits=(visit(ISSUED),), store=store)))
    with pytest.raises(Blocked, match="--store"):
        list(secrets_encrypted_at_rest.judge(ClientEvidence(visits=(visit(ISSUED),))))


def test_a_client_that_always_logs_in_twice_may_do_so_after_a_dead_refresh() -> None:
    dead = exchange(
        "refresh", f"{MOCK}/token", Response(status=400, body=b'{"error": "invalid_grant"}')
    )
    logins = [exchange("authorize", f"{MOCK}/authorize?state=s{n}") for n in range(2)]

    assert said("one-login", visit(AUTHORIZE, dead, *logins)) == ["broken"]
    assert said("one-login", visit(AUTHORIZE, dead, *logins, usual_logins=2)) == ["seen"]
