"""The report on the terminal: coverage first, then what is wrong and how to fix it, the verdict
last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TextIO

from mockauth import __version__
from mockauth.checks.finding import Finding
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.located import place_of, pointer_of
from mockauth.engine.result.result import Result, Run, State
from mockauth.report.redacted import LONGEST_URL, redactor
from mockauth.wire import Exchange
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, Words, cut, own, say

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
        "page.form-action-allows-redirect", "page.cookies-kept-by-browsers",
        "page.form-can-be-sent", "page.policy-allows-login", "page.consent-reaches-callback",
        "pkce.optional-for-secret-client", "openapi.served",
        "manifest.urls-usable", "discovery.prm-found", "discovery.asm-found",
        "discovery.asm-issuer-exact", "discovery.prm-authorization-servers",
        "pkce.s256-advertised", "registration.some-way-usable", "registration.works",
    }
)  # fmt: skip
"""The rules that ChatGPT's own sign-in depends on."""
PROOFS = frozenset({"authorize.request-accepted", "service.token-accepted", "none.api-open"})
"""The rules that tell whether it works, one for each kind of auth. A run that did not ask for them
says nothing of it."""
SWAPPED = "manifest.oauth-urls-not-swapped"


MOST_PLACES = 6
"""Places of one finding on the terminal."""
MOST_NUMBERS = 20
"""Exchanges that show the same, by number."""
Line = Callable[[Words, str], None]
"""Prints one line in a style; text of others in it is scrubbed and cannot end it."""


def verdict(run: Run, gate: Gate) -> str:
    """The last line: can ChatGPT sign in."""
    return redactor(run).text(_verdict(run, gate))


def _verdict(run: Run, gate: Gate) -> Words:
    if run.signal:
        judged, applicable = len(run.judged), len(run.applicable)
        return say("Stopped, {}: {} of {} checks were judged", run.stopped, judged, applicable)
    if gate.exit_code == 3:
        return say("Nothing could be judged: {}", run.stopped or _unjudged(run))
    if run.role == "plugin":
        return _of_client(run, gate)
    # A waiver opens the gate; it does not make ChatGPT sign in.
    stops = [r for r in run.results if r.raw_state in ("fail", "error") and r.rule.id in SIGN_IN]
    called = run.auth in ("none", "service_http", "user_http")
    if stops:
        names = say(", ").join(map(_stop, [*filter(_is_cause, run.results), *stops]))
        return say("{}: {}", _stopped(stops, called=called), names)
    return _of_plugin(run, gate, say("call the API") if called else say("sign in"))


def _is_cause(result: Result) -> bool:
    """Whether it explains why the sign-in stops: both endpoints answer as the other one would."""
    endpoints = {finding.at for finding in result.findings}
    return result.rule.id == SWAPPED and result.raw_state == "fail" and len(endpoints) > 1


def _stopped(stops: list[Result], *, called: bool) -> Words:
    """What ChatGPT cannot do: sign in, where there is a sign-in and it did not work."""
    if called:
        return say("ChatGPT cannot call the API")
    if all(stop.rule.area == "api" for stop in stops):
        return say("Sign-in works, but ChatGPT cannot call the API")
    return say("ChatGPT cannot sign in")


def _of_plugin(run: Run, gate: Gate, kind: Words) -> Words:
    """The last line where nothing stops a sign-in."""
    broken = _broken(run)
    unjudged = [r for r in run.results if r.state == "blocked" and r.rule.id in SIGN_IN]
    if not any(r.rule.id in PROOFS for r in run.results):
        return _of_some(run, gate, kind)
    if broken:
        noun = say("requirement is") if len(broken) == 1 else say("requirements are")
        return say("ChatGPT can {}, but {} {} broken", kind, len(broken), noun)
    if unjudged:
        return _untested(unjudged, kind)
    if gate.exit_code:
        return say("ChatGPT can {}; exit 1 because {}", kind, gate.reasons[0])
    waived = run.summary["waived"]
    rest = say("none failed but {} waived", waived) if waived else say("none failed")
    cut = say("; {} not judged in time", run.summary["blocked"]) if run.budget_spent else Words()
    return say("ChatGPT can {}: {} checks passed, {}{}", kind, run.summary["pass"], rest, cut)


def _of_some(run: Run, gate: Gate, kind: Words) -> Words:
    """The last line where the rule that tells whether a sign-in works was not asked for."""
    broken, passed = _broken(run), run.summary["pass"]
    if broken:
        noun = say("check fails") if len(broken) == 1 else say("checks fail")
        found = say("{} of the chosen {}: {}", len(broken), noun, _ids(broken[:4]))
    else:
        found = say("{} of the chosen checks passed, none failed", passed)
    because = (
        say("; exit 1 because {}", gate.reasons[0]) if gate.exit_code and not broken else say("")
    )
    return say("{}{}; whether ChatGPT can {} was not asked", found, because, kind)


def _broken(run: Run) -> list[Result]:
    return [r for r in run.results if r.state in ("fail", "error")]


def _untested(unjudged: list[Result], kind: Words) -> Words:
    """The last line where a rule of the sign-in was not judged, with the option it needs."""
    given = next((r.blocked_by for r in unjudged if r.blocked_by), "")
    give = say("; give {}", own(given)) if given else ""
    ids = _ids(unjudged[:4])
    return say(
        "Nothing failed, but mockauth could not test whether ChatGPT can {}: {}{}", kind, ids, give
    )


def _unjudged(run: Run) -> str:
    """Why no check was judged, where nothing stopped the run."""
    if run.budget_spent:
        return f"the budget of {run.budget_seconds:g} s is spent (--budget)"
    reasons = [r.actual for r in run.results if r.state == "blocked" and not r.blocked_by]
    return reasons[0] if reasons and run.role == "plugin" else say("no check applied")


def _of_client(run: Run, gate: Gate) -> Words:
    """The last line where a client was judged."""
    broken = _broken(run)
    if broken:
        noun = say("requirement") if len(broken) == 1 else say("requirements")
        return say("The client breaks {} {}: {}", len(broken), noun, _ids(broken))
    if gate.exit_code:
        return say("The client breaks no must; exit 1 because {}", gate.reasons[0])
    counted = run.summary
    told = [say("The client passed {}", _number(counted["pass"], "check"))]
    if counted["warn"]:
        told.append(_number(counted["warn"], "warning"))
    if counted["waived"]:
        told.append(say("{} waived", counted["waived"]))
    told.append(say("{} not judged", counted["blocked"]))
    return say("; ").join(told)


def _number(count: int, noun: str) -> Words:
    return own(f"{count} {noun}" if count == 1 else f"{count} {noun}s")


def _stop(result: Result) -> Words:
    return own(result.rule.id + (" (waived)" if result.state == "waived" else ""))


def _ids(results: Iterable[Result]) -> Words:
    return own(", ".join(result.rule.id for result in results))


def write(run: Run, gate: Gate, out: TextIO, *, verbose: bool = False, quiet: bool = False) -> None:
    """Write the report of `run` to `out`."""
    # 60 ms to import; only a report needs it.
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True)
    shown = redactor(run)
    encoding = getattr(out, "encoding", None) or "utf-8"

    def line(words: Words, style: str) -> None:
        text = shown.text(words)
        console.print(Text(text.encode(encoding, "replace").decode(encoding), style=style))

    if not quiet:
        title, auth = own(run.profile.title), own(run.auth)
        line(say("mockauth {} · {} · {} · auth {}", own(__version__), run.target, title, auth), "")
        _coverage(run, line, verbose=verbose)
        for note in run.notes:
            line(say("note: {}", note), "cyan")
        _findings(run, line)
        _areas(run, line)
        if verbose:
            _exchanges(run, line)
        for reason in gate.reasons[:20]:
            line(say("gate: {}", reason), "")
        line(say(""), "")
    line(_verdict(run, gate), "bold red" if gate.exit_code else "bold green")


def _heading(line: Line, words: Words) -> None:
    line(say(""), "")
    line(words, "bold underline")


def _coverage(run: Run, line: Line, *, verbose: bool) -> None:
    counted = run.summary
    blocked, unfit = counted["blocked"], counted["n/a"]
    line(say("{} judged · {} blocked · {} not applicable", len(run.judged), blocked, unfit), "bold")
    judged = [f"{n} {state}" for state, n in counted.items() if n and state not in UNJUDGED]
    if judged:
        line(own(" · ".join(judged)), "bold")
    _skipped([r for r in run.results if r.state == "blocked"], line, verbose=verbose)


def _skipped(blocked: list[Result], line: Line, *, verbose: bool) -> None:
    """What was not judged: by the option that it needs, and what is critical without one. The ids of
    the latter stand under "Not judged", too."""
    by_option: dict[str, list[Result]] = {}
    for result in blocked:
        by_option.setdefault(result.blocked_by, []).append(result)
    rest = by_option.pop("", [])
    for option, results in by_option.items():
        needs = say("skipped, needs {} ({}): {}", own(option), len(results), _ids(results))
        line(needs, "magenta")
    critical = [r for r in rest if r.level == "critical"]
    if critical:
        ids = say(": {}", _ids(critical)) if verbose else Words()
        line(say("critical and not judged ({}){}", len(critical), ids), "bold magenta")


def _findings(run: Run, line: Line) -> None:
    order: tuple[State, ...] = ("error", "fail", "warn", "info")
    for practice in (False, True):
        shown = [
            r
            for state in order
            for r in run.results
            if r.state == state and (r.rule.practice and not _is_cause(r)) is practice
        ]
        shown.sort(key=_is_cause, reverse=True)
        if shown:
            client = run.role == "plugin"
            heading = say("Practice") if client else say("ChatGPT compatibility")
            _heading(line, heading if practice else say("Findings"))
        for result in shown:
            _finding(run, result, line)
    _waived(run, line)
    _policy(run, line)
    _blocked(run, line)


def _waived(run: Run, line: Line) -> None:
    """What is broken and waived, with the reason and the last day."""
    waived = [r for r in run.results if r.state == "waived" and r.waiver]
    if waived:
        _heading(line, say("Waived"))
    for result in waived:
        waiver = result.waiver
        assert waiver is not None  # noqa: S101 - chosen above
        until = say("until {}", own(str(waiver.until)))
        if waiver.until is None:
            until = say("listed in {}", waiver.place)
        state = own(f"WAIVED  {result.rule.id}  ({result.level}, {result.raw_state})  ")
        line(state + until, "dim")
        line(say("    requirement  {}", result.rule.title), "")
        line(say("    actual       {}", result.actual), "")
        if waiver.kind == "waiver":
            line(say("    reason       {}", waiver.reason), "")


def _policy(run: Run, line: Line) -> None:
    """What is wrong with the waivers and the baseline themselves."""
    if run.policy:
        _heading(line, say("Waivers and baseline"))
    for finding in run.policy:
        line(own(f"{finding.kind.upper():8}") + finding.text, "bold red")
        line(say("    fix          {}", finding.fix), "")


def _blocked(run: Run, line: Line) -> None:
    """What was not judged, once for each reason."""
    reasons: dict[str, list[Result]] = {}
    for result in run.results:
        if result.state == "blocked" and not result.blocked_by:
            reasons.setdefault(result.actual, []).append(result)
    if reasons:
        _heading(line, say("Not judged"))
    for reason, results in reasons.items():
        line(say("BLOCKED {}", reason), STYLES["blocked"])
        line(say("    {}: {}", len(results), _ids(results)), "")


def _finding(run: Run, result: Result, line: Line) -> None:
    rule = result.rule
    line(own(f"{result.state.upper():8}{rule.id}  ({result.level})"), STYLES[result.state])
    line(say("    requirement  {}", rule.title), "")
    line(say("    source       {}", own(", ".join(rule.refs))), "")
    places = _places(run, result)
    for (expected, actual, place), numbers in islice(places.items(), MOST_PLACES):
        line(say("    expected     {}", expected), "")
        line(say("    actual       {}", actual), "")
        if place:
            line(say("    at           {}", place), "")
        _sent_in(run, numbers, line)
    if len(places) > MOST_PLACES:
        line(say("    and {} more", len(places) - MOST_PLACES), "")
    if not result.findings:
        line(say("    actual       {}", result.actual), "")
    if rule.chatgpt_shows:
        line(say("    ChatGPT      shows {}", rule.chatgpt_shows), "")
    line(say("    fix          {}", result.fix or rule.fix), "")


def _places(run: Run, result: Result) -> dict[tuple[str, str, Words], list[int]]:
    """What was found, once each, with the exchanges that show it."""
    places: dict[tuple[str, str, Words], list[int]] = {}
    for finding in result.findings:
        place = _place(run, finding) if finding.at or finding.line else Words()
        numbers = places.setdefault((finding.expected, finding.actual, place), [])
        numbers += [n for n in dict.fromkeys(finding.exchanges) if n not in numbers]
    return places


def _sent_in(run: Run, numbers: list[int], line: Line) -> None:
    """The first exchanges in full, the others by number."""
    for n in numbers[:2]:
        line(say("    exchange     #{} {}", n, _sent(run.trace.get(n))), "")
    if numbers[2:]:
        more = own(", ".join(f"#{n}" for n in numbers[2 : 2 + MOST_NUMBERS]))
        rest = len(numbers) - 2 - MOST_NUMBERS
        tail = say(" and {} more", rest) if rest > 0 else Words()
        line(say("    also in      {}{}", more, tail), "")


def _sent(exchange: Exchange) -> Words:
    """A request and what came of it."""
    request = exchange.request
    url = cut(request.target, LONGEST_URL)
    return say("{} {} → {}", request.method, url, exchange.outcome)


def _place(run: Run, finding: Finding) -> Words:
    """Document, line and column as far as they are known, and the pointer."""
    named = _member(run, pointer_of(finding))
    return say(" ").join(filter(None, (place_of(finding), named)))


def _member(run: Run, at: str) -> str:
    """A member of `auth` with the name of its endpoint, which an Action's report names anyway."""
    names = {
        str(AT_CLIENT_URL): say("authorize endpoint, client_url (manifest {})", own(at)),
        str(AT_AUTHORIZATION_URL): say("token endpoint, authorization_url (manifest {})", own(at)),
    }
    return names.get(at, at) if run.profile.has_manifest else at


def _areas(run: Run, line: Line) -> None:
    passed = Counter(r.rule.area for r in run.results if r.state == "pass")
    if not passed:
        return
    _heading(line, say("Passed"))
    line(own("    " + " · ".join(f"{area} {count}" for area, count in sorted(passed.items()))), "")


def _exchanges(run: Run, line: Line) -> None:
    _heading(line, say("Exchanges"))
    for e in run.trace:
        cause = e.probe or e.fallback
        what = say(" [{}]", own(cause)) if cause else ""
        line(say("  #{} {} {}{}: {}", e.n, own(e.step), own(e.purpose), what, _sent(e)), "")
