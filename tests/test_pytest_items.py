"""The checks of a service as items of pytest, in sessions of their own."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mockauth.api import plan_of
from mockauth.errors import UsageError
from mockauth.pytest_items import SharedRun
from tests.apps.todo import CLIENT_ID, CLIENT_SECRET, PASSWORD, USER

pytest_plugins = ("pytester",)
ROOT = Path(__file__).parent.parent
QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rA")
APP = "--mockauth-target=tests.apps.flask_todo:flask_app()"
FAULTY = "--mockauth-target=plugin_app:faulty()"
WORKS = "token.exchange-works"
STATE = "callback.state-once-equal"
BLOCKED = "manifest.verification-token-matches"
"""A check that needs an option that is not given."""
PROBE = """
mockauth: 1
id: token.comment-ignored
title: A token request with an unknown parameter works
level: should
refs: [RFC6749-3.2]
needs: [login]
why: ChatGPT may send parameters that your server does not know.
fix: Ignore unknown parameters at the token endpoint.
steps:
- do: token
  change:
    set: {comment: hello}
  expect:
    verdict: accepted
"""


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The folder of a plugin's author."""
    given = {
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "USERNAME": USER,
        "PASSWORD": PASSWORD,
        "PLUGIN_ID": "plugin-todo",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"MOCKAUTH_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for workers
    pytester.makepyfile(
        plugin_app="""
        from pathlib import Path

        from tests.apps.flask_todo import flask_app
        from tests.apps.todo import Todo

        def faulty():
            with Path("runs").open("a") as file:
                file.write("run ")
            return flask_app(Todo(faulty=True))

        def closed():
            app = flask_app()
            app.view_functions["todos"] = lambda: ("closed", 403)
            return app
        """,
        test_own="def test_own(): pass",
    )
    return pytester


def test_each_check_is_an_item_beside_the_users_own_tests(session: pytest.Pytester) -> None:
    result = session.runpytest_inprocess(*QUIET, APP, "-k", f"{WORKS} or {BLOCKED} or test_own")

    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines([f"*PASSED mockauth::{WORKS}*"])
    result.stdout.fnmatch_lines(["*SKIPPED*blocked: give the token that ChatGPT shows*"])


@pytest.mark.parametrize("target", ["http://localhost:9/mcp", "nobody_has_this:app"])
def test_what_only_the_target_can_tell_leaves_no_check_out(target: str) -> None:
    of_plugin, of_mcp = "manifest.https", "discovery.asm-found"

    assert {of_plugin, of_mcp} <= {*plan_of(target).ids}
    assert of_mcp not in plan_of(target, profile="plugin").ids
    assert of_plugin not in plan_of(target, profile="mcp").ids
    assert of_mcp not in plan_of(target, levels=[f"{of_mcp}=off"]).ids


def test_without_a_target_nothing_is_added(session: pytest.Pytester) -> None:
    session.makefile(".mockauth.yaml", own=PROBE)

    session.runpytest_inprocess(*QUIET).assert_outcomes(passed=1)


def test_a_check_named_on_the_command_line_is_all_that_is_run(session: pytest.Pytester) -> None:
    result = session.runpytest_inprocess(*QUIET, APP, f"mockauth::{WORKS}")

    result.assert_outcomes(passed=1)


def test_a_check_that_does_not_exist_is_an_error(session: pytest.Pytester) -> None:
    result = session.runpytest_inprocess(*QUIET, APP, "mockauth::token.exchange-work")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = "*there is no check token.exchange-work; did you mean token.exchange-works[?]"
    result.stdout.fnmatch_lines([told])


def test_a_failure_tells_what_to_change_and_shows_the_exchange(session: pytest.Pytester) -> None:
    result = session.runpytest_inprocess(*QUIET, FAULTY, f"mockauth::{STATE}", "--junitxml=j.xml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"FAIL {STATE} *", "*fix *", "*exchange #*", "*] GET *"])
    assert result.stdout.str().count("\nFAIL ") == 1
    told = (session.path / "j.xml").read_text("utf-8")
    case = ET.fromstring(told).find(".//testcase")  # noqa: S314 - pytest wrote it
    assert case is not None
    assert case.attrib["name"] == STATE
    assert case.find("failure") is not None
    assert PASSWORD not in told + result.stdout.str()
    assert CLIENT_SECRET not in told + result.stdout.str()


def test_fail_on_never_lets_a_failure_pass(session: pytest.Pytester) -> None:
    never = "--mockauth-fail-on=never"
    result = session.runpytest_inprocess(*QUIET, FAULTY, never, f"mockauth::{STATE}")

    result.assert_outcomes(passed=1)


def test_strict_of_the_settings_is_about_critical_checks(session: pytest.Pytester) -> None:
    session.path.joinpath("mockauth.toml").write_text("[check]\nstrict = true\n")

    result = session.runpytest_inprocess(*QUIET, APP, f"mockauth::{BLOCKED}")

    result.assert_outcomes(skipped=1)


def test_what_was_not_judged_fails_where_strict(session: pytest.Pytester) -> None:
    result = session.runpytest_inprocess(*QUIET, APP, "--mockauth-strict", f"mockauth::{BLOCKED}")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{BLOCKED} *, not judged: give the token that ChatGPT shows*"])


def test_a_critical_check_that_the_service_blocks_fails_as_the_command_does(
    session: pytest.Pytester,
) -> None:
    closed = "--mockauth-target=plugin_app:closed()"
    critical, other = "api.no-token-is-401", "api.other-user-isolated"
    result = session.runpytest_inprocess(*QUIET, closed, "-k", f"{critical} or {other}")

    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines([f"{critical} (critical), not judged: *"])


@pytest.mark.parametrize(("target", "outcome"), [(FAULTY, "xfailed"), (APP, "failed")])
def test_a_waived_check_is_expected_to_fail(
    target: str, outcome: str, session: pytest.Pytester
) -> None:
    until = (datetime.now(UTC) + timedelta(days=9)).date()
    waiver = f'[[waiver]]\nid = "{STATE}"\nreason = "known"\nuntil = {until}\n'
    (session.path / "waived.toml").write_text(waiver)
    config = "--mockauth-config=waived.toml"
    result = session.runpytest_inprocess(*QUIET, target, config, f"mockauth::{STATE}")

    result.assert_outcomes(**{outcome: 1})


def test_the_first_failure_stops_and_the_last_failed_is_run_again(session: pytest.Pytester) -> None:
    asked = ("-p", "no:xdist", "-q", FAULTY, "-k", f"{WORKS} or {STATE}")

    session.runpytest_inprocess(*asked, "-x").assert_outcomes(failed=1)
    session.runpytest_inprocess(*asked, "--lf").assert_outcomes(failed=1)


def test_a_run_that_cannot_be_made_fails_once(session: pytest.Pytester) -> None:
    nobody = "--mockauth-target=nobody_has_this:app"
    result = session.runpytest_inprocess(*QUIET, nobody, "-k", f"{WORKS} or {STATE}")

    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["nothing could be judged: nobody_has_this:app: ModuleNotFound*"])


def test_a_service_that_cannot_be_reached_fails_whatever_is_chosen(
    session: pytest.Pytester,
) -> None:
    nobody = "--mockauth-target=http://127.0.0.1:9"
    result = session.runpytest_inprocess(*QUIET, nobody, "-k", f"{WORKS} or {STATE}")

    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["nothing could be judged: http://127.0.0.1:9 cannot be reached: *refused*"]
    )


def test_the_users_probes_are_collected_from_their_files(session: pytest.Pytester) -> None:
    session.makefile(".mockauth.yaml", own=PROBE)
    result = session.runpytest_inprocess(*QUIET, APP, "own.mockauth.yaml")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["PASSED own.mockauth.yaml::token.comment-ignored"])


def test_a_probe_that_cannot_be_read_is_an_error_with_its_line(session: pytest.Pytester) -> None:
    session.makefile(".mockauth.yaml", own=PROBE.replace("level: should", "level: shall"))
    result = session.runpytest_inprocess(*QUIET, APP, "own.mockauth.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*own.mockauth.yaml:4:*"])


def test_workers_share_one_run(session: pytest.Pytester) -> None:
    result = session.runpytest_subprocess(
        "-p", "no:cacheprovider", "-q", "-n2", FAULTY, "-k", f"{WORKS} or {STATE} or {BLOCKED}"
    )

    result.assert_outcomes(passed=1, failed=1, skipped=1)
    assert (session.path / "runs").read_text() == "run "


def test_a_fault_of_the_run_is_told_once_and_not_made_twice() -> None:
    run = SharedRun("nobody_has_this:app", {}, None)

    with pytest.raises(UsageError):
        run.report()
    with pytest.raises(pytest.skip.Exception, match="nothing could be judged"):
        run.report()
