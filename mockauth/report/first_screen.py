"""The first screen of a run: the verdict, each cause in a few lines, what was not judged, and how to
see more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap
from types import MappingProxyType

from mockauth import __version__
from mockauth.engine.result.causes import Cause, causes_of
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.result import Result, Run, State
from mockauth.engine.result.today import by_revision, headline, in_words
from mockauth.errors import NothingJudged
from mockauth.report.redacted import Redactor
from mockauth.report.verdict import sentence
from mockauth.wire.url import without_query
from mockauth.wire.words import Words, amount, cut, own, say

LINES = 25
"""What a screen holds."""
LEAST = 8
"""Lines that causes have in any case: what a server is told beside them may fill a screen."""
LABEL = 15
"""Columns of a label such as "ChatGPT shows"."""
INDENT = "   "
MOST_NOTES = 3
MOST_WAIVED = 3
MOST_NUMBERS = 4
TOLD: tuple[State, ...] = ("fail", "error", "blocked")
"""States of a cause that is numbered; warnings are listed below."""
STYLES = {"fail": "bold red", "error": "bold red", "blocked": "magenta", "warn": "yellow"}
WORDS: Mapping[str, str] = MappingProxyType({"blocked": "Not judged", "warn": "Should hold"})
"""What is said of a rule that is not simply broken."""
COUNTED: tuple[tuple[State, str], ...] = (
    ("pass", "passed"), ("fail", "failed"), ("error", "broken off by an error of mockauth"),
    ("warn", "warned"), ("waived", "waived"), ("info", "noted"), ("n/a", "not applicable"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line, as it may be shown."""

    text: str
    style: str = ""


def first_screen(
    run: Run, gate: Gate, shown: Redactor, width: int, *, verbose: int = 0
) -> list[Row]:
    """The rows of the first screen, `width` columns wide; what is to be copied is never broken."""
    screen = _Screen(run, gate, shown, width, verbose)
    head, foot = [*screen.head()], [*screen.foot()]
    return [*head, *screen.causes(LINES - len(head) - len(foot)), *foot]


@dataclass(frozen=True)
class _Screen:
    run: Run
    gate: Gate
    shown: Redactor
    width: int
    verbose: int

    def head(self) -> Iterator[Row]:
        """What was judged, and the verdict."""
        run = self.run
        judged = say("{} in {:.1f} s", amount(len(run.judged), "check"), run.duration_ms / 1000)
        parts = (run.target, own(run.profile.title), own(run.auth), judged)
        told = say(" · ").join((*parts, say("mockauth {}", own(__version__))))
        yield Row(self._text(told), "")
        yield Row("")
        mark, style = ("✗", "bold red") if self.gate.exit_code else ("✓", "bold green")
        yield Row(f"{mark} {self._text(sentence(run, self.gate))}", style)

    def causes(self, room: int) -> Iterator[Row]:
        """Each cause as fully as there is room for all, and for as many as there is."""
        causes = [cause for cause in causes_of(self.run) if self._is_told(cause)]
        warnings = [c for c in causes_of(self.run) if c.state == "warn"]
        told = causes or warnings
        if not told:
            return
        room = max(room - (2 if causes and warnings else 0), LEAST)
        for detail in (3, 2):
            blocks = [[*self._block(n, c, detail)] for n, c in enumerate(told, 1)]
            gaps = detail == 3
            rows = [row for block in blocks for row in (*([Row("")] if gaps else []), *block)]
            rows = rows if gaps else [Row(""), *rows]
            if len(rows) <= room:
                break
        else:
            rows = [Row(""), *self._as_many(told, blocks, room - 1)]
        yield from rows
        if causes and warnings:
            yield Row("")
            yield self._warnings(warnings)

    def foot(self) -> Iterator[Row]:
        """Notes, counts, what was not judged and why, and how to see more."""
        noted = [*self._today(), *self._notes(), *self._policy()]
        for rows in (noted, [*self._counts()], [*self._more()]):
            yield from [Row(""), *rows] if rows else []

    def _is_told(self, cause: Cause) -> bool:
        """Whether it is numbered. Where nothing was judged, the verdict says why already."""
        return cause.state in TOLD and not (self._is_cut and cause.state == "blocked")

    @property
    def _is_cut(self) -> bool:
        """Whether the verdict says already why things were not judged."""
        return self.gate.exit_code == NothingJudged.exit_code or self.run.signal != 0

    def _as_many(
        self, told: Sequence[Cause], blocks: Sequence[Sequence[Row]], room: int
    ) -> Iterator[Row]:
        """The first ones in full, the others in a line each, the rest as a number. What fails first is
        always told in full: a line of it has no fix."""
        full = int(told[0].state in TOLD)
        left = room - len(told) - sum(len(block) - 1 for block in blocks[:full])
        while full < len(blocks) and left >= len(blocks[full]) - 1:
            left -= len(blocks[full]) - 1
            full += 1
        most = len(told) if left >= 0 else max(len(told) + left - 1, full, 1)
        for n, cause in enumerate(told[:most], 1):
            yield from blocks[n - 1] if n <= full else [self._short(n, cause)]
        if most < len(told):
            yield Row(self._text(say("   and {}", amount(len(told) - most, "more cause"))))

    def _block(self, n: int, cause: Cause, detail: int) -> Iterator[Row]:
        """One cause: what is broken, the request and its answer, what to do, its checks."""
        yield self._title(n, cause)
        lead = cause.lead
        yield from self._sent(lead)
        if lead.state == "blocked":
            yield self._whole("why", lead.actual)
            return
        if (detail > 2 and not cause.title) or not lead.exchanges:
            yield from self._labelled("found", lead.actual)
        if detail > 2 and lead.rule.chatgpt_shows:
            yield from self._labelled("ChatGPT shows", lead.rule.chatgpt_shows)
        yield from self._labelled("fix", cause.fix, 2 if detail > 2 else 1)
        yield self._checks(cause)

    def _says_more(self, lead: Result) -> bool:
        """Whether the finding says more than the answer, and than what ChatGPT shows of it."""
        told = (self.run.trace.get(lead.exchanges[0]).outcome, lead.rule.chatgpt_shows)
        return not any(lead.actual in one for one in told)

    def _title(self, n: int, cause: Cause) -> Row:
        level = "not judged" if cause.state == "blocked" else _level(cause)
        return self._spread(f"{n:<3}", self._broken(cause), level, STYLES[cause.state])

    def _broken(self, cause: Cause) -> Words:
        rule = cause.lead.rule
        word = WORDS.get(cause.lead.state, "Broken")
        return own(cause.title) or say("{}: {}", own(word), own(rule.title))

    def _short(self, n: int, cause: Cause) -> Row:
        rest = len(cause.consequences)
        more = say(" +{}", rest) if rest else Words()
        told = say("{}{}  {}", own(cause.lead.rule.id), more, self._broken(cause))
        return self._spread(f"{n:<3}", told, _level(cause), STYLES[cause.state])

    def _spread(self, start: str, words: Words, end: str, style: str) -> Row:
        """A line with something at its right end."""
        room = self.width - len(start) - len(end) - 2
        return Row(f"{start}{_fit(self._text(words), room):<{room}}  {end}".rstrip(), style)

    def _sent(self, lead: Result) -> Iterator[Row]:
        """The request that shows it and its answer, with their numbers."""
        if not lead.exchanges:
            return
        exchange = self.run.trace.get(lead.exchanges[0])
        url = cut(without_query(exchange.request.target), 160)
        told = say("{} {} → {}", exchange.request.method, url, exchange.outcome)
        numbers = " ".join(str(n) for n in lead.exchanges[:MOST_NUMBERS])
        dots = " …" if len(lead.exchanges) > MOST_NUMBERS else ""
        yield self._spread(INDENT, told, f"[{numbers}{dots}]", "")

    def _checks(self, cause: Cause) -> Row:
        """Its ids, as many as there is room for."""
        ids = [result.rule.id for result in cause.members]
        room = self.width - len(INDENT) - LABEL
        for kept in range(len(ids), 0, -1):
            more = f" and {len(ids) - kept} more" if kept < len(ids) else ""
            text = ", ".join(ids[:kept]) + more
            if len(text) <= room or kept == 1:
                break
        if len(text) > room:
            text = f"{ids[0]} +{len(ids) - 1}" if len(ids) > 1 else ids[0]
        return Row(f"{INDENT}{'checks' if len(ids) > 1 else 'check':<{LABEL}}{text}")

    def _labelled(self, label: str, words: str, most: int = 2) -> Iterator[Row]:
        room = self.width - len(INDENT) - LABEL
        lines = wrap(self._text(words), room, break_long_words=False, break_on_hyphens=False) or [
            ""
        ]
        if len(lines) > most:
            lines = [*lines[: most - 1], _fit(f"{lines[most - 1]} {lines[most]}", room)]
        for n, text in enumerate(lines):
            yield Row(f"{INDENT}{label if n == 0 else '':<{LABEL}}{text}")

    def _whole(self, label: str, words: str) -> Row:
        """A line that may have to be copied, as it is."""
        return Row(f"{INDENT}{label:<{LABEL}}{self._text(words)}")

    def _warnings(self, warnings: Sequence[Cause]) -> Row:
        ids = ", ".join(cause.lead.rule.id for cause in warnings)
        return Row(_fit(f"{amount(len(warnings), 'warning')}: {ids}", self.width), "yellow")

    def _today(self) -> Iterator[Row]:
        """What ChatGPT makes of an MCP server, and the verdict by each revision."""
        told = headline(self.run)
        if not told or self._is_cut:
            return
        yield Row(self._text(say("ChatGPT today: {}", told)), "bold")
        for one in by_revision(self.run):
            yield Row(self._text(in_words(one)), "bold")

    def _notes(self) -> Iterator[Row]:
        for note in self.run.notes[:MOST_NOTES]:
            yield Row(self._text(say("note: {}", note)), "cyan")
        rest = len(self.run.notes) - MOST_NOTES
        if rest > 0:
            yield Row(f"{amount(rest, 'more note')} (-v)", "cyan")

    def _policy(self) -> Iterator[Row]:
        """What is waived, and what is wrong with the waivers and the baseline."""
        for finding in self.run.policy:
            yield Row(f"{finding.kind.upper()} {self._text(finding.text)}", "bold red")
        waived = [r for r in self.run.results if r.state == "waived" and r.waiver]
        for result in waived[:MOST_WAIVED]:
            yield Row(self._text(waived_line(result)), "dim")
        if len(waived) > MOST_WAIVED:
            yield Row(f"{len(waived) - MOST_WAIVED} more are waived (-v)", "dim")

    def _counts(self) -> Iterator[Row]:
        counted = {**self.run.summary, "n/a": self.run.unfit}
        states = [f"{counted[state]} {word}" for state, word in COUNTED if counted[state]]
        if states:
            yield from (Row(text) for text in _wrapped(" · ".join(states), self.width))
        blocked = [result for result in self.run.results if result.state == "blocked"]
        if blocked:
            reasons = f"{len(blocked)} not judged: {', '.join(self._reasons(blocked))}"
            yield from (Row(text, "magenta") for text in _wrapped(reasons, self.width))
        yield from self._critical(blocked)

    def _reasons(self, blocked: Sequence[Result]) -> Iterator[str]:
        """By the cause, by the option that each needs, and how many for a reason of their own."""
        numbers: Counter[int] = Counter()
        told = [cause for cause in causes_of(self.run) if self._is_told(cause)]
        explained: set[str] = set()
        for n, cause in enumerate(told, 1):
            ids = {result.rule.id for result in cause.unjudged} - explained
            ids |= {cause.lead.rule.id} if cause.lead.state == "blocked" else set()
            explained |= ids
            numbers[n] = len(ids)
        yield from (f"cause {n} ({count})" for n, count in numbers.items() if count)
        options = Counter(r.blocked_by for r in blocked if r.blocked_by)
        for n, (option, count) in enumerate(options.most_common()):
            yield f"{'needs ' if n == 0 else ''}{option} ({count})"
        rest = sum(not r.blocked_by and r.rule.id not in explained for r in blocked)
        if rest:
            yield f"other reasons ({rest})"

    def _critical(self, blocked: Sequence[Result]) -> Iterator[Row]:
        """What counts as a finding because it was not judged, and no cause explains."""
        explained = {r.rule.id for c in causes_of(self.run) for r in (c.lead, *c.unjudged)}
        left = [
            r
            for r in blocked
            if r.level == "critical" and not r.blocked_by and r.rule.id not in explained
        ]
        if self._is_cut:
            return
        for reason, results in groupby(left, key=lambda result: result.actual):
            ids = [result.rule.id for result in results]
            told = say("critical, not judged: {}: {}", own(", ".join(ids[:2])), reason)
            yield Row(_fit(self._text(told), self.width), "bold magenta")

    def _more(self) -> Iterator[Row]:
        """How to see more."""
        told = [cause for cause in causes_of(self.run) if cause.lead.state in ("fail", "warn")]
        ways = [("-v", "every finding; -vv: every exchange")] if not self.verbose else []
        ways.append(("--report html=report.html", "a page: every finding with its exchanges"))
        if told:
            asked = f"mockauth checks {told[0].lead.rule.id}"
            ways.append((asked, "what it asks, why, how to fix it"))
        longest = max(len(way) for way, _ in ways)
        room = self.width - longest - 4
        aligned = all(len(what) <= room for _, what in ways)
        for way, what in ways:
            text = f"{way:<{longest if aligned else 0}}  # {what}"
            yield Row(text if len(text) <= self.width else way, "dim")

    def _text(self, words: str) -> str:
        return self.shown.text(words)


def waived_line(result: Result) -> Words:
    """What is broken and waived, and until when or by which file."""
    waiver = result.waiver
    assert waiver is not None  # noqa: S101 - the caller has chosen those with one
    until = say("until {}", own(str(waiver.until)))
    if waiver.until is None:
        until = say("listed in {}", waiver.place)
    state = own(f"WAIVED  {result.rule.id}  ({result.level}, {result.raw_state})  ")
    return state + until


def _level(cause: Cause) -> str:
    """The level of what is broken. Of a warning it would say that a must fails, which it does not."""
    return "" if cause.state == "warn" else cause.level or ""


def _wrapped(text: str, room: int) -> list[str]:
    """A text in lines; what has no blank is never broken."""
    return wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _fit(text: str, room: int) -> str:
    """As much of a text as there is room for."""
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
