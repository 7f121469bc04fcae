"""What a document, a file name or the command line says never starts a line of the output."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from mockauth.cli.main import main

HOSTILE = "x\n::error::owned\r##vso[task.complete]\x1b[2J\u202e\u2028y\U000e0041"


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed on both streams, by line."""
    captured = capsys.readouterr()
    return (captured.out + captured.err).split("\n")


def assert_tame(lines: list[str]) -> None:
    """No line is a command, and no character acts."""
    assert not [line for line in lines if line.lstrip().startswith(("::", "##", "y"))]
    assert not [line for line in lines if "##vso[" in line]
    assert not [char for line in lines for char in line if not char.isprintable()]


@pytest.mark.parametrize("arguments", [[], ["keys"]])
def test_a_command_of_commands_alone_prints_its_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["mockauth", *arguments])

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    assert "Commands:" in lines_of(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["lint", HOSTILE],
        ["check", "http://localhost:1", "--level", HOSTILE],
        ["check", "http://localhost:1", "--profile", HOSTILE],
        ["check", "http://localhost:1", f"--{HOSTILE}"],
        [HOSTILE],
        ["checks", HOSTILE],
    ],
)
def test_a_usage_error_is_one_line_whatever_it_quotes(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mockauth", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()

    lines = lines_of(capsys)
    assert ended.value.code == 2
    assert any("owned" in line for line in lines)
    assert_tame(lines)


def test_lint_prints_the_text_of_a_manifest_on_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = {
        "schema_version": "v1",
        "name_for_model": HOSTILE,
        "name_for_human": HOSTILE * 3,
        "auth": {"type": HOSTILE, "client_url": HOSTILE},
        "api": {"type": HOSTILE, "url": HOSTILE},
    }
    path = tmp_path / "ai-plugin.json"
    path.write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setattr(sys, "argv", ["mockauth", "lint", str(path)])
    with pytest.raises(SystemExit):
        main()

    lines = lines_of(capsys)
    assert any("owned" in line for line in lines)
    assert_tame(lines)
