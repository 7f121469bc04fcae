"""`mockauth checks`: the list, its filters, and one check explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockauth.cli.checks import checks
from mockauth.engine.catalogue import catalogue
from mockauth.engine.places import rule_places
from mockauth.errors import UsageError
from mockauth.scenario.library import load_library
from tests.scenario.test_library import FAULTS, PROBE

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> Result:
    """What the command prints; its errors are raised."""
    return CliRunner().invoke(checks, arguments, catch_exceptions=False)


def ids(*arguments: str) -> list[str]:
    """The ids that are listed."""
    return [line.split()[0] for line in run(*arguments).stdout.splitlines()]


def test_without_filters_everything_is_listed() -> None:
    assert ids() == [entry.rule.id for entry in catalogue()]


def test_filters_narrow_the_list_together() -> None:
    listed = ids("--area", "token", "--kind", "probe", "--source", "rfc6749-4.1.2")

    assert "token.code-single-use" in listed
    assert all(id.startswith("token.") for id in listed)


def test_a_profile_shows_its_own_levels_and_leaves_out_what_does_not_bind_it() -> None:
    listed = run("--profile", "action").stdout

    assert "manifest.served" not in listed
    for entry in catalogue():
        shown = f"{entry.rule.id:44} {entry.level('action')}"
        assert (shown in listed) is (entry.level("action") is not None)


def test_a_level_is_that_of_the_profile() -> None:
    listed = ids("--profile", "mcp", "--level", "critical")

    assert listed == [e.rule.id for e in catalogue() if e.level("mcp") == "critical"]


def test_a_revision_of_mcp_has_rules_and_levels_of_its_own() -> None:
    oldest, newest = (run("--revision", one).stdout for one in ("2025-03-26", "2026-07-28"))

    assert "discovery.prm-found" not in oldest
    assert f"{'discovery.prm-found':44} critical" in newest
    assert f"{'callback.iss-on-error':44} should" in oldest
    assert f"{'callback.iss-on-error':44} must" in newest
    assert "manifest.served" not in newest


def test_filters_that_leave_nothing_say_so() -> None:
    done = run("--area", "manifest", "--kind", "probe", "--level", "must-not")

    assert (done.exit_code, done.stdout) == (0, "")
    assert "no check matches these filters" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--area", "tokn"), "--area tokn: no such area; there are api, "),
        (
            ("--source", "RFC674"),
            "--source RFC674: no check cites this source; did you mean RFC6749",
        ),
        (
            ("--revision", "2025-06-18", "--profile", "action"),
            "--revision 2025-06-18 is of MCP, and --profile is action",
        ),
        (("token.code-singel-use",), "did you mean token.code-single-use?"),
    ],
)
def test_a_word_that_is_wrong_is_an_error_that_helps(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError) as wrong:
        run(*arguments)

    assert said in str(wrong.value)


def test_a_probe_is_explained_with_its_needs_its_steps_and_its_source() -> None:
    told = run("token.code-bound-to-client").stdout

    assert "level    plugin critical" in told
    assert "needs    a second client (--other-client-id and --other-client-secret)" in told
    assert "section 4.1.3  https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3" in told
    assert "tested   A token request with a fresh code goes to the token endpoint" in told
    assert "by the second client: it must be refused" in told
    assert "why      " in told
    assert "fix      " in told


@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("page.frame-guard", "tested   Judged on the recorded exchanges; nothing is sent for it."),
        ("manifest.auth-type-known", "tested   Judged on the text of the manifest"),
    ],
)
def test_what_only_reads_says_so(id: str, told: str) -> None:
    assert told in run(id).stdout


def test_one_check_can_be_had_as_markdown() -> None:
    told = run("token.code-single-use", "--format", "markdown").stdout

    assert told.startswith("### `token.code-single-use`\n")
    assert "[RFC6749-4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)" in told


def test_a_probe_is_explained_with_the_places_of_its_file_its_faults_and_its_tests() -> None:
    told = run("token.code-single-use").stdout

    assert "code     scenarios/probes/token/code-single-use.yaml\n" in told
    assert re.search(r"faults   scenarios/faults/token\.yaml:\d+  token\.code-reusable\n", told)
    assert re.search(r"         tests/cli/test_checks\.py:\d+\n", told)


@pytest.mark.parametrize("id", ["page.frame-guard", "client.code-exchanged-once"])
def test_a_check_in_python_is_explained_with_the_line_of_its_decorator(id: str) -> None:
    found = re.search(r"code     (mockauth/checks/\S+\.py):(\d+)\n", run(id).stdout)

    assert found
    lines = (ROOT / found[1]).read_text("utf-8").split("\n")
    assert lines[int(found[2]) - 1].startswith(("@check(", "@client_check("))


def test_a_file_of_the_users_own_has_its_place_and_its_fault(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(PROBE)
    (tmp_path / "wrong.yaml").write_text(FAULTS)
    told = run("token.my-own", "--scenarios", str(tmp_path)).stdout

    assert f"code     {tmp_path.name}/mine.yaml:2\n" in told
    assert f"faults   {tmp_path.name}/wrong.yaml:3  mine" in told


def test_every_rule_has_a_place() -> None:
    places = rule_places(load_library())

    assert set(places) == {entry.rule.id for entry in catalogue()}
    assert [str(at) for at in places.values() if not (ROOT / at.file).is_file()] == []
