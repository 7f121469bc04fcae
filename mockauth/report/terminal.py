"""The report on the terminal: the first screen, and on demand everything in full."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TextIO

from mockauth.checks.finding import Finding
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.located import place_of, pointer_of
from mockauth.engine.result.result import Result, Run, State
from mockauth.report.first_screen import first_screen, waived_line
from mockauth.report.redacted import LONGEST_URL, redactor
from mockauth.report.verdict import sentence
from mockauth.wire import Exchange
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, Words, cut, own, say

STYLES: dict[State, str] = {
    "pass": "green", "fail": "bold red", "warn": "yellow", "info": "cyan", "blocked": "magenta",
    "n/a": "dim", "error": "bold red", "waived": "dim",
}  # fmt: skip
UNJUDGED: tuple[State, ...] = ("blocked", "n/a")
NARROWEST = 60
PIPED = 100
"""Columns: at least, and where nobody says how many there are."""
MOST_REASONS = 20
MOST_PLACES = 6
"""Places of one finding on the terminal."""
MOST_NUMBERS = 20
"""Exchanges that show the same, by number."""
Line = Callable[[Words, str], None]
"""Prints one line in a style; text of others in it is scrubbed and cannot end it."""


def write(
    run: Run,
    gate: Gate,
    out: TextIO,
    *,
    verbose: int = 0,
    quiet: bool = False,
    width: int = 0,
) -> None:
    """Write the report of `run` to `out`: the first screen; with `verbose` 1 every finding in full as
    well, with 2 every exchange; `quiet`, the verdict only. `width` is in columns, 0 that of `out`.
    """
    # 60 ms to import; only a report needs it.
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True, width=width or None)
    shown = redactor(run)
    encoding = getattr(out, "encoding", None) or "utf-8"

    def put(text: str, style: str) -> None:
        console.print(Text(text.encode(encoding, "replace").decode(encoding), style=style))

    def line(words: Words, style: str) -> None:
        put(shown.text(words), style)

    style = "bold red" if gate.exit_code else "bold green"
    if quiet:
        line(sentence(run, gate), style)
        return
    columns = width or (console.width if console.is_terminal or "COLUMNS" in os.environ else PIPED)
    width = max(columns, NARROWEST)
    for row in first_screen(run, gate, shown, width, verbose=verbose):
        put(row.text, row.style)
    if verbose:
        _in_full(run, gate, line, verbose=verbose)
        line(say(""), "")
        line(sentence(run, gate), style)


def _in_full(run: Run, gate: Gate, line: Line, *, verbose: int) -> None:
    """Everything that was found, each with its exchanges."""
    _heading(line, say("In full"))
    _coverage(run, line)
    for note in run.notes:
        line(say("note: {}", note), "cyan")
    _findings(run, line)
    _areas(run, line)
    if verbose > 1:
        _exchanges(run, line)
    for reason in gate.reasons[:MOST_REASONS]:
        line(say("gate: {}", reason), "")
    if len(gate.reasons) > MOST_REASONS:
        line(say("gate: and {} more", len(gate.reasons) - MOST_REASONS), "")


def _ids(results: Iterable[Result]) -> Words:
    return own(", ".join(result.rule.id for result in results))


def _heading(line: Line, words: Words) -> None:
    line(say(""), "")
    line(words, "bold underline")


def _coverage(run: Run, line: Line) -> None:
    counted = run.summary
    told = say(
        "{} judged · {} blocked · {} not applicable", len(run.judged), counted["blocked"], run.unfit
    )
    line(told, "bold")
    judged = [f"{n} {state}" for state, n in counted.items() if n and state not in UNJUDGED]
    if judged:
        line(own(" · ".join(judged)), "bold")
    _skipped([r for r in run.results if r.state == "blocked"], line)


def _skipped(blocked: list[Result], line: Line) -> None:
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
        line(say("critical and not judged ({}): {}", len(critical), _ids(critical)), "bold magenta")


def _findings(run: Run, line: Line) -> None:
    order: tuple[State, ...] = ("error", "fail", "warn", "info")
    for practice in (False, True):
        shown = [
            r
            for state in order
            for r in run.results
            if r.state == state and r.rule.practice is practice
        ]
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
        line(waived_line(result), "dim")
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
