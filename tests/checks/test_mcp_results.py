import json
from typing import Any

import pytest

from mockauth.chatgpt.mcp import Message, opening, rpc_request
from mockauth.checks.evidence import Evidence
from mockauth.checks.mcp_results import results_well_formed
from mockauth.engine.result.result import State
from mockauth.engine.result.verdict import conclude
from mockauth.manifest.mcp import McpService
from mockauth.wire import Exchange, Response, Trace

URL = "http://localhost:8000/mcp"
OLD, NEW = "2025-11-25", "2026-07-28"
TOOL = {"name": "a", "inputSchema": {"type": "object"}}
WHOLE = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
HELLO = {
    "protocolVersion": OLD,
    "capabilities": {},
    "serverInfo": {"name": "a", "version": "1"},
}
LIST_OLD = Message(method="tools/list", revision=OLD)
LIST_NEW = Message(method="tools/list", revision=NEW)
CALL_NEW = Message(method="tools/call", params={"name": "a"}, revision=NEW)


def state_of(message: Message, result: Any, media_type: str = "application/json") -> State:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
    if media_type == "text/event-stream":
        body = b"event: message\ndata: " + body + b"\n\n"
    answer = Response(status=200, headers=(("Content-Type", media_type),), body=body)
    return state_at(message, answer)


def state_at(message: Message, answer: Response) -> State:
    trace = Trace()
    trace.add(Exchange(step="rpc", request=rpc_request(URL, message), response=answer))
    evidence = Evidence(trace=trace, mcp=McpService(url=URL))
    rule = results_well_formed
    return conclude(rule.rule, "must", rule.judge(evidence)).state


@pytest.mark.parametrize(
    ("message", "result", "state"),
    [
        (opening(OLD), HELLO, "pass"),
        (opening(OLD), HELLO | {"instructions": "hello"}, "pass"),
        (opening(OLD), HELLO | {"serverInfo": {"name": "a"}}, "fail"),
        (opening(OLD), {"protocolVersion": OLD}, "fail"),
        (opening(NEW), {"supportedVersions": [NEW], "capabilities": {}, **WHOLE}, "pass"),
        (opening(NEW), {"supportedVersions": NEW, "capabilities": {}, **WHOLE}, "fail"),
        (LIST_OLD, {"tools": [TOOL]}, "pass"),
        (LIST_OLD, {"tools": []}, "pass"),
        (LIST_OLD, {"tools": [{"name": "a"}]}, "fail"),
        (LIST_OLD, {"tools": {"a": TOOL}}, "fail"),
        (LIST_OLD, {"tools": [{"name": "a", "inputSchema": {}}]}, "pass"),
        (LIST_OLD, {"tools": [{"name": "a", "inputSchema": {"type": "string"}}]}, "fail"),
        (LIST_OLD, [TOOL], "fail"),
        (LIST_OLD, None, "fail"),
        (CALL_NEW, "done", "fail"),
        (LIST_NEW, {"tools": [TOOL], **WHOLE}, "pass"),
        (LIST_NEW, {"tools": [TOOL]}, "warn"),
        (CALL_NEW, {"content": [], **WHOLE}, "pass"),
        (CALL_NEW, {"resultType": "input_required", "requestState": "x"}, "pass"),
        (Message(method="tools/call", revision=OLD), {"structuredContent": {}}, "pass"),
    ],
)
def test_a_result_has_what_its_method_needs(message: Message, result: Any, state: State) -> None:
    assert state_of(message, result) == state


def test_an_error_is_no_result() -> None:
    body = b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "no"}}'
    answer = Response(status=200, headers=(("Content-Type", "application/json"),), body=body)

    assert state_at(LIST_OLD, answer) == "blocked"


@pytest.mark.parametrize(
    ("media_type", "state"),
    [
        ("application/json; charset=utf-8", "pass"),
        ("text/event-stream", "pass"),
        ("text/plain", "fail"),
        ("application/x-ndjson", "fail"),
    ],
)
def test_a_result_is_json_or_an_event(media_type: str, state: State) -> None:
    assert state_of(LIST_OLD, {"tools": [TOOL]}, media_type) == state
