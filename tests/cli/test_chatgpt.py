"""`mockauth chatgpt`: where the pages are, and who may reach them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path


def environment(folder: Path) -> dict[str, str]:
    """One whose files lie in a folder of the test."""
    home = {
        "HOME": str(folder),
        "XDG_DATA_HOME": f"{folder}/data",
        "XDG_CONFIG_HOME": f"{folder}/config",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCKAUTH_")}
    return {**kept, **home}


def test_it_prints_its_address_and_has_the_target_filled_in(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockauth", "chatgpt", "localhost:4321", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, stdout=subprocess.PIPE, text=True, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/chatgpt/", process.stdout.readline())
        assert found is not None
        with urllib.request.urlopen(found[0]) as answer:  # noqa: S310 - our own address
            page = answer.read().decode()
        process.terminate()

    assert 'value="http://localhost:4321"' in page
    assert process.returncode == 0
    assert list((tmp_path / "data").rglob("*.db"))
    [key] = (tmp_path / "config").rglob("sessions.key")
    assert key.stat().st_mode & 0o077 == 0


def test_beyond_this_machine_it_demands_a_token(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockauth", "chatgpt", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104 - it is refused
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, capture_output=True, text=True, env=environment(tmp_path), check=False
    )

    assert done.returncode == 2
    assert "--admin-token" in done.stderr


def test_a_target_that_is_no_address_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockauth", "chatgpt", "file:///etc/passwd", "--port", "0"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, capture_output=True, text=True, env=environment(tmp_path), check=False
    )

    assert done.returncode == 2
    assert "no address of a plugin" in done.stderr


def test_production_without_pages_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockauth", "serve", "--no-pages", "--production"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, capture_output=True, text=True, env=environment(tmp_path), check=False
    )

    assert done.returncode == 2
    assert "--production" in done.stderr
