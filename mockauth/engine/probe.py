"""Runs a probe: all its variants, or the answers that other probes brought about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.matcher import mismatch
from mockauth.engine.need import require
from mockauth.engine.run import Result
from mockauth.engine.subject import Subject
from mockauth.engine.trial.state import ENDPOINTS, Trial, is_one_of, outcome_of
from mockauth.engine.trial.steps import run_trial
from mockauth.engine.verdict import conclude
from mockauth.profiles import Level
from mockauth.scenario.model import Expect, Probe
from mockauth.wire import Exchange
from mockauth.wire.url import without_query


def run_probe(probe: Probe, subject: Subject, level: Level) -> Result:
    """Judge one probe that binds. Nothing a server does makes it raise."""
    if probe.answers_of:
        return conclude(probe.rule, level, _of_answers(probe, subject))
    trials = [Trial(subject=subject, probe=probe, variant=variant) for variant in probe.variants]
    result = conclude(probe.rule, level, _of_trials(probe, subject, trials), "proven")
    if result.state == "blocked":
        subject.unproven.add(probe.rule.id)
    likely = any(trial.confidence == "likely" for trial in trials)
    return replace(result, confidence="likely") if likely and result.confidence else result


def _of_trials(probe: Probe, subject: Subject, trials: list[Trial]) -> Iterator[Finding | Seen]:
    """What every variant shows. One that does not apply says nothing; all of them make n/a."""
    require(probe.rule, subject)
    reasons: list[NotApplicable] = []
    for trial in trials:
        try:
            yield from run_trial(trial)
        except NotApplicable as reason:
            reasons.append(reason)
    if len(reasons) == len(trials):
        raise reasons[0]


def _of_answers(probe: Probe, subject: Subject) -> Iterator[Finding | Seen]:
    """What the refusals that other probes met with say, one rule apart from whether they came."""
    require(probe.rule, subject)
    trace = subject.driver.trace
    sent = [
        (exchange, expect)
        for name, expect in probe.answers_of
        if name not in subject.unproven
        for exchange in trace.select("token", "refresh", "api", purpose="altered", probe=name)
    ]
    if not sent:
        others = ", ".join(name for name, _ in probe.answers_of)
        raise Blocked(f"no such request was judged (see {others})")
    judged = [
        (exchange, expect)
        for exchange, expect in sent
        if outcome_of(exchange) == "refused" and _counts(probe, exchange, expect)
    ]
    if not judged:
        raise NotApplicable("no request was refused in a way that this rule is about")
    for exchange, expect in judged:
        yield _judged(probe, subject, exchange, expect)


def _counts(probe: Probe, exchange: Exchange, expect: Expect) -> bool:
    if expect.challenge and exchange.answer.header("WWW-Authenticate") is None:
        return False  # whether there is one is another rule's business
    return not probe.when or is_one_of(str(exchange.answer.status), probe.when)


def _judged(probe: Probe, subject: Subject, exchange: Exchange, expect: Expect) -> Finding | Seen:
    scheme = "basic" if subject.scheme == "basic" else "bearer"
    status = str(exchange.answer.status)
    seen = mismatch(exchange, expect, scheme)
    if not seen and expect.status and not is_one_of(status, expect.status):
        seen = f"{exchange.outcome} instead of {' or '.join(expect.status)}"
    if not seen:
        return Seen(actual=exchange.outcome, exchanges=(exchange.n,))
    return Finding(
        expected=probe.rule.title,
        actual=seen,
        at=ENDPOINTS.get(exchange.step) or without_query(exchange.request.url),
        exchanges=(exchange.n,),
        tolerated=expect.tolerated_always,
    )
