"""From what a check says to its verdict."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.rule import Rule, levels
from mockauth.engine.result.verdict import conclude

RULE = Rule(
    id="token.example",
    title="It holds",
    levels=levels("CMM"),
    refs=("RFC6749-5",),
    why="w",
    fix="f",
    kind="probe",
)
BROKEN = Finding(expected="a", actual="b")


def test_what_was_found_broken_stands_although_the_rest_was_blocked() -> None:
    def judging() -> Iterator[Finding | Seen]:
        yield BROKEN
        raise Blocked("the server's state broke")

    assert conclude(RULE, "critical", judging()).state == "fail"


def test_what_held_so_far_is_no_pass_when_the_rest_was_blocked() -> None:
    def judging() -> Iterator[Finding | Seen]:
        yield Seen(actual="held")
        raise Blocked("429")

    assert conclude(RULE, "critical", judging()).state == "blocked"


def test_nothing_seen_is_blocked_and_never_a_pass() -> None:
    assert conclude(RULE, "must", iter(())).state == "blocked"


def test_a_tolerated_finding_warns_at_most() -> None:
    mild = Finding(expected="a", actual="b", tolerated=True)

    assert conclude(RULE, "critical", iter([mild])).state == "warn"
    assert conclude(RULE, "critical", iter([mild, BROKEN])).state == "fail"


def test_a_crash_is_an_error_that_names_no_value_of_the_target() -> None:
    def judging() -> Iterator[Finding | Seen]:
        yield Seen(actual="held")
        raise ValueError("s3cret-from-the-target")

    result = conclude(RULE, "must", judging())

    assert (result.state, "s3cret" in result.actual) == ("error", False)
