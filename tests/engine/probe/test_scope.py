"""Which scope is asked for to learn whether the API looks at scopes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe.scope import (
    UNKNOWN,
    Narrow,
    narrow_by_trying,
    narrow_scope,
    part_of_scope,
    token_with,
    wide_scope,
)
from mockauth.engine.target.subject import Subject
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.plugin.behaviour import Behaviour
from tests.engine.probe.test_form_tampering import subject_of


def knowing(subject: Subject, **facts: Any) -> Subject:
    """Another subject of which this is known as well."""
    return replace(subject, target=replace(subject.target, **facts))


def with_scope(subject: Subject, scope: str) -> Subject:
    assert subject.target.client is not None
    client = subject.target.client
    return knowing(subject, client=replace(client, auth=replace(client.auth, scope=scope)))


def document(**scopes: list[str]) -> OpenApi:
    paths: dict[str, Any] = {
        f"/{name}": {"get": {"security": [{"oauth": words}]}} for name, words in scopes.items()
    }
    text = json.dumps({"openapi": "3.0.1", "info": {}, "paths": paths})
    return read_openapi(text.encode(), "http://localhost:5000/openapi.json")


@pytest.fixture(scope="module")
def signed_in() -> Subject:
    return subject_of()


@pytest.mark.parametrize(
    ("declared", "part", "wide"),
    [
        ("todos:read", "todos:read", f"todos:read {UNKNOWN}"),
        ("a b", "a", "a b"),
        ("a b offline_access", "a offline_access", "a b offline_access"),
        ("a offline_access", "a offline_access", f"a offline_access {UNKNOWN}"),
    ],
)
def test_parts_of_the_declared_scope(
    signed_in: Subject, declared: str, part: str, wide: str
) -> None:
    subject = with_scope(signed_in, declared)
    assert (part_of_scope(subject), wide_scope(subject)) == (part, wide)


def test_where_no_scope_is_declared_there_is_none_to_widen(signed_in: Subject) -> None:
    subject = with_scope(signed_in, "")
    assert part_of_scope(subject) == ""
    with pytest.raises(NotApplicable, match="declares no scope"):
        wide_scope(subject)


@pytest.mark.parametrize("declared", ["", "todos:read"])
def test_fewer_than_two_scopes_cannot_be_told_apart(signed_in: Subject, declared: str) -> None:
    with pytest.raises(NotApplicable, match="fewer than two scopes"):
        narrow_scope(with_scope(signed_in, declared))


def test_the_document_says_which_scope_an_operation_needs(signed_in: Subject) -> None:
    subject = with_scope(knowing(signed_in, openapi=document(x=["write"])), "read write")
    found = narrow_scope(subject)
    assert (found.scope, found.operation.path) == ("read", "/x")


def test_an_option_comes_before_the_document(signed_in: Subject) -> None:
    given = replace(signed_in.target.given, narrow_scope="read")
    found = narrow_scope(knowing(signed_in, given=given))
    assert (found.scope, found.operation) == ("read", signed_in.target.operation)


def test_without_an_operation_the_option_is_named(signed_in: Subject) -> None:
    subject = with_scope(knowing(signed_in, openapi=None, operation=None), "a b")
    with pytest.raises(Blocked) as blocked:
        narrow_scope(subject)
    assert blocked.value.by_option == "--operation"


def test_a_token_for_one_scope_is_asked_for_and_granted() -> None:
    subject = subject_of()
    token = token_with(subject, "todos:read")
    assert token
    assert subject.driver.trace.exchanges[-1].answer.members["scope"] == "todos:read"


def test_a_scope_that_is_refused_gives_no_token() -> None:
    assert token_with(subject_of(), UNKNOWN) == ""


def test_a_server_that_grants_another_scope_does_not_narrow() -> None:
    with pytest.raises(NotApplicable, match="does not narrow"):
        token_with(subject_of(Behaviour(unknown_scope="ignored")), f"todos:read {UNKNOWN}")


def test_what_was_tried_once_is_not_tried_again() -> None:
    subject = knowing(subject_of(), openapi=None)
    assert subject.target.operation is not None
    subject.found[narrow_by_trying] = Narrow("todos:write", subject.target.operation)
    before = len(subject.driver.trace)
    assert narrow_scope(subject).scope == "todos:write"
    assert len(subject.driver.trace) == before


def test_scopes_that_each_open_the_operation_block_and_name_the_option() -> None:
    subject = knowing(subject_of(), openapi=None)
    subject.found[narrow_by_trying] = None
    with pytest.raises(Blocked) as blocked:
        narrow_scope(subject)
    assert blocked.value.by_option == "--narrow-scope"
