"""The report on the terminal: the cause first, and what is the same once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

from mockauth.checks.finding import Finding
from mockauth.checks.rule import Rule, levels
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import blocked, verdict
from mockauth.profiles import PLUGIN
from mockauth.report import terminal
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, own, say

SWAPPED = "manifest.oauth-urls-not-swapped"


def failing(check: str, *findings: Finding, practice: bool = False) -> Result:
    rule = Rule(id=check, title="t", levels=levels("MMM"), refs=(), why="w", fix="f", kind="read",
                practice=practice)  # fmt: skip
    return verdict(rule, "must", list(findings))


def report(
    *results: Result,
    exchanges: int = 0,
    verbose: int = 1,
    width: int = 100,
    auth: str = "oauth",
    status: int = 200,
    notes: Sequence[str] = (),
) -> str:
    trace = Trace()
    for _ in range(exchanges):
        trace.add(
            Exchange(
                step="token",
                request=Request(method="POST", url="http://localhost/token"),
                response=Response(status=status),
            )
        )
    run = Run(
        target="http://localhost", profile=PLUGIN, auth=auth, started=0.0, duration_ms=1.0,
        results=results, trace=trace, secrets=Secrets(), notes=tuple(notes),
    )  # fmt: skip
    out = io.StringIO()
    terminal.write(run, gate(run), out, verbose=verbose, width=width)
    return out.getvalue()


def found(at: str, *exchanges: int) -> Finding:
    return Finding(expected="one thing", actual="another", at=at, exchanges=exchanges)


def test_what_is_the_same_at_one_place_is_printed_once_with_its_exchanges() -> None:
    same = [found(AT_AUTHORIZATION_URL, n, n) for n in range(1, 19)]

    text = report(failing("grant.no-store", *same), exchanges=18)

    assert text.count("expected     one thing") == 1
    assert text.count("exchange     #1 ") == 1
    assert "also in      #3, #4" in text


def test_swapped_endpoints_are_the_first_cause_of_a_stopped_sign_in() -> None:
    swapped = failing(SWAPPED, found(AT_CLIENT_URL), found(AT_AUTHORIZATION_URL), practice=True)

    text = report(failing("authorize.request-accepted", found(AT_CLIENT_URL)), swapped)

    assert f"checks         {SWAPPED}, authorize.request-accepted" in text
    assert text.rstrip().endswith(f"ChatGPT cannot sign in: {SWAPPED}")


def test_a_screen_holds_the_verdict_first_and_each_cause_with_its_number() -> None:
    results = [failing(f"token.rule-{n}", found(AT_AUTHORIZATION_URL, n)) for n in range(1, 30)]

    lines = report(*results, exchanges=29, verbose=0).splitlines()

    assert lines[2].startswith("✗ 29 of the chosen checks fail: ")
    assert len(lines) <= 25
    assert [line for line in lines if line.startswith("1  ")]
    assert "more causes" in "\n".join(lines)


def test_what_fails_first_is_told_with_its_fix_however_little_room_there_is() -> None:
    broken = failing("discovery.prm-resource-exact", found("", 1))
    others = [failing(f"mcp.rule-{n}", found("", 1)) for n in range(9)]
    long = [say("note {}: {}", n, own("x " * 700)) for n in range(3)]

    text = report(broken, *others, exchanges=1, verbose=0, notes=long)

    first = text.partition("2  ")[0]
    assert "   fix            f" in first
    assert "more cause" in text


def test_a_warning_is_not_said_to_be_broken() -> None:
    warned = replace(failing("mcp.rule", found("", 1)), state="warn")

    text = report(warned, exchanges=1, verbose=0)

    assert "1  Should hold: t\n" in text
    assert "Broken" not in text


def test_a_run_that_judged_nothing_has_no_empty_lines_for_its_counts() -> None:
    assert "\n\n\n" not in report(verbose=0)


@pytest.mark.parametrize("width", [60, 80, 132])
def test_nothing_but_addresses_and_verdict_is_wider_than_the_terminal(width: int) -> None:
    long = [failing(f"token.a-{'long-' * 6}{n}", found("", n)) for n in range(1, 4)]

    lines = report(*long, exchanges=3, verbose=0, width=width).splitlines()

    assert max(map(len, lines[3:])) <= width


def test_what_is_to_be_copied_is_never_broken() -> None:
    question = say("Put at the top of mockauth.toml: login.page = [{}]", own("x" * 200))
    rule = failing("authorize.request-accepted", found("")).rule

    text = report(blocked(rule, "must", question), verbose=0, width=60)

    assert question in text


def test_a_service_without_a_sign_in_is_not_said_to_have_one() -> None:
    text = report(failing("service.token-accepted", found("")), auth="service_http", verbose=0)

    assert "sign" not in text.lower().replace("signed", "")
    assert "ChatGPT cannot call the API: service.token-accepted" in text


def test_an_api_that_refuses_everybody_is_said_so() -> None:
    broken = failing("api.valid-token-accepted", found("", 1))
    works = replace(failing("token.exchange-works", found("")), state="pass")

    text = report(broken, works, exchanges=1, status=404, verbose=0)

    assert "✗ Sign-in works, but the API answers 404 to every call" in text
