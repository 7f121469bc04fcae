"""Validating OpenAPI documents: closed, and within a budget."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from mockauth.checks import openapi as checks
from mockauth.checks.evidence import Evidence
from mockauth.engine.result.verdict import judge
from mockauth.manifest import validation
from mockauth.manifest.openapi import read_openapi
from mockauth.manifest.validation import validate

ONE: dict[str, Any] = {
    "/one": {"get": {"operationId": "one", "responses": {"200": {"description": ""}}}}
}
HEAD: dict[str, Any] = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": ONE}
OUTSIDE = [
    "file:///etc/hostname", "FILE:///etc/hostname", "file:/etc/hostname", "file://localhost/etc/x",
    "http://127.0.0.1:9/x", "HTTP://127.0.0.1:9/x#/a", "https://127.0.0.1:9/x", "//127.0.0.1:9/x",
    "ftp://127.0.0.1:9/x", "jar:file:///etc/x!/y", "data:application/json,{}", "gopher://h/",
    "../x.json", "/etc/hostname", "x.json#/a", "etc/hostname", "?x", "urn:x:y", "\\\\host\\share",
]  # fmt: skip

WATCHED = """
import json, sys
seen = []
def watch(event, arguments):
    if event in ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "os.listdir",
                 "subprocess.Popen", "os.system", "import"):
        seen.append((event, str(arguments[0])))
from mockauth.manifest.validator import problems_of
documents = json.load(sys.stdin)
plain = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
    "parameters": [{"name": "a", "in": "query", "schema": {"default": 1}}], "responses": {}}}}}
for version in ("3.0.1", "3.1.0"):
    list(problems_of({**plain, "openapi": version}))  # what is imported late is imported now
sys.addaudithook(watch)
for document in documents:
    list(problems_of(document))
library = (sys.prefix, sys.base_prefix)
print(json.dumps([s for s in seen if s[0] != "import" and not s[1].startswith(library)]))
"""


def places(ref: str) -> list[dict[str, Any]]:
    """A document for each place that can name another one."""
    at = {"$ref": ref}
    answer = {"description": "d"}

    def operation(**members: Any) -> dict[str, Any]:
        return {**HEAD, "paths": {"/a": {"get": {"responses": {"200": answer}, **members}}}}

    def schema(value: Any) -> dict[str, Any]:
        return {**HEAD, "components": {"schemas": {"s": value}}}

    based = {"$id": "http://127.0.0.1:9/base/", "allOf": [{"$ref": "other"}, at]}
    documents = [
        {**HEAD, "paths": {"/a": at}},
        operation(parameters=[at]),
        operation(requestBody=at),
        operation(responses={"200": at}),
        operation(responses={"200": {**answer, "headers": {"x": at}, "links": {"l": at}}}),
        operation(responses={"200": {**answer, "content": {"a/b": {"schema": at}}}}),
        operation(responses={"200": {**answer, "content": {"a/b": {"examples": {"e": at}}}}}),
        operation(
            responses={
                "200": {**answer, "content": {"a/b": {"examples": {"e": {"externalValue": ref}}}}}
            }
        ),
        operation(callbacks={"c": at}),
        operation(callbacks={"c": {"{$request.body#/x}": at}}),
        operation(externalDocs={"url": ref}),
        schema(at),
        schema({"items": at}),
        schema({"properties": {"p": at}}),
        schema({"not": at}),
        schema({"additionalProperties": at}),
        schema({"default": 1, **at}),
        schema({"allOf": [at], "default": {"a": 1}}),
        schema({"$dynamicRef": ref}),
        schema({"$recursiveRef": ref}),
        schema({"$schema": ref}),
        schema({"$id": ref, **at}),
        schema(based),
        schema({"$id": ref, "$anchor": "x", "$ref": "#x"}),
        schema({"discriminator": {"propertyName": "p", "mapping": {"a": ref}}, "oneOf": [at]}),
        {**HEAD, "components": {"securitySchemes": {"s": at}, "links": {"l": at}}},
        {**HEAD, "jsonSchemaDialect": ref},
        {**HEAD, "$schema": ref, "$id": ref},
        {**HEAD, "webhooks": {"w": at}},
        {**HEAD, "servers": [{"url": ref}]},
    ]
    return [{**d, "openapi": version} for d in documents for version in ("3.0.1", "3.1.0")]


def test_no_reference_opens_a_file_or_a_socket() -> None:
    documents = [document for ref in OUTSIDE for document in places(ref)]

    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", WATCHED],
        input=json.dumps(documents).encode(),
        capture_output=True,
        check=True,
        timeout=300,
    )

    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("ref", OUTSIDE)
def test_a_reference_that_leads_out_of_the_document_is_named(ref: str) -> None:
    content = {"a/b": {"schema": {"$ref": ref}}}
    answer = {"description": "d", "content": content}
    asked = {"requestBody": answer, "responses": {"200": {"description": "d"}}}
    for operation, state in ((asked, "fail"), ({"responses": {"200": answer}}, "warn")):
        document = {**HEAD, "paths": {"/a": {"get": operation}}}
        text = json.dumps(document).encode()

        found = judge(checks.valid, Evidence(openapi=read_openapi(text, "")))

        assert found.state == state
        assert any("leads out of the document" in finding.actual for finding in found.findings)


def chain(levels: int) -> dict[str, Any]:
    """Schemas that name the next one twice: two to the power of `levels` once written out."""
    twice = {
        f"s{i}": {"allOf": [{"$ref": f"#/components/schemas/s{i + 1}"}] * 2} for i in range(levels)
    }
    return {**HEAD, "components": {"schemas": {**twice, f"s{levels}": {"type": "object"}}}}


def test_a_document_that_asks_for_too_much_is_blocked_not_passed_nor_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validation, "SECONDS", 1)
    document = read_openapi(json.dumps(chain(40)).encode(), "")
    began = time.monotonic()

    found = judge(checks.valid, Evidence(openapi=document))

    assert (found.state, found.actual) == ("blocked", "it could not be validated within 1 s")
    assert time.monotonic() - began < 10


def test_what_was_found_before_the_time_ran_out_stands() -> None:
    document = {**chain(40), "servers": "nowhere"}

    found = validate(document, seconds=8)

    assert [problem.pointer for problem in found.problems] == ["/servers"]
    assert "8 s" in found.unfinished


def test_a_document_that_asks_for_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource")
    if sys.platform != "linux":
        pytest.skip("this system does not limit the memory of a process")
    monkeypatch.setattr(validation, "MEGABYTES", 20)

    assert validate(chain(40), seconds=20).unfinished != ""


@pytest.mark.parametrize("version", ["3.0.1", "3.1.0"])
@pytest.mark.parametrize("name", ["default", "example", "examples", "const", "enum"])
def test_no_regular_expression_of_the_document_is_run(version: str, name: str) -> None:
    value: Any = "a" * 60 + "!"
    schema: dict[str, Any] = {"type": "string", "pattern": "^(a+)+$"}
    schema[name] = [value] if name in ("examples", "enum") else value
    document = {**HEAD, "openapi": version, "components": {"schemas": {"s": schema}}}
    began = time.monotonic()

    validate(document)

    assert time.monotonic() - began < 5


def test_the_process_finds_what_is_found_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {**HEAD, "paths": {"/a": {"get": {"responses": {"200": {}}}}, "b": {}}}
    here = validate(document)
    monkeypatch.setattr(validation, "MOST_IN_PROCESS", 0)

    assert sorted(validate(document).problems, key=str) == sorted(here.problems, key=str)
    assert here.problems


def test_the_process_is_not_told_the_secrets_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKAUTH_PASSWORD", "a-password")

    assert not [name for name in validation._environment() if name.startswith("MOCKAUTH")]


def test_a_schema_that_holds_itself_is_no_mistake() -> None:
    me = {"$ref": "#/components/schemas/s"}
    schema = {"type": "object", "properties": {"p": me, "q": {"type": "array", "items": me}}}

    assert validate({**HEAD, "components": {"schemas": {"s": schema}}}) == validation.Validation()


def test_a_slip_in_a_nested_schema_is_named_once_with_the_words_that_are_allowed() -> None:
    schema = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "int"}}}}

    found = validate({**HEAD, "components": {"schemas": {"s": schema}}}).problems

    assert [(one.pointer, one.fix) for one in found] == [
        ("/components/schemas/s/items/properties/id/type", "Write integer.")
    ]
    assert "integer" in found[0].wanted
