"""The report on the terminal: the cause first, and what is the same once."""

from __future__ import annotations

import io

from mockauth.checks.finding import Finding
from mockauth.checks.rule import Rule, levels
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import verdict
from mockauth.profiles import PLUGIN
from mockauth.report import terminal
from mockauth.wire import Exchange, Request, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL


def failing(check: str, *findings: Finding, practice: bool = False) -> Result:
    rule = Rule(id=check, title="t", levels=levels("MMM"), refs=(), why="w", fix="f", kind="read",
                practice=practice)  # fmt: skip
    return verdict(rule, "must", list(findings))


def report(*results: Result, exchanges: int = 0) -> str:
    trace = Trace()
    for _ in range(exchanges):
        trace.add(
            Exchange(step="token", request=Request(method="POST", url="http://localhost/token"))
        )
    run = Run(
        target="http://localhost", profile=PLUGIN, auth="oauth", started=0.0, duration_ms=1.0,
        results=results, trace=trace, secrets=Secrets(),
    )  # fmt: skip
    out = io.StringIO()
    terminal.write(run, gate(run), out)
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
    swapped = failing(
        terminal.SWAPPED, found(AT_CLIENT_URL), found(AT_AUTHORIZATION_URL), practice=True
    )

    text = report(failing("authorize.request-accepted", found(AT_CLIENT_URL)), swapped)

    assert text.index(f"FAIL    {terminal.SWAPPED}") < text.index("FAIL    authorize.request")
    assert text.rstrip().endswith(
        f"ChatGPT cannot sign in: {terminal.SWAPPED}, authorize.request-accepted"
    )
