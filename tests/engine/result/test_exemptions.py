"""What waivers and the baseline do to verdicts and to the gate."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from mockauth.checks.rule import Rule, levels
from mockauth.engine.result.baseline import Baseline, read_baseline, render, written
from mockauth.engine.result.exemptions import check_ids, policy_at
from mockauth.engine.result.gate import FailOn, gate
from mockauth.engine.result.result import Result, Run, State
from mockauth.engine.result.waiver import Waiver
from mockauth.errors import UsageError
from mockauth.profiles import PLUGIN
from mockauth.report import json_report, terminal
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets

NOW = datetime(2027, 1, 31, 23, 59, tzinfo=UTC).timestamp()
DAY = 86400.0
GUARD = "page.frame-guard"
EXACT = "callback.exact-uri"


def result(state: State, id: str = GUARD) -> Result:
    """A must-level result in that state."""
    rule = Rule(
        id=id,
        title="It holds",
        levels=levels("MMM"),
        refs=("RFC6749-5",),
        why="w",
        fix="f",
        kind="read",
    )
    return Result(rule=rule, state=state, level="must", expected="x", actual="y")


def waiver(id: str = GUARD) -> Waiver:
    """A waiver that holds until the day of `NOW`."""
    return Waiver(
        id=id, reason="The portal frames it", until=date(2027, 1, 31), place="mockauth.toml: 1"
    )


def baseline(**states: State) -> Baseline:
    """A baseline of the frame guard, or of ids written with `__` for a dot and `_` for a dash."""
    named = {id.replace("__", ".").replace("_", "-"): state for id, state in states.items()}
    return Baseline(file="known.toml", states=MappingProxyType(named))


def judged(
    *results: Result,
    waivers: tuple[Waiver, ...] = (),
    known: Baseline | None = None,
    now: float = NOW,
) -> Run:
    """A run with these raw results under a policy."""
    policy = policy_at(now, waivers, known)
    applied = tuple(policy.applied(one) for one in (*results, result("pass", "api.other")))
    return Run(
        target="http://localhost",
        profile=PLUGIN,
        auth="oauth",
        started=now,
        duration_ms=1.0,
        results=applied,
        trace=Trace(),
        secrets=Secrets(),
        policy=tuple(policy.findings(applied)),
    )


def code(run: Run, fail_on: FailOn = "must") -> int:
    """The exit code of a run."""
    return gate(run, fail_on=fail_on).exit_code


def kinds(run: Run) -> list[str]:
    """What is wrong with the lists."""
    return [finding.kind for finding in run.policy]


@pytest.mark.parametrize("state", ["fail", "warn"])
def test_a_waived_failure_opens_the_gate_and_keeps_its_raw_state(state: State) -> None:
    run = judged(result(state), waivers=(waiver(),))

    waived = run.results[0]
    assert (waived.state, waived.waived_state, waived.raw_state) == ("waived", state, state)
    assert (code(run, "should"), kinds(run)) == (0, [])


def test_a_waiver_holds_through_its_last_day_and_is_a_finding_on_the_next() -> None:
    today = judged(result("fail"), waivers=(waiver(),))
    tomorrow = judged(result("fail"), waivers=(waiver(),), now=NOW + DAY)

    assert (today.results[0].state, code(today)) == ("waived", 0)
    assert (tomorrow.results[0].state, code(tomorrow)) == ("fail", 1)
    assert kinds(tomorrow) == ["expired"]


def test_an_expired_waiver_closes_the_gate_even_where_the_raw_state_does_not() -> None:
    run = judged(result("warn"), waivers=(waiver(),), now=NOW + DAY)

    assert (run.results[0].state, code(run)) == ("warn", 1)
    assert "expired on 2027-01-31" in gate(run).reasons[0]


def test_a_waiver_that_nothing_needs_closes_the_gate() -> None:
    run = judged(result("pass"), waivers=(waiver(),))

    assert (run.results[0].state, kinds(run), code(run)) == ("pass", ["stale"], 1)


@pytest.mark.parametrize("state", ["blocked", "error", "n/a", "info"])
def test_what_did_not_fail_is_neither_waived_nor_stale(state: State) -> None:
    run = judged(result(state), waivers=(waiver(),), known=baseline(page__frame_guard="fail"))

    assert (run.results[0].state, kinds(run)) == (state, [])


def test_a_waiver_of_a_check_that_was_not_run_says_nothing() -> None:
    assert kinds(judged(waivers=(waiver(),), now=NOW + DAY)) == []


def test_known_failures_do_not_count_and_new_ones_do() -> None:
    known = baseline(page__frame_guard="fail")

    assert code(judged(result("fail"), known=known)) == 0
    assert code(judged(result("fail"), result("fail", EXACT), known=known)) == 1


def test_a_known_failure_that_only_warns_now_is_still_known() -> None:
    run = judged(result("warn"), known=baseline(page__frame_guard="fail"))

    assert (run.results[0].raw_state, code(run, "should"), kinds(run)) == ("warn", 0, [])


def test_a_known_warning_that_fails_now_counts_and_is_named() -> None:
    run = judged(result("fail"), known=baseline(page__frame_guard="warn"))

    assert (run.results[0].state, kinds(run), code(run)) == ("fail", ["worse"], 1)


def test_a_listed_check_that_passes_must_leave_the_baseline() -> None:
    run = judged(result("pass"), known=baseline(page__frame_guard="fail"))

    assert code(run) == 1
    assert gate(run).reasons == ("known.toml: page.frame-guard is listed as fail but passes",)


def test_the_baseline_does_not_stand_in_for_an_expired_waiver() -> None:
    run = judged(
        result("fail"), waivers=(waiver(),), known=baseline(page__frame_guard="fail"), now=NOW + DAY
    )

    assert run.results[0].state == "fail"


def test_with_fail_on_never_the_lists_close_nothing() -> None:
    assert code(judged(result("pass"), waivers=(waiver(),)), "never") == 0


def test_a_written_baseline_holds_what_is_broken_and_not_waived_and_keeps_what_was_not_judged() -> (
    None
):
    run = judged(
        result("fail"),
        result("warn", EXACT),
        result("blocked", "a.b"),
        result("fail", "c.d"),
        waivers=(waiver("c.d"),),
    )

    made = written(run, baseline(a__b="fail", api__other="fail", not__run="warn"))

    assert dict(made.states) == {"a.b": "fail", EXACT: "warn", "not.run": "warn", GUARD: "fail"}


@pytest.mark.parametrize("name", ["known.toml", "known.json"])
def test_a_baseline_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    known = baseline(page__frame_guard="fail", token__form_accepted="warn")

    path.write_text(render(known, path), "utf-8")

    assert dict(read_baseline(path).states) == dict(known.states)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("b.toml", "", "schema must be"),
        ("b.toml", "[checks\n", "no TOML"),
        ("b.json", "[1", "no JSON"),
        ("b.json", "[1]", "schema must be"),
        ("b.json", '{"schema": "mockauth-baseline/1", "checks": [1]}', "checks must be a table"),
        ("b.toml", 'schema = "mockauth-baseline/1"\n[check]\n', "unknown key 'check'"),
        (
            "b.toml",
            'schema = "mockauth-baseline/1"\n[checks]\n"a.b" = "pass"',
            'a.b must be "fail" or "warn", not \'pass\'',
        ),
        (
            "b.json",
            '{"schema": "mockauth-baseline/1", "checks": {"a.b": ["fail"]}}',
            "a.b must be",
        ),
    ],
)
def test_a_broken_baseline_is_an_error_that_names_the_file(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")

    with pytest.raises(UsageError) as wrong:
        read_baseline(path)

    assert str(path) in str(wrong.value)
    assert said in str(wrong.value)


def test_a_missing_baseline_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--write-baseline"):
        read_baseline(tmp_path / "none.toml")


def test_ids_that_do_not_exist_are_named_with_their_file_and_the_nearest() -> None:
    policy = policy_at(NOW, (waiver("page.frame-gard"),), baseline(page__fram="fail"))

    with pytest.raises(UsageError) as wrong:
        check_ids(policy, {GUARD})

    first, second = str(wrong.value).splitlines()
    assert first == (
        "mockauth.toml: 1: no check is called page.frame-gard; did you mean page.frame-guard?"
    )
    assert second.startswith("known.toml: page.fram: no check is called page.fram")


def test_the_reports_show_what_was_waived_with_its_reason_and_date() -> None:
    run = judged(
        result("fail"),
        result("fail", EXACT),
        result("pass", "a.b"),
        waivers=(waiver(), waiver("a.b")),
        known=baseline(callback__exact_uri="fail"),
    )
    out = io.StringIO()

    terminal.write(run, gate(run), out, verbose=1)
    report = json.loads(json_report.render(run, gate(run)))

    shown = out.getvalue()
    assert "WAIVED  page.frame-guard  (must, fail)  until 2027-01-31" in shown
    assert "reason       The portal frames it" in shown
    assert "WAIVED  callback.exact-uri  (must, fail)  listed in known.toml" in shown
    assert "STALE   mockauth.toml: 1: a.b is waived but passes" in shown
    assert shown.splitlines()[-1].startswith("ChatGPT cannot sign in: callback.exact-uri (waived)")
    check = report["checks"][0]
    assert (check["state"], check["waived_state"]) == ("waived", "fail")
    assert check["waiver"] == {
        "kind": "waiver",
        "reason": "The portal frames it",
        "until": "2027-01-31",
        "place": "mockauth.toml: 1",
    }
    assert report["policy"][0]["kind"] == "stale"


def test_the_findings_in_full_begin_with_how_much_was_judged() -> None:
    run = judged(result("blocked"), result("n/a", "a.b"), result("fail", EXACT))
    out = io.StringIO()

    terminal.write(run, gate(run), out, verbose=1)

    full = out.getvalue().partition("In full\n")[2]
    assert full.splitlines()[:2] == [
        "2 judged · 1 blocked · 1 not applicable",
        "1 pass · 1 fail",
    ]
