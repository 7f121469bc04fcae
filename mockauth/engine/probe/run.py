"""Runs a probe: all its variants, or the answers that other probes brought about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.probe.matchers import has_known_error, mismatch
from mockauth.engine.probe.outcome import refused_in_message
from mockauth.engine.probe.prerequisites import require
from mockauth.engine.probe.steps.context import (
    ENDPOINTS,
    StepResult,
    is_one_of,
    outcome_of,
    started,
)
from mockauth.engine.probe.steps.dispatch import take_steps
from mockauth.engine.result.result import Confidence, Result
from mockauth.engine.result.verdict import conclude, not_applicable
from mockauth.engine.target.subject import Subject
from mockauth.profiles import Level
from mockauth.scenario.model import Expect, Probe
from mockauth.wire import Exchange
from mockauth.wire.trace import Step
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say

JUDGED: tuple[Step, ...] = ("token", "refresh", "api", "rpc", "introspect")
"""The messages whose refusals other rules judge."""


def run_probe(
    probe: Probe, subject: Subject, level: Level, earlier: Mapping[str, Result]
) -> Result:
    """Judge one probe that applies; `earlier` is the results of the probes before it, by id. Nothing
    a server does makes it raise."""
    cause = next((name for name in probe.after if _is_broken(earlier.get(name))), "")
    if cause:
        return not_applicable(probe.rule, say("{} is broken, and explains this, too", own(cause)))
    if probe.answers_of:
        return conclude(probe.rule, level, _of_answers(probe, subject, earlier))
    confidences: set[Confidence] = set()

    def shown() -> Iterator[Finding | Seen]:
        for result in _of_variants(probe, subject):
            confidences.add(result.confidence)
            yield from result.observations

    result = conclude(probe.rule, level, shown(), "proven")
    unsure = "likely" in confidences and result.confidence
    return replace(result, confidence="likely") if unsure else result


def _is_broken(result: Result | None) -> bool:
    return result is not None and result.state == "fail"


def _of_variants(probe: Probe, subject: Subject) -> Iterator[StepResult]:
    """What every variant shows. One that does not apply says nothing; all of them make n/a."""
    require(probe.rule, subject)
    reasons: list[NotApplicable] = []
    shown = False
    for variant in probe.variants:
        try:
            for result in _of_variant(probe, subject, variant):
                shown = shown or bool(result.observations)
                yield result
        except NotApplicable as reason:
            reasons.append(reason)
    if reasons and not shown:
        raise reasons[0]


def _of_variant(probe: Probe, subject: Subject, variant: Mapping[str, str]) -> Iterator[StepResult]:
    """Run one variant, once more where its access token turned out to have died before. What the
    first run showed until then does not count."""
    results: list[StepResult] = []
    try:
        for result in take_steps(started(subject, probe, variant)):
            results.append(result)
    except (Blocked, NotApplicable):
        yield from results
        raise
    if not any(result.stale for result in results):
        yield from results
        return
    for result in take_steps(started(subject, probe, variant)):
        if result.stale:
            raise Blocked(say("each new login ends the token before, so nothing can be compared"))
        yield result


def _of_answers(
    probe: Probe, subject: Subject, earlier: Mapping[str, Result]
) -> Iterator[Finding | Seen]:
    """What the refusals that other probes met with say, one rule apart from whether they came."""
    require(probe.rule, subject)
    trace = subject.driver.trace
    sent = [
        (exchange, expect)
        for name, expect in probe.answers_of
        if _tells(earlier.get(name))
        for exchange in trace.select(*JUDGED, purpose="altered", probe=name)
    ]
    if not sent:
        _raise_as(earlier.get(name) for name, _ in probe.answers_of)
        others = ", ".join(name for name, _ in probe.answers_of)
        raise Blocked(say("no such request was judged (see {})", others))
    judged = [
        (exchange, expect)
        for exchange, expect in sent
        if _is_refusal(exchange, expect, subject)
        and _counts(probe, exchange, expect)
        and not _is_hidden(exchange, expect, subject)
    ]
    if not judged:
        raise NotApplicable(say("no request was refused in a way that this rule is about"))
    for exchange, expect in judged:
        yield _judged(probe, subject, exchange, expect)


def _is_refusal(exchange: Exchange, expect: Expect, subject: Subject) -> bool:
    """Whether the request was refused; a crash is a refusal without the error that is due."""
    outcome = outcome_of(exchange, subject)
    crashed = outcome == "broken" and exchange.answer.status >= 500
    return outcome == "refused" or (crashed and bool(expect.error))


def _is_hidden(exchange: Exchange, expect: Expect, subject: Subject) -> bool:
    """Whether an MCP server says in the message, and not by the status, that a tool is none for this
    user."""
    by_message = exchange.answer.ok and refused_in_message(exchange)
    return bool(expect.status) and subject.target.mcp is not None and by_message


def _tells(result: Result | None) -> bool:
    """Whether the refusals of a probe show anything: not where the ordinary request was refused."""
    return result is not None and result.state != "blocked"


def _raise_as(results: Iterable[Result | None]) -> None:
    """Raise what kept all of these probes from being judged."""
    told = [result for result in results if result is not None]
    blocked = next((result for result in told if result.state == "blocked"), None)
    if blocked is not None:
        why = say("see {}: {}", blocked.rule.id, blocked.actual)
        raise Blocked(why, by_option=blocked.blocked_by)
    if told and all(result.state == "n/a" for result in told):
        raise NotApplicable(told[0].actual)


def _counts(probe: Probe, exchange: Exchange, expect: Expect) -> bool:
    if expect.challenge and exchange.answer.header("WWW-Authenticate") is None:
        return False  # whether there is one is another rule's business
    if expect.error and not has_known_error(exchange.answer):
        return False
    return not probe.when or is_one_of(str(exchange.answer.status), probe.when)


def _judged(probe: Probe, subject: Subject, exchange: Exchange, expect: Expect) -> Finding | Seen:
    scheme = "basic" if subject.target.scheme == "basic" else "bearer"
    status = str(exchange.answer.status)
    seen = mismatch(exchange, expect, scheme)
    if not seen and expect.status and not is_one_of(status, expect.status):
        seen = say("{} instead of {}", exchange.outcome, " or ".join(expect.status))
    if not seen:
        return Seen(actual=exchange.outcome, exchanges=(exchange.n,))
    return Finding(
        expected=probe.rule.title,
        actual=seen,
        at=ENDPOINTS.get(exchange.step) or without_query(exchange.request.url),
        exchanges=(exchange.n,),
        tolerated=expect.tolerated_always,
    )
