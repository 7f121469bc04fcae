import json
from typing import Any

import pytest

from mockauth.checks.discovery_resource import (
    prm_authorization_servers,
    prm_found,
    prm_json,
    prm_resource_well_formed,
)
from mockauth.checks.discovery_server import (
    asm_json,
    asm_required_fields,
    grants_listed,
    metadata_public,
)
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.engine.result.verdict import conclude
from mockauth.manifest.mcp import Document, McpService
from mockauth.wire import Exchange, Request, Response, Trace

URL = "http://localhost:8000/mcp"
RESOURCE = {"resource": URL, "authorization_servers": ["http://localhost:8000"]}
SERVER = {
    "issuer": "http://localhost:8000",
    "authorization_endpoint": "http://localhost:8000/authorize",
    "token_endpoint": "http://localhost:8000/token",
    "response_types_supported": ["code"],
}


def evidence(
    resource: dict[str, Any], server: dict[str, Any], revision: str = "", mark: bytes = b""
) -> Evidence:
    trace = Trace()
    for members in (resource, server):
        answer = Response(
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=mark + json.dumps(members).encode(),
        )
        asked = Request(method="GET", url=URL)
        trace.add(Exchange(step="metadata", request=asked, response=answer))
    known = McpService(
        url=URL,
        revision=revision,
        resources=(Document(url=URL, data=resource, exchange=1),),
        asked_resources=(1,),
        servers=(Document(url=URL, data=server, exchange=2),),
        asked_servers=(2,),
    )
    return Evidence(trace=trace, mcp=known)


def judged(rule: Check, **changes: Any) -> Finding | Seen:
    of_resource = {n: v for n, v in changes.items() if n in ("resource", "authorization_servers")}
    of_resource |= {n: v for n, v in changes.items() if n.startswith(("scopes", "bearer"))}
    of_server = {n: v for n, v in changes.items() if n not in of_resource}
    [found] = rule.judge(evidence(RESOURCE | of_resource, SERVER | of_server))
    return found


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (prm_json, {"scopes_supported": "todos:read"}),
        (prm_json, {"scopes_supported": ["todos:read", 7]}),
        (prm_json, {"bearer_methods_supported": "header"}),
        (asm_json, {"grant_types_supported": "authorization_code"}),
        (asm_json, {"token_endpoint": ["http://localhost:8000/token"]}),
        (asm_json, {"client_id_metadata_document_supported": "true"}),
        (grants_listed, {"grant_types_supported": ["client_credentials"]}),
        (asm_required_fields, {"token_endpoint": "/token"}),
        (prm_resource_well_formed, {"resource": [URL]}),
        (prm_authorization_servers, {"authorization_servers": ["http://localhost:8000?a=b"]}),
        (prm_authorization_servers, {"authorization_servers": [7, "http://localhost:8000"]}),
    ],
)
def test_a_member_that_no_client_can_use_is_found(rule: Check, changes: dict[str, Any]) -> None:
    found = judged(rule, **changes)

    assert isinstance(found, Finding)
    assert not found.tolerated


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (prm_json, {"scopes_supported": []}),
        (prm_json, {"bearer_methods_supported": ["header"]}),
        (asm_json, {"x_vendor": {"a": 1}, "jwks": {"keys": []}}),
        (asm_json, {"registration_endpoint": "http://localhost:8000/register"}),
        (grants_listed, {"grant_types_supported": ["implicit", "authorization_code"]}),
        (asm_required_fields, {"response_types_supported": ["code", "code id_token"]}),
        (asm_required_fields, {"token_endpoint": "http://localhost:8000/token?tenant=a"}),
        (prm_authorization_servers, {"authorization_servers": ["http://localhost:8000/t/a"]}),
    ],
)
def test_what_the_metadata_may_say_is_right(rule: Check, changes: dict[str, Any]) -> None:
    assert isinstance(judged(rule, **changes), Seen)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (asm_json, {"registration_endpoint": None}),
        (prm_authorization_servers, {"authorization_servers": ["http://localhost:8000", "as"]}),
    ],
)
def test_what_most_clients_read_all_the_same_is_a_warning(
    rule: Check, changes: dict[str, Any]
) -> None:
    found = judged(rule, **changes)

    assert isinstance(found, Finding)
    assert found.tolerated


def test_the_oldest_revision_has_no_metadata_of_the_resource_to_be_public() -> None:
    found = list(metadata_public.judge(evidence(RESOURCE, SERVER, "2025-03-26")))

    assert len(found) == 1


@pytest.mark.parametrize("listed", [["authorization_code"], None])
def test_a_refresh_token_that_the_metadata_does_not_promise_is_a_warning(
    listed: list[str] | None,
) -> None:
    known = {"grant_types_supported": listed} if listed else {}
    record = evidence(RESOURCE, SERVER | known)
    answer = Response(status=200, body=b'{"access_token": "a", "refresh_token": "b"}')
    asked = Request(method="POST", url=URL)
    record.trace.add(Exchange(step="token", request=asked, response=answer))

    result = conclude(grants_listed.rule, "must", grants_listed.judge(record))

    # Without a list there is a default, which nobody with refresh tokens keeps to.
    assert result.state == ("warn" if listed else "n/a")


@pytest.mark.parametrize(("wanted", "state"), [("2025-03-26", "n/a"), ("auto", "fail")])
def test_metadata_that_nobody_asked_for_is_not_missing(wanted: str, state: State) -> None:
    known = McpService(url=URL, wanted=wanted, revision="2025-06-18")

    result = conclude(
        prm_found.rule, "critical", prm_found.judge(Evidence(trace=Trace(), mcp=known))
    )

    assert result.state == state


@pytest.mark.parametrize("rule", [prm_json, asm_json])
def test_metadata_does_not_begin_with_a_byte_order_mark(rule: Check) -> None:
    [found] = rule.judge(evidence(RESOURCE, SERVER, mark=b"\xef\xbb\xbf"))

    assert isinstance(found, Finding)
