"""What is written, in which order, and what happens when it cannot be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockauth.cli.main import commands
from mockauth.cli.writing import write_whole
from mockauth.errors import UsageError
from mockauth.report import json_report
from tests.cli.test_check import mockauth


def untimed(text: str) -> str:
    return re.sub(r"in \d+\.\d s", "", text)


@pytest.mark.parametrize("where", ["", "no/such/folder/r.json"])
def test_a_report_that_cannot_be_written_is_said_after_the_findings(
    where: str, tmp_path: Path
) -> None:
    whole = mockauth("check", "http://127.0.0.1:9")
    path = tmp_path / where
    done = mockauth("check", "http://127.0.0.1:9", "--report", f"json={path}")

    assert done.returncode == whole.returncode == 3
    assert untimed(done.stdout) == untimed(whole.stdout)
    assert done.stderr.startswith(f"mockauth: --report json={path} was not written: ")


def test_a_report_that_cannot_be_rendered_is_said_after_the_findings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def crash(run: object, gate: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(json_report, "members", crash)
    path = tmp_path / "r.json"
    done = CliRunner().invoke(commands, ["check", "http://127.0.0.1:9", "--report", f"json={path}"])

    assert done.exit_code == 3
    assert "Nothing could be judged" in done.stdout
    assert "was not written: mockauth itself failed (ZeroDivisionError)" in done.stderr
    assert not path.exists()


def test_the_files_are_written_although_the_reader_of_the_output_hung_up(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    command = [sys.executable, "-m", "mockauth", "check", "http://127.0.0.1:9"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--report", f"json={path}"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)

    assert done.returncode == 141
    assert json.loads(path.read_text("utf-8"))["gate"]["exit_code"] == 3


def test_with_json_on_standard_output_there_is_nothing_else_on_it() -> None:
    done = mockauth("check", "http://127.0.0.1:9", "--report", "json=-")

    assert json.loads(done.stdout)["schema"] == "mockauth-run/1"
    assert "Nothing could be judged" in done.stderr


@pytest.fixture
def on_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A step of GitHub Actions; the file of its summary, which has a line already."""
    path = tmp_path / "summary"
    path.write_text("of another command\n", "utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def test_github_gets_annotations_and_a_summary_without_being_asked(on_github: Path) -> None:
    done = checked("--report", "json=-")

    assert done.stderr.count("\n::error title=manifest.served::") == 1
    assert json.loads(done.stdout)["schema"] == "mockauth-run/1"
    summary = on_github.read_text("utf-8")
    assert summary.startswith("of another command\n### mockauth: Nothing could be judged")


def test_github_gets_nothing_twice(on_github: Path) -> None:
    done = checked("--report", "github=-", "--report", f"markdown={on_github}")

    assert done.output.count("::error title=manifest.served::") == 1
    assert on_github.read_text("utf-8").count("### mockauth") == 1


def test_github_gets_nothing_where_that_is_switched_off(on_github: Path) -> None:
    done = checked("--github", "off")

    assert "::error" not in done.output
    assert on_github.read_text("utf-8") == "of another command\n"


def checked(*words: str) -> Result:
    """Check in this process what nobody serves."""
    return CliRunner().invoke(commands, ["check", "http://127.0.0.1:9", *words])


def test_an_app_in_python_is_no_target_of_the_command() -> None:
    wrong = CliRunner().invoke(commands, ["check", "my_service:app"]).exception

    assert isinstance(wrong, UsageError)
    assert "start it and give its address" in wrong.lines[0]
    assert "pytest --mockauth-target my_service:app" in wrong.lines[1]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("before", "utf-8")

    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "a" * 10**6 + "\ud800")

    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    other, path = tmp_path / "other", tmp_path / "r.json"
    other.touch()
    write_whole(path, "text")

    assert path.stat().st_mode == other.stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
def test_a_link_stays_and_a_pipe_is_written_into(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(target)
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)  # noqa: S603, S607 - cat
    write_whole(link, "one")
    write_whole(pipe, "two")

    assert (link.is_symlink(), target.read_text("utf-8")) == (True, "one")
    assert reader.communicate(timeout=30)[0] == "two"
