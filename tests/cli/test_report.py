"""`mockauth report`: a saved run in other formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockauth.cli.main import commands
from mockauth.errors import UsageError
from tests.report.saved import document


def report(*words: object, given: str = "") -> Result:
    """Run the command in this process; what it raises is what `main` says."""
    asked = ["report", *map(str, words)]
    return CliRunner().invoke(commands, asked, input=given, catch_exceptions=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved run with a finding."""
    path = tmp_path_factory.mktemp("saved") / "run.json"
    path.write_text(json.dumps(document("token.code-reusable")), "utf-8")
    return path


def test_a_saved_run_is_written_in_every_format_at_once(run: Path, tmp_path: Path) -> None:
    kinds = ("json", "junit", "sarif", "markdown", "har", "html", "github")
    words = [word for kind in kinds for word in ("--to", f"{kind}={tmp_path / kind}")]

    done = report(run, *words)

    assert (done.exit_code, done.output) == (0, "")
    assert json.loads((tmp_path / "json").read_text("utf-8")) == json.loads(run.read_text("utf-8"))
    for kind in kinds:
        is_found = "token.code-single-use" in (tmp_path / kind).read_text("utf-8")
        assert is_found, kind


def test_a_saved_run_may_come_and_go_by_pipe(run: Path) -> None:
    done = report("-", "--to", "markdown=-", given="\ufeff" + run.read_text("utf-8"))

    assert done.exit_code == 0
    assert done.stdout.startswith("### mockauth: ")


def test_a_report_that_is_not_written_is_said_with_its_option(run: Path, tmp_path: Path) -> None:
    done = report(run, "--to", f"html={tmp_path}/no/such.html", "--to", f"har={tmp_path}/r.har")

    assert done.exit_code == 2
    assert done.stderr.startswith(f"mockauth: --to html={tmp_path}/no/such.html was not written: ")
    assert (tmp_path / "r.har").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"\xff\xfe{", "not UTF-8"), (b"[1", "not JSON"), (None, "cannot be read: No such file")],
)
def test_what_is_no_saved_run_is_wrong_use(text: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    if text is not None:
        path.write_bytes(text)

    done = report(path, "--to", "html=-")

    assert isinstance(done.exception, UsageError)
    assert f"{path} " in str(done.exception)
    assert said in str(done.exception)
