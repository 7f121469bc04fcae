"""An object of the first user, and a call that holds all that a document requires."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from flask import Flask

from mockauth.checks.evidence import Given
from mockauth.checks.finding import Blocked
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.probe.owned_object import owned_url
from mockauth.engine.target.sample_request import filled_path, required_query, sample, sample_body
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.manifest.openapi import read_openapi
from mockauth.profiles import PLUGIN
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets

SITE = "http://localhost"
ONE = {"parameters": [{"name": "todoId", "in": "path", "required": True}]}


def subject_of(
    paths: dict[str, Any], answer: object = None, *, status: int = 200, owned_path: str = ""
) -> Subject:
    app = Flask("api")

    @app.route("/todos")
    def todos() -> tuple[str, int]:
        return json.dumps(answer), status

    document = {"openapi": "3.0.1", "info": {}, "paths": paths}
    return Subject(
        driver=Driver(WsgiTransport(app), Trace(), Secrets()),
        target=Target(
            profile=PLUGIN,
            given=Given(owned_path=owned_path),
            url_map=UrlMap(SITE),
            openapi=read_openapi(json.dumps(document).encode(), f"{SITE}/openapi.json"),
            base_url=SITE,
        ),
    )


PAIR: dict[str, Any] = {"/todos": {"get": {}}, "/todos/{todoId}": {"get": ONE}}


@pytest.mark.parametrize(
    ("answer", "owned"),
    [
        ([{"id": 7}], "7"),
        ([{"todoId": "a/b", "id": 1}], "a%2Fb"),
        ({"todos": [{"title": "x"}, {"uuid": "u-1"}]}, "u-1"),
        ({"data": {"items": [{"_id": "m"}]}}, "m"),
        ({"count": 2, "todos": ["one", "two"]}, "one"),
        ([3, 4], "3"),
        ({"k-1": {"title": "x"}, "k-2": {"title": "y"}}, "k-1"),
        ([{"id": True, "slug": "s"}], "s"),
        ([{"id": "\\1 \\g<0> é"}], "%5C1%20%5Cg%3C0%3E%20%C3%A9"),
    ],
)
def test_the_first_entry_of_a_list_is_an_object_of_the_user(answer: object, owned: str) -> None:
    assert owned_url(subject_of(PAIR, answer)) == f"{SITE}/todos/{owned}"


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"todos": []},
        {"data": {"items": []}},
        {"data": {"items": [], "page": {"next": None}}},
        {"a": {"tags": ["urgent"]}},
        None,
        "text",
        [{"id": ""}, {"id": "x" * 101}, {"id": None}],
    ],
)
def test_a_user_without_objects_blocks_and_names_the_option(answer: object) -> None:
    with pytest.raises(Blocked) as blocked:
        owned_url(subject_of(PAIR, answer))
    assert blocked.value.by_option == "--owned-path"


def test_a_list_that_is_refused_has_no_objects() -> None:
    with pytest.raises(Blocked):
        owned_url(subject_of(PAIR, [{"id": 1}], status=500))


@pytest.mark.parametrize(
    "paths",
    [
        {},
        {"/todos": {"get": {}}},
        {"/todos/{todoId}": {"get": ONE}},
        {"/todos": {"post": {}}, "/todos/{todoId}": {"get": ONE}},
        {"/todos": {"get": {}}, "/todos/{todoId}": {"delete": ONE}},
        {"/todos": {"get": {}}, "/todos/{todoId}/text": {"get": ONE}},
    ],
)
def test_without_a_pair_of_operations_nothing_is_asked(paths: dict[str, Any]) -> None:
    subject = subject_of(paths, [{"id": 1}])
    assert owned_url(subject) == ""
    assert len(subject.driver.trace) == 0


def test_a_path_that_is_given_is_taken_as_it_is() -> None:
    subject = subject_of(PAIR, [{"id": 1}], owned_path="/todos/9?full=1")
    assert owned_url(subject) == f"{SITE}/todos/9?full=1"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "mockauth"),
        ({"type": "integer"}, 1),
        ({"type": ["null", "boolean"]}, True),
        ({"type": "array", "items": {"type": "number"}}, [1]),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": 5}, 5),
        ({"type": "string", "example": "e", "default": "d"}, "e"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"properties": {"a": {"type": "integer"}, "b": {}}}, {"a": 1, "b": "mockauth"}),
        ({"properties": {"a": {}, "b": {}}, "required": ["b", "c", 7]}, {"b": "mockauth"}),
        (
            {
                "allOf": [{"properties": {"a": {}}}, {"$ref": "#/x"}],
                "properties": {"c": {"type": "integer"}},
            },
            {"a": "mockauth", "n": 1, "c": 1},
        ),
        ({}, "mockauth"),
        (None, "mockauth"),
        ({"$ref": "#/nowhere"}, "mockauth"),
    ],
)
def test_a_sample_fits_its_schema(schema: object, value: object) -> None:
    assert sample({"x": {"properties": {"n": {"type": "integer"}}}}, schema) == value


@pytest.mark.parametrize("required", [True, False])
def test_a_schema_that_leads_back_to_itself_stays_small(required: bool) -> None:
    names = [f"p{number}" for number in range(60)]
    node: dict[str, Any] = {"properties": {name: {"$ref": "#/node"} for name in names}}
    if required:
        node["required"] = names
    began = time.thread_time()
    text = json.dumps(sample({"node": node}, {"$ref": "#/node"}))
    assert len(text) < 100_000
    assert time.thread_time() - began < 2


def test_what_is_required_is_filled_in_and_nothing_else() -> None:
    parameters = [
        {"name": "q", "in": "query", "required": True},
        {"name": "page", "in": "query"},
        {"name": "todoId", "in": "path", "required": True},
    ]
    body: dict[str, Any] = {"content": {"application/json": {"schema": {"properties": {"t": {}}}}}}
    paths = {"/todos/{todoId}": {"put": {"parameters": parameters, "requestBody": body}}}
    document = subject_of(paths).target.openapi
    assert document is not None
    (operation,) = document.operations
    assert filled_path(operation, "") == "/todos/1"
    assert filled_path(operation, r"a\1") == r"/todos/a\1"
    assert required_query(operation) == (("q", "1"),)
    assert sample_body(document, operation) == b'{"t": "mockauth"}'
