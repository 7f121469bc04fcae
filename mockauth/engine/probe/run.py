"""Runs a probe: all its variants, or the answers that other probes brought about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.probe.matchers import mismatch
from mockauth.engine.probe.prerequisites import require
from mockauth.engine.probe.steps.context import ENDPOINTS, Trial, is_one_of, outcome_of
from mockauth.engine.probe.steps.control_request import Stale
from mockauth.engine.probe.steps.dispatch import run_trial
from mockauth.engine.result.result import Result
from mockauth.engine.result.verdict import conclude
from mockauth.engine.target.target import Subject
from mockauth.profiles import Level
from mockauth.scenario.model import Expect, Probe
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import say


def run_probe(probe: Probe, subject: Subject, level: Level) -> Result:
    """Judge one probe that binds. Nothing a server does makes it raise."""
    if probe.answers_of:
        return conclude(probe.rule, level, _of_answers(probe, subject))
    trials = [Trial(subject=subject, probe=probe, variant=variant) for variant in probe.variants]
    result = conclude(probe.rule, level, _of_trials(probe, subject, trials), "proven")
    subject.probed[probe.rule.id] = result
    likely = any(trial.confidence == "likely" for trial in trials)
    return replace(result, confidence="likely") if likely and result.confidence else result


def _of_trials(probe: Probe, subject: Subject, trials: list[Trial]) -> Iterator[Finding | Seen]:
    """What every variant shows. One that does not apply says nothing; all of them make n/a."""
    require(probe.rule, subject)
    reasons: list[NotApplicable] = []
    shown = False
    for trial in trials:
        try:
            for item in _run(trial):
                shown = True
                yield item
        except NotApplicable as reason:
            reasons.append(reason)
    if reasons and not shown:
        raise reasons[0]


def _run(trial: Trial) -> Iterator[Finding | Seen]:
    """Run a trial, once more where its access token turned out to have died before."""
    said: list[Finding | Seen] = []
    try:
        for item in run_trial(trial):
            said.append(item)
    except Stale:
        said = []
        again = Trial(subject=trial.subject, probe=trial.probe, variant=trial.variant)
        try:
            yield from run_trial(again)
        except Stale:
            why = say("each new login ends the token before, so nothing can be compared")
            raise Blocked(why) from None
        trial.confidence = again.confidence
    finally:
        yield from said


def _of_answers(probe: Probe, subject: Subject) -> Iterator[Finding | Seen]:
    """What the refusals that other probes met with say, one rule apart from whether they came."""
    require(probe.rule, subject)
    trace = subject.driver.trace
    sent = [
        (exchange, expect)
        for name, expect in probe.answers_of
        if _tells(subject.probed.get(name))
        for exchange in trace.select("token", "refresh", "api", purpose="altered", probe=name)
    ]
    if not sent:
        _raise_as(subject.probed.get(name) for name, _ in probe.answers_of)
        others = ", ".join(name for name, _ in probe.answers_of)
        raise Blocked(say("no such request was judged (see {})", others))
    judged = [
        (exchange, expect)
        for exchange, expect in sent
        if outcome_of(exchange) == "refused" and _counts(probe, exchange, expect)
    ]
    if not judged:
        raise NotApplicable(say("no request was refused in a way that this rule is about"))
    for exchange, expect in judged:
        yield _judged(probe, subject, exchange, expect)


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
    return not probe.when or is_one_of(str(exchange.answer.status), probe.when)


def _judged(probe: Probe, subject: Subject, exchange: Exchange, expect: Expect) -> Finding | Seen:
    scheme = "basic" if subject.scheme == "basic" else "bearer"
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
