import json
from dataclasses import replace

import pytest

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.mcp_audience import TRIAL, accepted_in_both, audience_bound
from mockauth.manifest.mcp import Document, McpService
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.trace import Fallback, Purpose

URL, CALLBACK = "http://localhost:8000/mcp", "https://chatgpt.com/callback"
SERVICE = McpService(url=URL, opened=1, servers=(Document(url=URL, data={}),))
ASKED = (("resource", URL),)
REFUSED = Response(status=404)
GRANTED = Response(
    status=200,
    headers=(("Content-Type", "application/json"),),
    body=b'{"access_token": "a", "token_type": "Bearer"}',
)


def callback(purpose: Purpose = "ordinary", fallback: Fallback | None = None) -> Exchange:
    request = Request(method="GET", url=f"{CALLBACK}?code=c&state=s")
    return Exchange(step="callback", purpose=purpose, fallback=fallback, request=request)


def token(resource: bool, answer: Response) -> Exchange:
    request = Request(method="POST", url=f"{URL}/token", params=ASKED if resource else ())
    second = None if resource else Fallback.NO_RESOURCE
    purpose: Purpose = "ordinary" if resource else "fallback"
    return Exchange(
        step="token", purpose=purpose, fallback=second, request=request, response=answer
    )


def evidence(*exchanges: Exchange) -> Evidence:
    trace = Trace()
    for exchange in exchanges:
        trace.add(exchange)
    return Evidence(trace=trace, mcp=SERVICE)


def test_a_token_endpoint_that_takes_nothing_says_nothing_of_resource() -> None:
    again = callback("fallback", Fallback.NO_RESOURCE)

    with pytest.raises(Blocked):
        list(
            accepted_in_both.judge(
                evidence(callback(), token(True, REFUSED), again, token(False, REFUSED))
            )
        )


def test_a_token_endpoint_that_takes_only_requests_without_resource_is_found() -> None:
    again = callback("fallback", Fallback.NO_RESOURCE)

    [found] = accepted_in_both.judge(
        evidence(callback(), token(True, REFUSED), again, token(False, GRANTED))
    )

    assert isinstance(found, Finding)


def described(audience: object, *, active: object = True) -> Exchange:
    members = {"active": active, "aud": audience}
    request = Request(method="POST", url=f"{URL}/introspect", params=(("token", "a"),))
    return Exchange(
        step="introspect",
        purpose="altered",
        request=request,
        response=replace(GRANTED, body=json.dumps(members).encode()),
    )


def refused_elsewhere() -> Exchange:
    request = Request(method="POST", url=URL)
    answer = Response(status=401)
    return Exchange(step="rpc", purpose="altered", probe=TRIAL, request=request, response=answer)


@pytest.mark.parametrize("audience", [URL, [URL], ["the-client", URL]])
def test_an_opaque_token_is_for_whom_the_introspection_names(audience: object) -> None:
    [seen] = audience_bound.judge(evidence(token(True, GRANTED), described(audience)))

    assert isinstance(seen, Seen)


def test_an_opaque_token_for_another_address_is_found() -> None:
    told = described("https://other.example/mcp")

    [found] = audience_bound.judge(evidence(token(True, GRANTED), told))

    assert isinstance(found, Finding)
    assert found.actual == "introspection: https://other.example/mcp"


def test_a_server_that_refuses_tokens_for_others_is_believed_more_than_words() -> None:
    told = described("https://as.example")

    [seen] = audience_bound.judge(evidence(token(True, GRANTED), told, refused_elsewhere()))

    assert isinstance(seen, Seen)


@pytest.mark.parametrize(
    "told", [described("the-client"), described(URL, active=False), described(7)]
)
def test_an_introspection_that_names_no_address_leaves_the_question_open(told: Exchange) -> None:
    with pytest.raises(Blocked):
        list(audience_bound.judge(evidence(token(True, GRANTED), told)))
