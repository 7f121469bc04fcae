"""A signal ends a run in order: what was judged is shown and written, wherever the run is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.hostile.cases import CONTENT, WIRE
from tests.hostile.measured import CREDENTIALS
from tests.hostile.plugin import Case, HostilePlugin, Step, honest, hostile

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
SOON = 20.0
"""Seconds, on the busiest machine, from a signal to the end; half a second on an idle one."""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "mockauth", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **CREDENTIALS},
    )


def until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def ended(process: subprocess.Popen[str], number: int) -> tuple[str, float]:
    """The output of a process that was sent a signal, and how long it took."""
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err
    return out, time.monotonic() - began


def stopped(
    path: Path,
    step: Step | Literal["none"],
    case: Case,
    number: int,
    when: Callable[[HostilePlugin], object],
) -> tuple[int, str, dict[str, Any]]:
    """The exit code, output and report of a check that is sent a signal."""
    with hostile(step, case) as plugin:
        process = start("check", plugin.base, "--report", f"json={path}")
        until(lambda: when(plugin))
        out, seconds = ended(process, number)
    assert seconds < SOON
    return process.returncode, out, json.loads(path.read_text("utf-8"))


def asked(step: str) -> Callable[[HostilePlugin], bool]:
    return lambda plugin: any(one == step for one, _ in plugin.asked)


@pytest.mark.parametrize(
    ("step", "name", "number", "code"),
    [
        ("api", "silence", signal.SIGINT, 130),
        ("token", "drip", signal.SIGTERM, 143),
        ("manifest", "drip-headers", signal.SIGINT, 130),
    ],
)
def test_a_signal_during_a_blocking_read_ends_the_run_with_a_report(
    step: Step, name: str, number: int, code: int, tmp_path: Path
) -> None:
    found = stopped(tmp_path / "r.json", step, WIRE[name], number, asked(step))

    returned, out, report = found
    why = f"interrupted by {signal.Signals(number).name}"
    assert returned == report["gate"]["exit_code"] == code
    assert out.splitlines()[2].startswith(f"✗ Stopped, {why}: ")
    assert (report["interrupted"], report["stopped"]) == (True, why)
    assert {c["actual"] for c in report["checks"] if c["state"] == "blocked"} >= {why}
    assert not [c["id"] for c in report["checks"] if c["state"] in ("fail", "error")]


def test_what_was_judged_before_a_signal_is_shown_and_the_rest_is_blocked(tmp_path: Path) -> None:
    code, out, report = stopped(
        tmp_path / "r.json", "none", honest, signal.SIGINT, lambda plugin: len(plugin.asked) > 60
    )

    assert code == 130
    assert report["coverage"]["judged"] > 20
    assert report["coverage"]["blocked"] > 20
    assert "not judged: " in out


def test_a_signal_while_a_document_is_read_for_ever_ends_the_run(tmp_path: Path) -> None:
    code, _, report = stopped(
        tmp_path / "r.json",
        "openapi",
        CONTENT["doubled-allof"],
        signal.SIGTERM,
        lambda plugin: len(plugin.asked) > 10,
    )

    assert (code, report["interrupted"]) == (143, True)


def test_a_signal_ends_the_waiting_for_a_target(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        target = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = start("check", target, "--wait", "600", "--report", "json=-", "-q")
        peer, _ = silent.accept()
        with peer:
            out, seconds = ended(process, signal.SIGINT)

    assert (process.returncode, json.loads(out)["interrupted"]) == (130, True)
    assert seconds < SOON


def test_the_second_signal_ends_a_run_at_once(tmp_path: Path) -> None:
    with hostile("openapi", CONTENT["doubled-allof"]) as plugin:
        process = start("check", plugin.base)
        until(lambda: len(plugin.asked) > 10)
        process.send_signal(signal.SIGINT)
        _, seconds = ended(process, signal.SIGTERM)

    assert process.returncode in (130, 143)
    assert seconds < SOON


def test_a_baseline_is_not_written_by_a_run_that_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "baseline"
    with hostile("api", WIRE["silence"]) as plugin:
        process = start("check", plugin.base, "--write-baseline", str(path))
        until(lambda: asked("api")(plugin))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert not path.exists()
    assert f"--write-baseline {path} was not written: interrupted by SIGINT" in err


def test_a_signal_ends_the_check_of_a_client_and_the_client(tmp_path: Path) -> None:
    came, path = tmp_path / "came", tmp_path / "r.json"
    script = f"import os, pathlib, time; pathlib.Path({str(came)!r}).write_text(str(os.getpid())); time.sleep(60)"
    process = start("check-client", "--report", f"json={path}", "--", sys.executable, "-c", script)
    until(lambda: came.exists() and came.read_text())
    _, seconds = ended(process, signal.SIGTERM)

    assert process.returncode == 143
    assert seconds < SOON
    assert json.loads(path.read_text("utf-8"))["interrupted"] is True
    with pytest.raises(ProcessLookupError):
        os.kill(int(came.read_text()), 0)
