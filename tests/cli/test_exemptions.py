"""Waivers and baseline as a project meets them: files, options, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from mockauth.scenario.misbehaving import with_faults
from tests.cli.test_check import CREDENTIALS, mockauth

WAIVER = '[[waiver]]\nid = "page.frame-guard"\nreason = "The portal frames it"\nuntil = {until}\n'
PAGE = ("--select", "page.frame-guard")


@pytest.fixture(scope="module")
def framed() -> Iterator[str]:
    """The built-in plugin with pages that anybody may frame."""
    with serving(create_app(with_faults(PluginConfig(), ["page.no-frame-guard"]))) as base:
        yield base


@pytest.mark.parametrize(
    ("name", "head"), [("mockauth.toml", ""), ("pyproject.toml", "tool.mockauth.")]
)
def test_a_waiver_in_either_file_opens_the_gate_and_an_expired_one_does_not(
    framed: str, name: str, head: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    entry = WAIVER.replace("[[", f"[[{head}")
    bare = mockauth("check", framed, *PAGE, env=CREDENTIALS, cwd=tmp_path)
    file.write_text(entry.format(until="2999-12-31"), "utf-8")
    waived = mockauth("check", framed, *PAGE, env=CREDENTIALS, cwd=tmp_path)
    file.write_text(entry.format(until="2020-01-01"), "utf-8")
    expired = mockauth("check", framed, *PAGE, env=CREDENTIALS, cwd=tmp_path)

    assert [bare.returncode, waived.returncode, expired.returncode] == [1, 0, 1]
    assert "WAIVED  page.frame-guard  (must, fail)  until 2999-12-31" in waived.stdout
    assert f"{name}: [[waiver]] 1: the waiver of page.frame-guard expired" in expired.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[waivers]]\nid = 1\n", "mockauth.toml: unknown key 'waivers'; did you mean waiver?"),
        ('waiver = "page.frame-guard"\n', "write [[waiver]]"),
        ('[check]\nselect = "tokn"\n', "--select tokn: no check, area or source is called that"),
        ("check = 1\n", "mockauth.toml: check must be a table; write [check]"),
        (WAIVER.format(until='"soon"'), "[[waiver]] 1 (page.frame-guard): until must be a date"),
        (
            WAIVER.format(until="2999-12-31").replace("guard", "gard"),
            "[[waiver]] 1: no check is called page.frame-gard; did you mean page.frame-guard?",
        ),
    ],
)
def test_a_waiver_that_cannot_be_used_exits_two_and_names_file_and_entry(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mockauth.toml").write_text(text, "utf-8")

    done = mockauth("check", "http://127.0.0.1:9", env=CREDENTIALS, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("name", ["known.toml", "known.json"])
def test_a_baseline_is_written_then_holds_then_must_shrink(
    framed: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    first = mockauth("check", framed, *PAGE, "--write-baseline", str(path), env=CREDENTIALS)
    known = mockauth("check", framed, *PAGE, "--baseline", str(path), env=CREDENTIALS)
    with serving(create_app(PluginConfig())) as mended:
        stale = mockauth("check", mended, *PAGE, "--baseline", str(path), env=CREDENTIALS)

    assert [first.returncode, known.returncode, stale.returncode] == [1, 0, 1]
    assert f"{path} lists 1 check that may stay broken" in first.stderr
    assert f"{path}: page.frame-guard is listed as fail but passes" in stale.stdout


def test_no_baseline_is_written_when_nothing_could_be_judged(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"

    done = mockauth("check", "http://127.0.0.1:9", "-q", "--write-baseline", str(path))

    assert (done.returncode, path.exists()) == (3, False)
    assert "was not written" in done.stderr


def test_a_run_can_be_narrowed_to_a_section_of_a_specification(framed: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"

    done = mockauth(
        "check",
        framed,
        "-q",
        "--select",
        "RFC9700-4.16",
        "--report",
        f"json={path}",
        env=CREDENTIALS,
    )

    assert done.returncode == 1
    report = json.loads(path.read_text("utf-8"))
    assert report["checks"]
    assert all("RFC9700-4.16" in check["refs"] for check in report["checks"])


def test_static_checks_alone_are_a_run_that_was_judged(framed: str) -> None:
    done = mockauth("check", framed, "--select", "manifest.auth-type-known", env=CREDENTIALS)

    assert done.returncode == 0
    assert "1 passed" in done.stdout
