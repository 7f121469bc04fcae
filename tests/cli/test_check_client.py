"""`mockauth check-client` as a person or a script meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import mockauth.report
from tests.cli.test_check import mockauth as run_mockauth
from tests.client.clients import small
from tests.test_readme import blocks, command_lines

CLIENT = (sys.executable, str(Path(small.__file__)))
SCHEMA = Path(mockauth.report.__file__).parent / "run.schema.json"
STATE = "client.wrong-state-stops"


def test_a_faultless_client_exits_zero_and_the_report_keeps_to_the_schema() -> None:
    done = run_mockauth(
        "check-client",
        "--select",
        f"{STATE},client.error-callback-stops,client.token-only-in-header",
        "--report",
        "json=-",
        "-q",
        "--",
        *CLIENT,
    )

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["role"] == "plugin"
    assert {check["state"] for check in report["checks"]} == {"pass"}
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(report)


def test_a_defect_exits_one_and_is_named_without_a_secret() -> None:
    done = run_mockauth(
        "check-client",
        "--select",
        STATE,
        "--client-secret",
        "very-secret-string-1",
        "-v",
        "--",
        *CLIENT,
        env={"DEFECT": "state-unchecked", "MOCKAUTH_PASS_ENV": "DEFECT"},
    )

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"The client breaks 1 requirement: {STATE}"
    assert "very-secret-string-1" not in done.stdout + done.stderr


def test_a_client_that_never_comes_is_exit_three() -> None:
    done = run_mockauth("check-client", "--", sys.executable, "-c", "print('hello')")

    assert done.returncode == 3
    assert "the client never came to the mock; it ended with status 0: hello" in done.stdout


def test_a_command_that_hangs_is_ended_in_time() -> None:
    script = "import time; time.sleep(600)"
    done = run_mockauth("check-client", "--timeout", "1", "--", sys.executable, "-c", script)

    assert done.returncode == 3
    assert "still running after 1 s" in done.stdout


def test_a_client_that_cannot_sign_in_is_blocked_and_says_why() -> None:
    done = run_mockauth(
        "check-client",
        "--select",
        STATE,
        "--pass-env",
        "DEFECT",
        "--",
        *CLIENT,
        env={"DEFECT": "redirect-not-repeated"},
    )

    assert done.returncode == 3
    assert "its token request was refused: 400 invalid_" in done.stdout


def test_a_client_gets_its_settings_and_what_programs_need_and_no_secret_of_ours(
    tmp_path: Path,
) -> None:
    seen = tmp_path / "environment.json"
    script = f"import json, os; open({str(seen)!r}, 'w').write(json.dumps(dict(os.environ)))"
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "x",
        "MOCKAUTH_PASSWORD": "y",
        "MOCKAUTH_X": "y",
        "MINE": "z",
    }
    run_mockauth(
        "check-client",
        "--select",
        STATE,
        "--pass-env",
        "MIN*",
        "--pass-env",
        "MOCKAUTH_X",
        "--",
        sys.executable,
        "-c",
        script,
        env={**secrets, "LC_CTYPE": "C.UTF-8", "PATH": os.environ["PATH"]},
    )

    found = json.loads(seen.read_text())
    assert {"PATH", "LC_CTYPE", "MINE", "AUTHORIZE_URL", "MOCKAUTH_SCENARIO"} <= found.keys()
    assert not {"AWS_SECRET_ACCESS_KEY", "MOCKAUTH_PASSWORD", "MOCKAUTH_X"} & found.keys()


LEAVES_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.DEVNULL)
open({file!r}, "a").write(f"{{child.pid}} ")
{then}
"""


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def all_end(pids: Path) -> bool:
    """Whether the processes end, soon: a killed one lives on for a moment."""
    until = time.monotonic() + 20
    while any(is_alive(int(pid)) for pid in pids.read_text().split()):
        if time.monotonic() > until:
            return False
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_what_a_client_has_started_ends_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = LEAVES_A_CHILD.format(file=str(pids), then="")
    run_mockauth("check-client", "--select", STATE, "--", sys.executable, "-c", script)

    assert all_end(pids)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_client_ends_with_mockauth(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    script = LEAVES_A_CHILD.format(file=str(pids), then="import time; time.sleep(60)")
    command = [sys.executable, "-m", "mockauth", "check-client", "--", sys.executable, "-c", script]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as running:  # noqa: S603 - our own command
        until = time.monotonic() + 60
        while not (pids.exists() and pids.read_text().endswith(" ")):
            assert time.monotonic() < until
        running.send_signal(number)
        running.wait(60)

    assert all_end(pids)


def test_a_command_that_does_not_exist_is_wrong_use() -> None:
    done = run_mockauth("check-client", "--", "no-such-command-anywhere")

    assert done.returncode == 2
    assert "no-such-command-anywhere: no such command" in done.stderr


def test_without_a_command_what_came_is_read_and_probes_are_blocked() -> None:
    command = [sys.executable, "-m", "mockauth", "check-client", "--report", "json=-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as watching:  # noqa: S603 - our own command
        assert watching.stderr is not None
        settings = {}
        for line in watching.stderr:
            name, _, value = line.strip().partition(" ")
            settings[name] = value.strip()
            if line.startswith("Ctrl-C"):
                break
        statuses = [small.run(settings, print), small.run(settings, print)]
        watching.send_signal(signal.SIGTERM)
        out, _ = watching.communicate(timeout=60)

    assert statuses == [0, 0]
    states = {check["id"]: check["state"] for check in json.loads(out)["checks"]}
    assert watching.returncode == 0
    assert states["client.authorize-parameters-complete"] == "pass"
    assert states["client.state-unguessable-per-flow"] == "pass"
    assert states[STATE] == "blocked"


def test_without_a_command_and_without_a_client_nothing_is_judged() -> None:
    done = run_mockauth("check-client", "--for", "1")

    assert done.returncode == 3
    assert done.stdout.splitlines()[2] == "✗ Nothing could be judged: no client came"


def test_wrong_options_are_named() -> None:
    both = run_mockauth("check-client", "--for", "1", "--", "true")
    uri = run_mockauth("check-client", "--redirect-uri", "callback", "--", "true")
    word = run_mockauth("check-client", "--select", "client.wrong-stat-stops", "--", "true")

    assert [done.returncode for done in (both, uri, word)] == [2, 2, 2]
    assert "--for belongs to a client that you drive by hand" in both.stderr
    assert "--redirect-uri callback: expected an absolute URI" in uri.stderr
    assert "did you mean client.wrong-state-stops?" in word.stderr


def test_the_page_shows_how_a_client_of_an_mcp_server_is_judged() -> None:
    shown = next(text for text in blocks("docs/check-client.md") if "small_mcp" in text)
    [asked] = command_lines(shown)
    quick = "client.pkce-s256-sent,client.resource-sent-in-both"
    interpreter = asked.index(".venv/bin/python")
    asked[interpreter] = sys.executable

    done = run_mockauth(*asked, env={"MOCKAUTH_SELECT": quick})
    assert (done.returncode, done.stderr) == (0, "")
    assert "The client passed 2 checks; 0 not judged" in done.stdout


def test_a_revision_is_for_clients_of_mcp_servers() -> None:
    done = run_mockauth("check-client", "--revision", "2025-11-25", "--", "true")

    assert done.returncode == 2
    assert "--revision is for --profile mcp" in done.stderr


@pytest.mark.parametrize(
    "step",
    [
        "subprocess.run([os.environ['BROWSER'], url], check=True)",
        "print('Please open', url, flush=True)",
    ],
    ids=["BROWSER", "printed"],
)
def test_what_plays_the_browser_leads_to_the_callback_of_a_client(step: str) -> None:
    script = (
        "import os, subprocess, sys, threading\n"
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
        "from tests.client.clients import small_mcp\n"
        "came, arrived = [], threading.Semaphore(0)\n"
        "class Callback(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        came.append(self.path)\n"
        "        arrived.release()\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "    def log_message(self, *told): pass\n"
        "server = HTTPServer(('127.0.0.1', 0), Callback)\n"
        "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
        "here = f'http://127.0.0.1:{server.server_port}'\n"
        "class Client(small_mcp.McpClient):\n"
        "    def browse(self, url):\n"
        f"        {step}\n"
        "        arrived.acquire(timeout=60)\n"
        "        return here + came.pop()\n"
        "sys.exit(Client({**os.environ, 'REDIRECT_URI': here + '/cb'}, print).run())\n"
    )
    done = run_mockauth(
        "check-client", "--profile", "mcp", "--select", "client.pkce-s256-sent", "-q", "--",
        sys.executable, "-c", script,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
