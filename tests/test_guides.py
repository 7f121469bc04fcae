"""The doors of README and the pages of docs/ by task: what they show is run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mockauth.cli.main import commands
from mockauth.engine.catalogue import catalogue
from mockauth.scenario.misbehaving import KnownFaults
from mockauth.testing import served_plugin
from tests.test_ci import action_yml, free_port, validated
from tests.test_readme import (
    PAGES,
    ROOT,
    at_port,
    block,
    blocks,
    command_lines,
    missing,
    mockauth,
    serving,
)

pytest_plugins = ("pytester",)
EXAMPLES = ROOT / "docs" / "examples"
QUICK = {"MOCKAUTH_SELECT": "token.exchange-works,api.valid-token-accepted"}
"""Whether the sign-in works; the whole run of each door is made by other tests."""


def test_readme_is_short_and_names_the_trap_on_the_first_screen() -> None:
    lines = PAGES["README.md"].split("\n")

    assert len(lines) <= 121
    assert "`client_url` is the **authorize** endpoint" in "\n".join(lines[:25])
    assert "`authorization_url` is the **token**" in "\n".join(lines[:25])


def test_the_numbers_of_readme_are_true() -> None:
    rules = [entry.rule for entry in catalogue()]
    of_clients = sum(rule.area == "client" for rule in rules)
    prose = re.sub(r"(?ms)^```.*?^```", "", PAGES["README.md"])
    told = re.findall(r"\b(\d+) (checks|faults)\b", prose)

    assert set(told) == {
        (str(len(rules)), "checks"),
        (str(of_clients), "checks"),
        (str(len(list(KnownFaults()))), "faults"),
    }


@pytest.mark.parametrize(
    "before", ["door: serve --port", "door: serve --profile action", "door: serve --profile mcp"]
)
def test_a_door_of_readme_signs_in_to_what_it_says_is_served(before: str) -> None:
    [said] = re.findall(rf"<!-- ({before}.*?) -->", PAGES["README.md"])
    [checked] = blocks("README.md", before=said)
    variables = dict(re.findall(r"(MOCKAUTH_\w+)=(\S+)", checked))
    [asked] = command_lines(checked)
    with serving(shlex.split(said.removeprefix("door: "))) as (port, _):
        done = mockauth(*at_port(asked, port), **variables, **QUICK)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_mcp_server_is_told_of_as_its_page_shows() -> None:
    [said] = re.findall(r"<!-- (door: .*?) -->", PAGES["docs/mcp.md"])
    [checked] = blocks("docs/mcp.md", before=said)
    [shown] = blocks("docs/mcp.md", before="prints")
    variables = dict(re.findall(r"(MOCKAUTH_\w+)=(\S+)", checked))
    [asked] = command_lines(checked)
    with serving(shlex.split(said.removeprefix("door: "))) as (port, _):
        done = mockauth(*at_port(asked, port), **variables, **QUICK)

    assert re.sub(r"[\d ]+ not judged", " not judged", shown) in re.sub(
        r"[\d ]+ not judged", " not judged", done.stdout
    )
    assert f"found an MCP server at http://localhost:{port}/mcp" in done.stdout


def test_the_door_for_clients_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(block("README.md", "python", "mock_plugin"))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-q")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("app", ["flask_app.py", "fastapi_app.py", "django_app.py"])
def test_the_example_of_a_framework_is_one_that_chatgpt_can_call(app: str) -> None:
    [line] = blocks("docs/frameworks.md", before=f"starts {app}")
    [checked] = blocks("docs/frameworks.md", before="exits 0")
    variables = dict(re.findall(r"(MOCKAUTH_\w+)=(\S+)", checked))
    [asked] = command_lines(checked)
    with started(line) as port:
        done = mockauth(*at_port(asked, port), **variables)

    assert (done.returncode, done.stderr) == (0, "")
    assert "none failed" in done.stdout


def test_the_example_of_express_is_javascript() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here; Express itself is never installed by a test")
    command = [node, "--check", str(EXAMPLES / "express_app.mjs")]
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own file


def test_a_baseline_lets_an_old_project_pass_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [writes] = command_lines(blocks("docs/baseline.md", before="writes known.toml")[0])
    [reads] = command_lines(blocks("docs/baseline.md", before="exits 0 with")[0])
    secrets = {
        "MOCKAUTH_CLIENT_SECRET": "demo-secret-3f9a7c51d2",
        "MOCKAUTH_PASSWORD": "analytical-engine",
        "MOCKAUTH_SELECT": "token.code-single-use",
    }
    with serving(["serve", "--fault", "token.code-reusable"]) as (port, _):
        codes = [mockauth(*at_port(words, port), **secrets).returncode for words in (writes, reads)]

    assert codes == [1, 0]


def test_a_run_is_saved_rendered_replayed_and_compared_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCKAUTH_SELECT", "token.code-single-use,token.code-race-single-winner")
    writes, *others = (words for text in blocks("docs/reports.md") for words in command_lines(text))
    with served_plugin() as plugin:
        monkeypatch.setenv("MOCKAUTH_CLIENT_SECRET", plugin.client.secret)
        monkeypatch.setenv("MOCKAUTH_PASSWORD", plugin.config.users[0].password)
        port = int(plugin.url.rpartition(":")[2])
        before = at_port([word.replace("run.json", "before.json") for word in writes], port)
        assert invoked(before)[0] == 0
        plugin.fault("token.code-reusable")
        done = [invoked(at_port(words, port)) for words in (writes, *others)]

    assert {path.name for path in tmp_path.iterdir()} == {
        "before.json", "run.json", "report.html", "mockauth.xml", "mockauth.sarif", "mockauth.har",
    }  # fmt: skip
    assert [code for code, _ in done] == [1, 0, 1, 1]
    [replayed], [compared] = (
        blocks("docs/reports.md", before=f"output of: {name}") for name in ("replay", "diff")
    )
    assert missing(replayed.replace("localhost:3333", f"localhost:{port}"), done[2][1]) == ""
    assert missing(compared, done[3][1]) == ""


def invoked(words: list[str]) -> tuple[int, str]:
    """Run a command in this process: its exit code, and what it prints."""
    done = CliRunner().invoke(commands, words)
    return done.exit_code, done.stdout


def test_lint_prints_the_line_of_its_page(tmp_path: Path) -> None:
    [shown] = blocks("docs/lint.md", before="output of: lint")
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.0.1\ninfo: {title: Todo, version: '1'}\n"
        "servers: [{url: 'https://todo.dev'}]\npaths:\n  /todos:\n"
        "    get: {responses: {'200': {description: d}}}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mockauth", "lint", "openapi.yaml"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout == shown


def test_the_workflow_of_the_page_is_one_and_uses_the_action_as_it_is(tmp_path: Path) -> None:
    text = block("docs/ci.md", "yaml", "runs-on")
    (tmp_path / "check.yml").write_text(text, "utf-8")
    assert validated(tmp_path / "check.yml", "vendor.github-workflows") == ""

    action, job = action_yml(), yaml.safe_load(text)["jobs"]["check"]
    [given] = [step["with"] for step in job["steps"] if "with" in step]
    assert given.keys() <= action["inputs"].keys()
    assert set(re.findall(r"steps\.mockauth\.outputs\.([\w-]+)", text)) <= action["outputs"].keys()
    table = PAGES["docs/ci.md"].partition("| input |")[2].partition("\n\n")[0]
    cells = (line.split("|")[1] for line in table.splitlines()[2:])
    described = {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}
    assert described == action["inputs"].keys()


def test_the_include_of_gitlab_gives_inputs_that_the_template_has() -> None:
    [entry] = yaml.safe_load(block("docs/ci.md", "yaml", "component"))["include"]
    head, _ = yaml.safe_load_all((ROOT / "templates" / "check.yml").read_text("utf-8"))

    assert entry["inputs"].keys() <= head["spec"]["inputs"].keys()


def test_the_hook_of_the_page_is_one_of_the_hooks() -> None:
    [repo] = yaml.safe_load(block("docs/lint.md", "yaml", "hooks"))["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert {hook["id"] for hook in repo["hooks"]} <= {hook["id"] for hook in hooks}


def test_the_shell_of_the_pages_is_bash() -> None:
    for page in (
        "docs/ci.md",
        "docs/frameworks.md",
        "docs/lint.md",
        "docs/baseline.md",
        "docs/reports.md",
    ):
        for text in blocks(page):
            if "$" in text or "&" in text or "mockauth" in text.split("\n")[0]:
                done = subprocess.run(["bash", "-n"], input=text.encode(), check=False)  # noqa: S607
                assert done.returncode == 0, text


def test_every_check_that_a_page_names_exists() -> None:
    rules = {entry.rule.id for entry in catalogue()}
    areas = {rule.partition(".")[0] for rule in rules}
    for page, text in PAGES.items():
        if page.startswith("docs/") and page not in ("docs/serve.md", "docs/writing-a-probe.md"):
            named = set(re.findall(r"`([a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)+)`", text))
            faults = set(KnownFaults())
            wrong = {one for one in named - rules - faults if one.partition(".")[0] in areas}
            assert wrong == set(), page


def test_every_text_of_troubleshooting_leads_to_a_check_of_its_own() -> None:
    table = PAGES["docs/troubleshooting.md"].partition("| ChatGPT shows |")[2].partition("\n\n")[0]
    rows = [line.split("|") for line in table.splitlines()[2:]]

    assert len(rows) > 10
    assert all(re.search(r"`[a-z]+\.[a-z0-9-]+`", row[2]) for row in rows)


@contextmanager
def started(line: str) -> Iterator[int]:
    """Start an example as its page says, on a free port; `--wait` of the check waits for it."""
    port = free_port()
    words = at_port(shlex.split(line), port)
    beside = Path(sys.executable).parent / words[0]
    command = [str(beside if beside.exists() else words[0]), *words[1:]]
    environment = {**os.environ, "SERVICE_TOKEN": "s3rvice-t0ken-for-the-example-7f2c"}
    with subprocess.Popen(  # noqa: S603 - our own example
        command, cwd=EXAMPLES, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as service:
        try:
            yield port
        finally:
            service.terminate()


def test_the_page_of_frameworks_exports_the_token_that_it_checks_with() -> None:
    page = PAGES["docs/frameworks.md"]
    assert len(set(re.findall(r"_TOKEN=(\S+)", page))) == 1
