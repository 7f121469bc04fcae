import pytest

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding
from mockauth.checks.mcp_audience import accepted_in_both
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
