from dataclasses import replace

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.mcp_transport import gateway_agrees, notification_is_202, oauth_or_none
from mockauth.manifest.mcp import Document, McpService
from mockauth.wire import Exchange, Request, Response, Trace

URL = "http://localhost:8000/mcp"
OURS = 'Bearer resource_metadata="http://localhost:8000/prm", scope="a"'
SERVICE = McpService(url=URL, opened=1, servers=(Document(url=URL, data={}),))
ASKED = Request(method="POST", url=URL)


def refusal(challenge: str) -> Response:
    return Response(status=401, headers=(("WWW-Authenticate", challenge),))


def evidence(first: str, second: str) -> Evidence:
    trace = Trace()
    trace.add(Exchange(step="rpc", request=ASKED, response=refusal(first)))
    trace.add(Exchange(step="api", request=ASKED, response=refusal(second)))
    return Evidence(trace=trace, mcp=SERVICE)


def test_a_refusal_with_another_challenge_is_that_of_a_gateway() -> None:
    [found] = gateway_agrees.judge(evidence(OURS, 'Bearer realm="gateway"'))

    assert isinstance(found, Finding)
    assert "realm" in found.actual


def test_an_error_in_the_challenge_makes_no_other_gateway() -> None:
    same = evidence(OURS, OURS.replace("scope", 'error="invalid_token", scope'))
    same.trace.add(Exchange(step="api", request=ASKED, response=Response(status=200)))

    [found] = gateway_agrees.judge(same)

    assert isinstance(found, Seen)


def test_a_fixed_key_is_a_sign_in_that_chatgpt_has_not() -> None:
    [found] = oauth_or_none.judge(evidence("ApiKey", OURS))

    assert isinstance(found, Finding)


def test_a_second_scheme_beside_bearer_is_welcome() -> None:
    [found] = oauth_or_none.judge(evidence(f"ApiKey, {OURS}", OURS))

    assert isinstance(found, Seen)


def test_a_server_for_everybody_asks_for_nothing() -> None:
    both = evidence(OURS, OURS)

    [found] = oauth_or_none.judge(replace(both, mcp=replace(SERVICE, is_open=True)))

    assert isinstance(found, Seen)


def test_a_notification_gets_202_and_no_body() -> None:
    for status, body, kind in ((202, b"", Seen), (202, b"{}", Finding), (400, b"", Finding)):
        trace = Trace()
        said = Request(method="POST", url=URL, raw=b'{"method": "notifications/initialized"}')
        answer = Response(status=status, body=body)
        trace.add(Exchange(step="rpc", request=said, response=answer))

        [found] = notification_is_202.judge(Evidence(trace=trace, mcp=SERVICE))

        assert isinstance(found, kind)
