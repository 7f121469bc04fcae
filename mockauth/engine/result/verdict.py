"""From what a check says to a verdict: the state follows from the level, the level from the
profile. Nothing here knows a check by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.registry import Check
from mockauth.checks.rule import Rule
from mockauth.engine.result.result import Confidence, Result, State
from mockauth.manifest.auth import Auth
from mockauth.profiles import Level, Profile
from mockauth.wire.words import own, say

BROKEN: dict[Level, State] = {
    "critical": "fail",
    "must": "fail",
    "must-not": "fail",
    "should": "warn",
    "info": "info",
}


def judge(check: Check, evidence: Evidence) -> Result:
    """Judge one check on the evidence. A crash inside it is an `error` result, never a pass."""
    level = binding(check.rule, evidence.profile, evidence.auth)
    if isinstance(level, Result):
        return level
    return conclude(check.rule, level, check.judge(evidence))


def binding(rule: Rule, profile: Profile, auth: Auth | None, *, whom: str = "a") -> Level | Result:
    """The level of a rule here, or the n/a result when it does not apply to this target. `whom` leads
    to the profile's title in the reason."""
    level = profile.level(rule.id, rule.levels)
    if level is None:
        why = profile.why_off(rule.id) if profile.name in rule.levels else ""
        return not_applicable(rule, why or say("does not apply to {} {}", whom, profile.title))
    if auth is not None and auth.type not in rule.auth:
        return not_applicable(rule, say("not about auth type {}", own(auth.type)))
    return level


def conclude(
    rule: Rule, level: Level, judging: Iterator[Finding | Seen], confidence: Confidence = ""
) -> Result:
    """The result of everything `judging` says. What was found broken stands, even when the rest
    could not be judged any more."""
    said: list[Finding | Seen] = []
    try:
        for item in judging:
            said.append(item)
    except (Blocked, NotApplicable) as reason:
        if any(isinstance(item, Finding) for item in said):
            return verdict(rule, level, said, confidence)
        if isinstance(reason, NotApplicable):
            return not_applicable(rule, reason.reason)
        return blocked(rule, level, reason.reason, by_option=reason.by_option)
    except Exception as crash:  # one broken check must not end the run
        return error(rule, level, crash)
    return verdict(rule, level, said, confidence)


def verdict(
    rule: Rule, level: Level, said: list[Finding | Seen], confidence: Confidence = ""
) -> Result:
    """The result of what was found and seen. Nothing at all means that nothing was judged."""
    named = (item for item in said if isinstance(item, Finding))
    findings = tuple(sorted(named, key=lambda item: item.tolerated))
    seen = tuple(item for item in said if isinstance(item, Seen))
    if findings:
        first = findings[0]
        state = BROKEN[level]
        return Result(
            rule=replace(rule, chatgpt_shows=first.shows) if first.shows else rule,
            state="warn" if state == "fail" and first.tolerated else state,
            level=level,
            expected=first.expected,
            actual=first.actual,
            fix=first.fix or rule.fix,
            at=first.at,
            exchanges=tuple(dict.fromkeys(n for item in findings for n in item.exchanges)),
            confidence=confidence,
            findings=findings,
        )
    if not seen:
        return blocked(rule, level, say("no exchange to judge this rule by"))
    return Result(
        rule=rule,
        state="pass",
        level=level,
        expected=rule.title,
        actual=seen[0].actual,
        at=seen[0].at,
        exchanges=tuple(dict.fromkeys(n for item in seen for n in item.exchanges)),
        confidence=confidence,
    )


def blocked(rule: Rule, level: Level, reason: str, *, by_option: str = "") -> Result:
    """A rule that applies and could not be judged."""
    return Result(
        rule=rule,
        state="blocked",
        level=level,
        expected=rule.title,
        actual=reason,
        blocked_by=by_option,
    )


def not_applicable(rule: Rule, reason: str) -> Result:
    """A rule that does not apply to this target or profile."""
    return Result(rule=rule, state="n/a", level=None, expected=rule.title, actual=reason)


def error(rule: Rule, level: Level, crash: Exception) -> Result:
    """mockauth itself failed in this rule. The type is named, its text may quote the target."""
    where = crash.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    line = own(f" at line {where.tb_lineno} of {where.tb_frame.f_code.co_name}") if where else ""
    return Result(
        rule=rule,
        state="error",
        level=level,
        expected=rule.title,
        actual=say("mockauth failed in this check: {}{}", own(type(crash).__name__), line),
    )
