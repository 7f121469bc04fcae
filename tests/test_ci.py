"""The action for GitHub, the template for GitLab and the project's own workflows: their form, and
what the steps of the action do in bash. No runner of either is here."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SCHEMAS = {
    "action.yml": "vendor.github-actions",
    **{
        path.relative_to(ROOT).as_posix(): "vendor.github-workflows"
        for path in sorted(ROOT.glob(".github/workflows/*.yml"))
    },
}
DEMO = {
    "MOCKAUTH_CLIENT_ID": "demo-client",
    "MOCKAUTH_CLIENT_SECRET": "demo-secret-3f9a7c51d2",
    "MOCKAUTH_USERNAME": "ada",
    "MOCKAUTH_PASSWORD": "analytical-engine",
    "MOCKAUTH_SELECT": "token.code-single-use,token.exchange-works",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_of_github_has_the_form_that_github_reads(name: str) -> None:
    assert validated(ROOT / name, SCHEMAS[name]) == ""


def test_the_template_of_gitlab_has_the_form_that_gitlab_reads(tmp_path: Path) -> None:
    head, job = yaml.safe_load_all((ROOT / "templates" / "check.yml").read_text("utf-8"))
    (tmp_path / "job.yml").write_text(yaml.safe_dump(job), "utf-8")

    assert validated(tmp_path / "job.yml", "vendor.gitlab-ci") == ""
    [written] = re.findall(r"--report junit=(\S+)", "".join(job["mockauth"]["script"]))
    assert job["mockauth"]["artifacts"]["reports"]["junit"] == written
    asked = re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", yaml.safe_dump(job))
    assert set(asked) == set(head["spec"]["inputs"])


def test_every_input_of_the_action_is_used_and_every_output_is_set(tmp_path: Path) -> None:
    text, action = (ROOT / "action.yml").read_text("utf-8"), action_yml()

    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(action["inputs"])
    done = run_step(tmp_path, target="http://localhost:1", wait="0")
    assert set(action["outputs"]) <= set(done.outputs)


def test_the_action_starts_checks_and_ends_a_sound_service(tmp_path: Path) -> None:
    port = free_port()
    done = run_step(tmp_path, target=f"http://localhost:{port}", start=serve(port), reports="json")

    assert done.outputs | {"exit-code": "0", "failed": "0", "passed": "2"} == done.outputs
    assert json.loads(Path(done.outputs["report"]).read_text("utf-8"))["summary"]["pass"] == 2
    assert "2 pass" in done.summary
    assert not answers(port)


def test_the_action_tells_a_finding_in_outputs_annotation_and_summary(tmp_path: Path) -> None:
    port = free_port()
    start = serve(port, "--fault", "token.code-reusable")
    done = run_step(tmp_path, target=f"http://localhost:{port}", start=start)

    assert done.outputs | {"exit-code": "1", "failed": "1"} == done.outputs
    assert "\n::error title=token.code-single-use::expected " in done.printed
    assert "| fail | `token.code-single-use` |" in done.summary
    assert DEMO["MOCKAUTH_CLIENT_SECRET"] not in done.summary + done.printed


def test_a_service_that_does_not_come_is_shown_and_is_no_pass(tmp_path: Path) -> None:
    target = f"http://localhost:{free_port()}"
    done = run_step(tmp_path, target=target, start="echo '::error::from the service'", wait="1")

    assert (done.code, done.outputs["exit-code"]) == (3, "3")
    stopped = re.search(r"::stop-commands::(\S+)\n::error::from the service\n::\1::", done.printed)
    assert stopped


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of the step of the action that checks."""

    code: int
    printed: str
    outputs: dict[str, str]
    summary: str


def run_step(folder: Path, **inputs: str) -> Done:
    """Run the step `check` of action.yml as a runner would, with these inputs."""
    action = action_yml()
    [step] = [step for step in action["runs"]["steps"] if step.get("id") == "check"]
    given = {name: str(one.get("default", "")) for name, one in action["inputs"].items()} | inputs
    known = {f"inputs.{name}": value for name, value in given.items()}
    known["github.action_path"] = str(ROOT)
    env = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value)
        for name, value in step["env"].items()
    }
    outputs, summary = folder / "outputs", folder / "summary"
    mine = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(outputs)}
    # The runner would have installed mockauth there.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own step
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607 - as the runner does
        cwd=folder,
        env={
            **os.environ,
            **DEMO,
            **mine,
            **env,
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(summary),
            "PATH": path,
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    pairs = (line.partition("=") for line in outputs.read_text("utf-8").splitlines())
    return Done(
        code=done.returncode,
        printed=done.stdout + done.stderr,
        outputs={name: value for name, _, value in pairs},
        summary=summary.read_text("utf-8"),
    )


def action_yml() -> dict[str, Any]:
    """The action."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return found


def validated(path: Path, schema: str) -> str:
    """What the schema that the check-jsonschema package carries says against a file; "" is nothing."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
    return "" if done.returncode == 0 else done.stdout + done.stderr


def serve(port: int, *words: str) -> str:
    """The command that serves the built-in plugin."""
    return " ".join(["mockauth serve --no-pages --port", str(port), *words])


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
