"""The checks over every exchange of a run, on traces made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mockauth.checks import host, transport
from mockauth.checks.action import privacy_policy_set
from mockauth.checks.evidence import Evidence, Given
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import State
from mockauth.engine.result.verdict import judge
from mockauth.engine.target.dns import addresses_of
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.profiles import ACTION, PLUGIN
from mockauth.wire import Exchange, Request, Response
from tests.traces import HTML, JSON, OAUTH, PAGE, SITE, answer, api, authorize, flow, judged, trace

API = "https://api.example.com"


def document(elapsed: float = 5.0, response: Response | None = None, error: str = "") -> Exchange:
    """The manifest, fetched in so many seconds."""
    request = Request(method="GET", url=f"{SITE}/.well-known/ai-plugin.json")
    return Exchange(
        step="manifest", request=request, response=response, error=error, elapsed_ms=elapsed * 1000
    )


@pytest.mark.parametrize(
    ("exchange", "whole", "half"),
    [
        (document(7.4, answer()), "pass", "pass"),
        (document(7.6, answer()), "pass", "warn"),
        (document(15.1, answer()), "fail", "warn"),
        (api(answer(), elapsed_ms=22_400), "pass", "pass"),
        (api(answer(), elapsed_ms=44_000), "pass", "warn"),
        (
            api(None, elapsed_ms=45_100, error="timed out after 45 s", trouble="timed-out"),
            "fail",
            "warn",
        ),
    ],
)
def test_the_limits_of_documents_and_calls_differ(
    exchange: Exchange, whole: State, half: State
) -> None:
    assert judged(transport.answers_in_time, trace(exchange)).state == whole
    assert judged(transport.answers_in_half, trace(exchange)).state == half


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("x" * 99_999, "pass"),
        ("x" * 100_000, "fail"),
        ("é" * 60_000, "pass"),
        (b"\xff" * 10, "pass"),
    ],
)
def test_long_answers_are_counted_in_characters(body: str | bytes, state: State) -> None:
    assert judged(transport.body_below_limit, trace(api(answer(200, JSON, body)))).state == state
    cut = replace(answer(200, JSON, "x"), truncated=True)
    assert judged(transport.body_below_limit, trace(api(cut))).state == "fail"
    assert judged(transport.body_below_limit, trace()).state == "blocked"


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "pass"), (304, "pass"), (301, "warn"), (308, "warn"), (401, "pass")],
)
def test_a_redirect_of_a_call_is_found(status: int, state: State) -> None:
    call = api(answer(status, (("location", "/api/"),)))
    assert judged(transport.no_redirect_on_api, trace(call)).state == state


@pytest.mark.parametrize(
    ("exchange", "state"),
    [
        (api(answer(499)), "pass"),
        (api(answer(500)), "warn"),
        (api(answer(503), purpose="altered", probe="api.no-token-is-401"), "warn"),
        (api(answer(501), purpose="altered", probe="transport.cors-for-chat-page"), "pass"),
        (api(answer(501)), "warn"),
        (api(None, error="timed out after 45 s", trouble="timed-out"), "pass"),
    ],
)
def test_a_crash_anywhere_is_found(exchange: Exchange, state: State) -> None:
    assert judged(transport.no_5xx, trace(exchange)).state == state


def test_a_connection_that_breaks_off_is_a_crash_where_the_server_is_alive() -> None:
    broken = api(None, error="connection reset", trouble="broken")

    assert judged(transport.no_5xx, trace(api(answer(200)), broken)).state == "warn"
    assert judged(transport.no_5xx, trace(broken)).state == "pass"


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (500, "Traceback (most recent call last):", "warn"),
        (400, "at com.example.Foo.bar(Foo.java:12)", "warn"),
        (404, "SQLSTATE[42S02]", "warn"),
        (400, "something went wrong", "pass"),
        (200, "Traceback (most recent call last): a poem", "pass"),
        (500, b"\x00\xff" * 60_000, "pass"),
    ],
)
def test_internals_in_errors_are_found(status: int, body: str | bytes, state: State) -> None:
    assert judged(transport.no_internals, trace(api(answer(status, (), body)))).state == state


def test_hsts_is_noted_where_pages_come_over_https() -> None:
    sent = answer(200, (*HTML, ("strict-transport-security", "max-age=9")), PAGE)
    assert judged(transport.hsts, flow(page=sent)).state == "pass"
    assert judged(transport.hsts, flow()).state == "info"
    plain = authorize(request=Request(method="GET", url="http://localhost:5000/authorize"))
    assert judged(transport.hsts, trace(plain)).state == "n/a"
    assert judged(transport.hsts, trace()).state == "blocked"


def public(addresses: Mapping[str, tuple[str, ...]] | None, target: str = SITE) -> Evidence:
    """A GPT Action with these addresses behind its names."""
    return Evidence(profile=ACTION, target=target, auth=OAUTH, addresses=addresses)


@pytest.mark.parametrize(
    ("addresses", "state"),
    [
        (("93.184.216.34",), "pass"),
        (("93.184.216.34", "2606:2800:220:1::1"), "pass"),
        (("64:ff9b::808:808",), "pass"),
        (("10.0.0.8",), "fail"),
        (("93.184.216.34", "127.0.0.1"), "fail"),
        (("169.254.1.1",), "fail"),
        (("100.64.3.3",), "fail"),
        (("fe80::1%eth0",), "fail"),
        (("fd00::1",), "fail"),
        (("::ffff:192.168.1.4",), "fail"),
        (("198.18.0.7",), "blocked"),
        ((), "blocked"),
    ],
)
def test_a_private_address_behind_a_public_name_is_found(
    addresses: tuple[str, ...], state: State
) -> None:
    evidence = public({"todo.example.com": addresses})
    result = judge(host.host_public, evidence)
    assert result.state == state, result.actual
    if state == "fail":
        noted = judge(host.host_public, replace(evidence, profile=PLUGIN))
        assert noted.state == "info"


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:3333",
        "http://127.0.0.1",
        "http://[::1]:1",
        "http://plugin:3000",
        "http://192.168.1.4",
        "http://a.test",
        "",
    ],
)
def test_a_target_on_this_network_is_not_asked_for(target: str) -> None:
    assert judge(host.host_public, public(None, target)).state == "n/a"


def test_an_address_needs_no_name() -> None:
    auth = replace(
        OAUTH, client_url="https://93.184.216.34/a", authorization_url="https://10.0.0.1/t"
    )
    evidence = replace(public({}), auth=auth, target="https://93.184.216.34")
    result = judge(host.host_public, evidence)
    assert (result.state, result.at) == ("fail", "/auth/authorization_url")


def test_only_public_names_are_resolved() -> None:
    auth = replace(
        OAUTH, client_url="https://login.example.com/a", authorization_url="https://10.0.0.1/t"
    )
    asked: list[str] = []

    def resolve(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("93.184.216.34",)

    evidence = replace(public(None), auth=auth)
    assert addresses_of(evidence, resolve) == dict.fromkeys(
        ["todo.example.com", "login.example.com"], ("93.184.216.34",)
    )
    assert asked == ["todo.example.com", "login.example.com"]
    assert addresses_of(replace(evidence, target="http://localhost:5000"), resolve) is None
    assert addresses_of(replace(evidence, target=""), resolve) is None
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://example.com/privacy", "pass"),
        (" http://example.com ", "pass"),
        ("", "warn"),
        ("example.com/privacy", "warn"),
        ("https://", "warn"),
        ("https://[x", "warn"),
    ],
)
def test_a_gpt_needs_a_privacy_policy(url: str, state: State) -> None:
    evidence = Evidence(profile=ACTION, given=Given(privacy_policy_url=url))
    assert judge(privacy_policy_set, evidence).state == state
    assert judge(privacy_policy_set, replace(evidence, profile=PLUGIN)).state == "n/a"


def test_the_engine_asks_the_resolver_that_it_is_given() -> None:
    options = replace(
        options_for(PluginConfig(), "https://todo.example.com"), select=("transport.host-public",)
    )
    asked: list[str] = []

    def resolve(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("10.0.0.8",)

    transport = WsgiTransport(create_app(PluginConfig()))
    last = list(run_check(options, transport=transport, resolve=resolve))[-1]

    assert isinstance(last, RunFinished)
    (result,) = last.run.results
    assert (result.state, "10.0.0.8" in result.actual) == ("info", True)
    assert "todo.example.com" in asked
    last = list(run_check(options, transport=transport))[-1]
    assert isinstance(last, RunFinished)
    assert last.run.results[0].state == "blocked"
