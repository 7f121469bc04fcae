"""The report on the terminal: coverage first, then what is wrong and how to mend it, the verdict
last."""

from __future__ import annotations

from collections import Counter
from typing import Protocol, TextIO

from mockauth import __version__
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.result import Result, Run, State
from mockauth.report.redacted import clean

STYLES: dict[State, str] = {
    "pass": "green", "fail": "bold red", "warn": "yellow", "info": "cyan", "blocked": "magenta",
    "n/a": "dim", "error": "bold red", "waived": "dim",
}  # fmt: skip
UNJUDGED: tuple[State, ...] = ("blocked", "n/a")
SIGN_IN = frozenset(
    {
        "authorize.request-accepted", "callback.exact-uri", "callback.code-once",
        "callback.state-once-equal", "token.exchange-works", "grant.json-content-type",
        "grant.access-token-string", "api.valid-token-accepted", "service.token-accepted",
        "none.api-open", "manifest.served", "manifest.public", "manifest.json-strict",
        "manifest.auth-type-known", "manifest.auth-fields-complete", "manifest.required-fields",
        "page.form-action-allows-redirect", "pkce.optional-for-secret-client", "openapi.served",
    }
)  # fmt: skip
"""The rules that ChatGPT's own sign-in depends on."""


class _Say(Protocol):
    """Prints one line."""

    def __call__(self, text: str = "", style: str = "") -> None: ...


def verdict(run: Run, gate: Gate) -> str:
    """The last line: can ChatGPT sign in."""
    if run.signal:
        done = f"{len(run.judged)} of {len(run.applicable)} checks were judged"
        return f"Stopped, {run.stopped}: {done}"
    if gate.exit_code == 3:
        return f"Nothing could be judged: {run.stopped or _unjudged(run)}"
    if run.role == "plugin":
        return _of_client(run, gate)
    broken = [r for r in run.results if r.state in ("fail", "error")]
    # A waiver opens the gate; it does not make ChatGPT sign in.
    stops = [r for r in run.results if r.raw_state in ("fail", "error") and r.rule.id in SIGN_IN]
    if stops:
        return f"ChatGPT cannot sign in: {', '.join(_stop(r) for r in stops)}"
    kind = "call the API" if run.auth in ("none", "service_http", "user_http") else "sign in"
    unjudged = [r for r in run.results if r.state == "blocked" and r.rule.id in SIGN_IN]
    if unjudged and not broken:
        named = ", ".join(r.rule.id for r in unjudged[:4])
        given = next((r.blocked_by for r in unjudged if r.blocked_by), "")
        give = f"; give {given}" if given else ""
        return f"Nothing failed, but whether ChatGPT can {kind} was not judged: {named}{give}"
    if broken:
        noun = "requirement is" if len(broken) == 1 else "requirements are"
        return f"ChatGPT can {kind}, but {len(broken)} {noun} broken"
    if gate.exit_code:
        return f"ChatGPT can {kind}, but the gate is closed: {gate.reasons[0]}"
    waived = run.summary["waived"]
    rest = f"none failed but {waived} waived" if waived else "none failed"
    return f"ChatGPT can {kind}: {run.summary['pass']} checks passed, {rest}"


def _unjudged(run: Run) -> str:
    """Why no check was judged, where nothing stopped the run."""
    if run.budget_spent:
        return f"the budget of {run.budget_seconds:g} s is spent (--budget)"
    reasons = [r.actual for r in run.results if r.state == "blocked" and not r.blocked_by]
    return reasons[0] if reasons and run.role == "plugin" else "no check applied"


def _of_client(run: Run, gate: Gate) -> str:
    """The last line where a client was judged."""
    broken = [r.rule.id for r in run.results if r.state in ("fail", "error")]
    if broken:
        noun = "requirement" if len(broken) == 1 else "requirements"
        return f"The client breaks {len(broken)} {noun}: {', '.join(broken)}"
    if gate.exit_code:
        return f"The client breaks no must, but the gate is closed: {gate.reasons[0]}"
    counted = run.summary
    told = [f"The client passed {_number(counted['pass'], 'check')}"]
    if counted["warn"]:
        told.append(_number(counted["warn"], "warning"))
    if counted["waived"]:
        told.append(f"{counted['waived']} waived")
    told.append(f"{counted['blocked']} not judged")
    return "; ".join(told)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _stop(result: Result) -> str:
    return result.rule.id + (" (waived)" if result.state == "waived" else "")


def write(run: Run, gate: Gate, out: TextIO, *, verbose: bool = False, quiet: bool = False) -> None:
    """Write the report of `run` to `out`."""
    # 60 ms to import; only a report needs it.
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True)

    def say(text: str = "", style: str = "") -> None:
        shown = clean(text, run.secrets)
        encoding = getattr(out, "encoding", None) or "utf-8"
        console.print(Text(shown.encode(encoding, "replace").decode(encoding), style=style))

    if not quiet:
        say(f"mockauth {__version__} · {run.target} · {run.profile.title} · auth {run.auth}")
        _coverage(run, say)
        for note in run.notes:
            say(f"note: {note}", "cyan")
        _findings(run, say)
        _areas(run, say)
        if verbose:
            _exchanges(run, say)
        for reason in gate.reasons[:20]:
            say(f"gate: {reason}")
        say()
    say(verdict(run, gate), "bold red" if gate.exit_code else "bold green")


def _coverage(run: Run, say: _Say) -> None:
    blocked = [r for r in run.results if r.state == "blocked"]
    counted = run.summary
    na = f"{counted['n/a']} not applicable"
    say(f"{len(run.judged)} judged · {counted['blocked']} blocked · {na}", "bold")
    judged = [f"{n} {state}" for state, n in counted.items() if n and state not in UNJUDGED]
    if judged:
        say(" · ".join(judged), "bold")
    options = Counter(r.blocked_by for r in blocked if r.blocked_by)
    for option, count in options.items():
        names = ", ".join(r.rule.id for r in blocked if r.blocked_by == option)
        say(f"not judged for want of {option} ({count}): {names}", "magenta")
    critical = [r.rule.id for r in blocked if r.level == "critical" and not r.blocked_by]
    if critical:
        say(f"critical and not judged: {', '.join(critical)}", "bold magenta")


def _findings(run: Run, say: _Say) -> None:
    order: tuple[State, ...] = ("error", "fail", "warn", "info")
    for practice in (False, True):
        shown = [
            r
            for state in order
            for r in run.results
            if r.state == state and r.rule.practice is practice
        ]
        if shown:
            say()
            heading = "Practice" if run.role == "plugin" else "ChatGPT compatibility"
            say(heading if practice else "Findings", "bold underline")
        for result in shown:
            _finding(run, result, say)
    _waived(run, say)
    _policy(run, say)
    _blocked(run, say)


def _waived(run: Run, say: _Say) -> None:
    """What is broken by leave, with the reason and the last day."""
    waived = [r for r in run.results if r.state == "waived" and r.waiver]
    if waived:
        say()
        say("Waived", "bold underline")
    for result in waived:
        waiver = result.waiver
        assert waiver is not None  # noqa: S101 - chosen above
        until = f"until {waiver.until}" if waiver.until else f"listed in {waiver.place}"
        say(f"WAIVED  {result.rule.id}  ({result.level}, {result.raw_state})  {until}", "dim")
        say(f"    requirement  {result.rule.title}")
        say(f"    actual       {result.actual}")
        if waiver.kind == "waiver":
            say(f"    reason       {waiver.reason}")


def _policy(run: Run, say: _Say) -> None:
    """What is wrong with the waivers and the baseline themselves."""
    if run.policy:
        say()
        say("Waivers and baseline", "bold underline")
    for finding in run.policy:
        say(f"{finding.kind.upper():8}{finding.text}", "bold red")
        say(f"    fix          {finding.fix}")


def _blocked(run: Run, say: _Say) -> None:
    """What was not judged, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for result in run.results:
        if result.state == "blocked" and not result.blocked_by:
            reasons.setdefault(result.actual, []).append(result.rule.id)
    if reasons:
        say()
        say("Not judged", "bold underline")
    for reason, ids in reasons.items():
        say(f"BLOCKED {reason}", STYLES["blocked"])
        say(f"    {len(ids)}: {', '.join(ids)}")


def _finding(run: Run, result: Result, say: _Say) -> None:
    rule = result.rule
    say(f"{result.state.upper():8}{rule.id}  ({result.level})", STYLES[result.state])
    say(f"    requirement  {rule.title}")
    say(f"    source       {', '.join(rule.refs)}")
    for finding in result.findings[:6]:
        say(f"    expected     {finding.expected}")
        say(f"    actual       {finding.actual}")
        if finding.at:
            say(f"    at           {_place(finding.at)}")
        for n in finding.exchanges[:2]:
            exchange = run.trace.get(n)
            url = exchange.request.target
            say(f"    exchange     #{n} {exchange.request.method} {url[:160]} → {exchange.outcome}")
    if len(result.findings) > 6:
        say(f"    and {len(result.findings) - 6} more")
    if not result.findings:
        say(f"    actual       {result.actual}")
    if rule.chatgpt_shows:
        say(f"    ChatGPT      shows {rule.chatgpt_shows}")
    say(f"    fix          {result.fix or rule.fix}")


def _place(at: str) -> str:
    names = {
        "/auth/client_url": "authorize endpoint, client_url (manifest /auth/client_url)",
        "/auth/authorization_url": (
            "token endpoint, authorization_url (manifest /auth/authorization_url)"
        ),
    }
    return names.get(at, at)


def _areas(run: Run, say: _Say) -> None:
    passed = Counter(r.rule.area for r in run.results if r.state == "pass")
    if not passed:
        return
    say()
    say("Passed", "bold underline")
    say("    " + " · ".join(f"{area} {count}" for area, count in sorted(passed.items())))


def _exchanges(run: Run, say: _Say) -> None:
    say()
    say("Exchanges", "bold underline")
    for e in run.trace:
        what = f" [{e.probe}]" if e.probe else ""
        url = e.request.target[:160]
        say(f"  #{e.n} {e.step} {e.purpose}{what}: {e.request.method} {url} → {e.outcome}")
