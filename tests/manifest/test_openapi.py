"""The OpenAPI reader and its checks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockauth.checks import openapi as checks
from mockauth.checks.evidence import Evidence
from mockauth.checks.registry import Check
from mockauth.engine.result.result import Result, State
from mockauth.engine.result.verdict import judge
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.manifest.plugin import read_manifest
from mockauth.profiles import ACTION, PLUGIN
from mockauth.wire import Exchange, Request, Response, Trace

HERE = "https://example.com/openapi.yaml"
ANSWER: dict[str, Any] = {"responses": {"200": {"description": "done"}}}
HEAD = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\n"


def read(members: dict[str, Any]) -> OpenApi:
    """The document with these members besides the head."""
    head = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}
    return read_openapi(json.dumps({**head, **members}).encode(), HERE)


ONE = "paths:\n  /a:\n    get:\n      operationId: a\n      responses: {'200': {description: d}}\n"


def judged(check: Check, document: OpenApi | None, **more: Any) -> Result:
    """The verdict of one check on one document, served by a public host."""
    manifest = read_manifest(b'{"api": {}}', "https://example.com/.well-known/ai-plugin.json")
    given: dict[str, Any] = {"target": "https://example.com", "manifest": manifest, **more}
    return judge(check, Evidence(openapi=document, **given))


def bomb(levels: int) -> str:
    """A small YAML text whose aliases stand for nine to the power of `levels` values."""
    lines = ["x-0: &a0 [1, 1]"]
    lines += [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def merge_bomb() -> str:
    """A small YAML text that merges a large mapping many times."""
    large = "".join(f"  k{i}: 1\n" for i in range(1_000))
    return f"b: &b\n{large}" + "".join(f"x{i}: {{<<: *b}}\n" for i in range(200))


def test_the_first_safe_operation_without_required_parameters_is_chosen() -> None:
    needed = {"name": "q", "in": "query", "required": True}
    document = read(
        {
            "paths": {
                "/new": {"post": {"operationId": "create"}},
                "/things/{id}": {"get": {"operationId": "undeclared"}},
                "/shared": {"parameters": [needed], "get": {"operationId": "shared"}},
                "/own": {"get": {"operationId": "own", "parameters": [needed]}},
                "/ref": {
                    "get": {"operationId": "ref", "parameters": [{"$ref": "#/components/a~1b"}]}
                },
                "/free": {
                    "get": {"operationId": "free", "parameters": [{"name": "q", "in": "query"}]}
                },
                "/later": {"get": {"operationId": "later"}},
            },
            "components": {"a/b": {"$ref": "#/components/c"}, "c": needed},
        }
    )
    assert {operation.id: operation.required for operation in document.operations} == {
        "create": (),
        "undeclared": ("path:id",),
        "shared": ("query:q",),
        "own": ("query:q",),
        "ref": ("query:q",),
        "free": (),
        "later": (),
    }
    chosen = document.operation()
    assert chosen is not None
    assert chosen.id == "free"


def test_an_operation_is_found_by_id_by_path_and_by_method_and_path() -> None:
    document = read({"paths": {"/a": {"get": {}, "post": {"operationId": "make"}}}})
    for wanted, method in (("make", "POST"), ("POST /a", "POST"), ("/a", "GET")):
        found = document.operation(wanted)
        assert found is not None
        assert found.method == method
    assert document.operation("other") is None
    assert read({"paths": {"/a": {"post": {}}}}).operation() is None


def test_an_operations_own_parameter_stands_in_for_the_paths() -> None:
    shared = [{"name": "q", "in": "query", "required": True}]
    own = [{"name": "q", "in": "query", "required": False}]
    document = read({"paths": {"/a": {"parameters": shared, "get": {"parameters": own}}}})
    assert document.operations[0].required == ()


@pytest.mark.parametrize(
    ("everywhere", "own", "is_open"),
    [
        ([{"o": []}], [], True),
        ([{"o": []}], [{"o": []}, {}], True),
        ([{"o": []}], None, False),
        ([], None, True),
        (None, None, False),
        ([], [{"o": []}], False),
    ],
)
def test_the_operations_security_goes_before_the_documents(
    everywhere: object, own: object, is_open: bool
) -> None:
    detail = {} if own is None else {"security": own}
    members: dict[str, Any] = {"paths": {"/a": {"get": detail}}}
    members |= {} if everywhere is None else {"security": everywhere}
    assert read(members).operations[0].is_open is is_open


@pytest.mark.parametrize(
    ("servers", "read_as", "base"),
    [
        ([], (), "https://example.com"),
        ([{"url": "/v1/"}], ("https://example.com/v1",), "https://example.com/v1"),
        (
            [{"url": "https://other.test"}, {"url": "https://api.example.com/v2"}],
            ("https://other.test", "https://api.example.com/v2"),
            "https://api.example.com/v2",
        ),
        (
            [{"url": "https://{zone}.example.com", "variables": {"zone": {"default": "eu"}}}],
            ("https://eu.example.com",),
            "https://eu.example.com",
        ),
        ([{"url": "https://other.test"}], ("https://other.test",), "https://example.com"),
        ([{"url": "https://[broken"}, {"url": 3}, "x"], (), "https://example.com"),
        ({"url": "https://api.example.com"}, (), "https://example.com"),
    ],
)
def test_calls_go_to_the_first_server_on_the_domain(
    servers: object, read_as: tuple[str, ...], base: str
) -> None:
    document = read({"servers": servers})
    assert document.servers == read_as
    assert document.base_url("example.com") == base


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"openapi: 3.0.1\ninfo: {title: [\n", "the file ends in the middle"),
        (b"openapi: 3.0.1\n\tinfo: x\n", "a tab"),
        (b"a: *nowhere\n", "begins with *"),
        (b"a: !!bool perhaps\n", "no YAML: KeyError"),
        (b"a: !!timestamp never\n", "no YAML: AttributeError"),
        (b"a: 2023-13-45\n", "no YAML: ValueError"),
        (b"a: !!python/object:os.system x\n", "could not determine a constructor"),
        (b"- a\n- b\n", "no object at the top level"),
        (b"", "the file is empty"),
        (b" <html>", "HTML or XML"),
        (b"a: \xff", "not UTF-8"),
        (b'{"a": ' * 50_000, "nested deeper"),
        (b"[" * 50_000, "nest"),
        (b"{a: [], b: " * 50_000, "nested deeper"),
        ((HEAD + bomb(12)).encode(), "YAML aliases that grow"),
        (b"a: &a\n  b: *a\n", "YAML aliases that grow"),
        (b"a: &a {b: 1, <<: *a}\n", "no YAML"),
        (b"a: 1" + b":1" * 400_000, "a number of 800001 digits"),
        (b"a: 1" + b":1" * 400_000 + b".5", "a number of 800003 digits"),
        (b"a: !!int '1" + b":1" * 400_000 + b"'", "a number of 800001 digits"),
        (b"a: 0x" + b"f" * 400_000, "a number of 400002 digits"),
        (b'{"a": ' + b"9" * 400_000 + b"}", "a number of 400000 digits"),
        (b"".join(b"%x: 0\n" % i for i in range(200_000)), "more than 150000 keys"),
        (b"- " * 50_000, "nested deeper"),
        (b"? " * 50_000, "nest"),
        (merge_bomb().encode(), "YAML merge keys that grow"),
        (b'{"a":[' + b"0," * 600_000 + b"0]}", "more than 500000 values"),
    ],
)
def test_what_cannot_be_read_is_named_never_raised(text: bytes, problem: str) -> None:
    document = read_openapi(text, HERE)
    assert document.data is None
    assert document.problem is not None
    assert problem in document.problem.reason


def test_a_few_yaml_aliases_are_fine() -> None:
    document = read_openapi((HEAD + bomb(2)).encode(), HERE)
    assert document.problem is None


def test_yaml_numbers_and_dates_are_read_as_json_would_hold_them() -> None:
    text = (
        "openapi: 3.0.1\ninfo: {title: t, version: 2023-05-01}\n"
        "paths:\n  /a:\n    get:\n      responses:\n        200: {description: done}\n"
    )
    document = read_openapi(text.encode(), HERE)
    assert document.data is not None
    assert document.data["info"]["version"] == "2023-05-01"
    assert judged(checks.valid, document).state == "pass"


@pytest.mark.parametrize(
    ("text", "state", "at"),
    [
        (HEAD + ONE, "pass", ""),
        (HEAD.replace("3.0.1", "3.1.0") + ONE, "pass", ""),
        (HEAD + "paths: {}\n", "fail", "/paths"),
        (HEAD, "fail", ""),
        (HEAD + "paths: {/a: {description: x}}\n", "fail", "/paths"),
        ("swagger: '2.0'\n", "fail", "/openapi"),
        ("a: 1\n", "fail", "/openapi"),
        ("openapi: 3.0.1\ninfo: {title: t}\n" + ONE, "warn", "/info"),
        (HEAD + ONE.replace("/a", "/a/{id}"), "fail", "/paths/~1a~1{id}/get"),
        (
            HEAD + ONE.replace("{'200'", "{'200': {$ref: '#/x'}, '201'"),
            "warn",
            "/paths/~1a/get/responses/200/$ref",
        ),
        (
            HEAD + ONE + "      parameters: [{$ref: '#/x'}]\n",
            "fail",
            "/paths/~1a/get/parameters/0/$ref",
        ),
        (
            HEAD + ONE + "      requestBody: {content: {a/b: {schema: {$ref: 'x.yaml'}}}}\n",
            "fail",
            "/paths/~1a/get/requestBody/content/a~1b/schema/$ref",
        ),
        (HEAD + ONE + "      externalDocs: https://e.com\n", "warn", "/paths/~1a/get/externalDocs"),
        (
            HEAD + ONE + "      parameters: [{name: a, in: query, schema: {type: float}}]\n",
            "warn",
            "/paths/~1a/get/parameters/0/schema/type",
        ),
        (
            HEAD + ONE + "      parameters: [{name: a, in: query, schema: {required: true}}]\n",
            "warn",
            "/paths/~1a/get/parameters/0/schema/required",
        ),
        (HEAD + "paths:\n  /a:\n    get:\n      responses: {'200': {}}\n", "warn", None),
        (HEAD + "paths: [", "fail", ""),
    ],
)
def test_a_document_is_valid_openapi_3(text: str, state: State, at: str | None) -> None:
    result = judged(checks.valid, read_openapi(text.encode(), HERE))
    assert result.state == state
    assert at is None or result.at == at


def test_an_alias_bomb_fails_quickly() -> None:
    text = HEAD + "paths:\n  /a:\n    get:\n      parameters: *a9\n"
    result = judged(checks.valid, read_openapi((bomb(9) + text).encode(), HERE))
    assert result.state == "fail"


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [(200, b"openapi: 3.0.1", "pass"), (404, b"", "fail"), (200, b" <!DOCTYPE html>", "fail")],
)
def test_the_document_is_served(status: int, body: bytes, state: State) -> None:
    trace = Trace()
    request = Request(method="GET", url=HERE)
    response = Response(status=status, body=body)
    trace.add(Exchange(step="openapi", request=request, response=response))
    assert judged(checks.served, None, trace=trace).state == state
    assert judged(checks.served, None).state == "blocked"


def test_without_a_document_nothing_is_judged() -> None:
    assert judged(checks.valid, None).state == "blocked"
    assert judged(checks.valid, None, target="").state == "n/a"


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://example.com", "pass"),
        ("https://api.example.com", "pass"),
        ("/v1", "pass"),
        ("https://badexample.com", "fail"),
    ],
)
def test_the_first_server_is_on_the_domain(url: str, state: State) -> None:
    document = read({"servers": [{"url": url}]})
    assert judged(checks.server_on_domain, document).state == state
    # The names in the manifest are judged wherever the server under test is.
    local = judged(checks.server_on_domain, document, target="http://localhost:5000")
    assert local.state == state
    here = read_openapi(b"openapi: 3.0.1", "http://localhost:5000/openapi.yaml")
    assert judged(checks.server_on_domain, here, manifest=None).state == "n/a"


@pytest.mark.parametrize(
    ("paths", "state", "at"),
    [
        ("/a: {get: {operationId: a}, post: {operationId: b}}", "pass", ""),
        ("/a: {get: {operationId: a}, post: {operationId: a}}", "fail", "/paths/~1a/post/operationId"),
        ("/a: {get: {operationId: a}, post: {}}", "fail", "/paths/~1a/post"),
        ("/a: {get: {operationId: ' '}}", "fail", "/paths/~1a/get"),
    ],
)  # fmt: skip
def test_every_operation_has_an_id_of_its_own(paths: str, state: State, at: str) -> None:
    document = read_openapi(f"{HEAD}paths: {{{paths}}}".encode(), HERE)
    result = judged(checks.operation_ids_unique, document)
    assert (result.state, result.at) == (state, at)


@pytest.mark.parametrize(
    ("text", "state", "at"),
    [
        ("paths: {/a: {get: {x: 1}, post: {x: 1}}, /b: {get: {x: 1}}}", "pass", ""),
        ("paths:\n  /a: {get: {}}\n  /a: {post: {}}\n", "fail", "/paths/~1a"),
        ("paths:\n  /a:\n    get: {}\n    get: {}\n", "fail", "/paths/~1a/get"),
        ("paths: {}\npaths: {}\n", "fail", "/paths"),
        ("paths: {/a: {get: {x: 1, x: 2}}}", "warn", "/paths/~1a/get/x"),
        ('{"paths": {"/a": {"get": {}, "post": [{"a": 1}, {"a": 2}], "get": {}}}}', "fail",
         "/paths/~1a/get"),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_named(text: str, state: State, at: str) -> None:
    result = judged(checks.keys_once, read_openapi(text.encode(), HERE))
    assert (result.state, result.at) == (state, at)


def test_what_is_not_listed_is_said_not_cut_in_silence() -> None:
    paths = "".join(f"  /p{i}: {{get: {{summary: s}}}}\n" for i in range(101))
    document = read_openapi(f"{HEAD}paths:\n{paths}".encode(), HERE)
    findings = judged(checks.operation_ids_unique, document).findings
    assert len(findings) == 101
    assert findings[-1].actual == "more than the 100 that are listed"


def test_texts_keep_the_limits_of_each_profile() -> None:
    parameter = {"name": "q", "in": "query", "description": "x" * 201}
    detail = {**ANSWER, "summary": "x" * 201, "parameters": [parameter]}
    document = read({"paths": {"/a/b": {"get": detail}}})
    result = judged(checks.text_limits, document, profile=PLUGIN)
    assert result.state == "warn"
    assert [finding.at for finding in result.findings] == [
        "/paths/~1a~1b/get/summary",
        "/paths/~1a~1b/get/parameters/0/description",
    ]
    assert judged(checks.text_limits, document, profile=ACTION).state == "pass"


@pytest.mark.parametrize(
    ("name", "required", "state"),
    [("X-Key", True, "fail"), ("X-Key", False, "pass"), ("Authorization", True, "pass")],
)
def test_no_operation_requires_a_header_of_its_own(name: str, required: bool, state: State) -> None:
    header = {"name": name, "in": "header", "required": required}
    document = read({"paths": {"/a": {"get": {"parameters": [header]}}}})
    result = judged(checks.no_required_custom_headers, document, profile=ACTION)
    assert result.state == state


def test_what_the_reader_makes_of_a_document_stays_small() -> None:
    long = "n" * 100_000
    shared = {"name": long, "in": "query", "required": True}
    variables = {f"a{i}": {"default": f"{{a{i + 1}}}{{a{i + 1}}}"} for i in range(60)}
    document = read(
        {
            "servers": [{"url": "https://h/{a0}", "variables": variables}, {"url": "/v1"}],
            "components": {"parameters": {"p": shared}},
            "paths": {
                **{
                    f"/{i}": {"get": {"parameters": [{"$ref": "#/components/parameters/p"}]}}
                    for i in range(100)
                },
                "/" + "{" * 100_000: {"get": {}},
                "/" + "p" * 100_000: {"get": {}},
            },
        }
    )

    assert document.servers == ("https://example.com/v1",)
    assert len(document.operations) == 100
    assert sum(len(name) for o in document.operations for name in o.required) < 50_000


def test_values_that_json_does_not_have_become_ones_that_it_has() -> None:
    text = HEAD + "x-s: !!set {a}\nx-b: !!binary aGk=\nx-o: !!omap [a: 1]\nx-d: 2023-01-01\n"
    document = read_openapi(text.encode(), HERE)

    assert document.data is not None
    assert json.loads(json.dumps(document.data)) == document.data


ONE = "{operationId: one, responses: {'200': {description: d}}}"
PARAMETER = "[{name: id, in: path, required: true, schema: {type: string}}]"


@pytest.mark.parametrize(
    ("text", "state", "at", "fix"),
    [
        (f"paths:\n  /a:\n    GET: {ONE}\n", "fail", "/paths/~1a/GET", "Write get"),
        (f"paths:\n  /a:\n    gets: {ONE}\n", "fail", "/paths/~1a/gets", "Write get"),
        ("paths:\n  /a:\n    get:\n", "fail", "/paths/~1a/get", "Indent"),
        (f"path:\n  /a:\n    get: {ONE}\n", "fail", "/path", "Rename path to paths"),
        (f"paths:\n/a:\n  get: {ONE}\n", "fail", "/paths", "Indent every path"),
        (f"paths:\n  a:\n    get: {ONE}\n", "warn", "/paths/a", "Write the /"),
        (f"paths:\n  '/a/{{id':\n    get: {ONE}\n", "fail", "/paths/~1a~1{id", "bracket"),
        (f"paths:\n  /a/:id:\n    get: {ONE}\n", "warn", "/paths/~1a~1:id", "Write {id}"),
        (
            f"paths:\n  '/{{id}}/{{id}}':\n    parameters: {PARAMETER}\n    get: {ONE}\n",
            "warn",
            "/paths/~1{id}~1{id}",
            "its own name",
        ),
        (
            "paths:\n  /a:\n    post: {operationId: a, requestBody: {$ref: '#/components/X'},"
            " responses: {'200': {description: d}}}\ncomponents: {requestBodies: {X: {content: {}}}}",
            "fail",
            "/paths/~1a/post/requestBody/$ref",
            "Write #/components/requestBodies/X",
        ),
    ],
)
def test_one_slip_in_a_document_is_one_finding(text: str, state: State, at: str, fix: str) -> None:
    openapi = read_openapi((HEAD + text).encode(), HERE)
    (finding,) = (result := judge(checks.valid, Evidence(openapi=openapi))).findings
    assert (result.state, finding.at) == (state, at)
    assert fix in finding.fix


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://api.todo.dev/v1", "pass"),
        ("HTTPS://api.todo.dev", "pass"),
        ("/v1", "pass"),
        ("v1", "pass"),
        ("", "warn"),
        ("https://api.example.com", "warn"),
        ("api.todo.dev", "fail"),
        ("api.todo.dev/v1", "fail"),
        ("https://{tenant}.todo.dev", "fail"),
        ("https://https://todo.dev", "fail"),
        ("PLUGIN_HOSTNAME", "fail"),
        ("https:\\\\\\\\todo.dev", "fail"),
    ],
)
def test_every_server_can_be_called(url: str, state: State) -> None:
    text = f"{HEAD}servers: [{{url: '{url}'}}]\npaths: {{/a: {{get: {ONE}}}}}\n"
    openapi = read_openapi(text.encode(), HERE)
    assert judge(checks.servers_usable, Evidence(openapi=openapi)).state == state


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0", "3.2.0"])
def test_every_version_of_openapi_3_is_read(version: str) -> None:
    text = HEAD.replace("3.0.1", version) + f"paths: {{/a: {{get: {ONE}}}}}\n"
    openapi = read_openapi(text.encode(), HERE)
    assert judge(checks.valid, Evidence(openapi=openapi)).state == "pass"


def test_an_operation_of_a_path_by_reference_is_called() -> None:
    text = f"{HEAD}paths: {{/a: {{$ref: '#/x-a'}}}}\nx-a: {{get: {ONE}}}\n"
    assert [o.id for o in read_openapi(text.encode(), HERE).operations] == ["one"]


def test_json_with_a_slip_that_yaml_lets_pass_is_told() -> None:
    openapi = read_openapi(b'{"openapi": "3.0.1", "paths": {},\n}', HERE)
    found = judge(checks.valid, Evidence(openapi=openapi)).findings
    assert [(f.line, f.column, f.tolerated) for f in found if f.line] == [(1, 33, True)]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("a:\n  b: 1\n c: 2\n", (3, 2), "indented unlike"),
        ("a:\n\tb: 1\n", (2, 1), "a tab"),
        ("a: x: y\n", (1, 5), "a colon inside a value"),
        ("a:\n  b\n  c: 1\n", (2, 4), "a name without its colon"),
        ("a: 'x\nb: 1\n", (1, 4), "a string that never ends"),
        ("a: 'x\nb: 'y'\n", (1, 4), "closing quote is lost"),
        ("a: @x\n", (1, 4), "begins with @"),
        ('a: "\\q"\n', (1, 5), "a backslash"),
        ("a: 1\n---\nb: 1\n", (2, 1), "a second document"),
        ('{"a": 1\n "b": 2}', (2, 2), "a comma is missing"),
    ],
)
def test_a_slip_of_yaml_is_told_in_plain_words(
    text: str, place: tuple[int, int], reason: str
) -> None:
    problem = read_openapi(text.encode(), HERE).problem
    assert problem is not None
    assert (problem.line, problem.column) == place
    assert reason in problem.reason
    assert problem.fix
