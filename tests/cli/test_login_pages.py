"""`[[login.page]]` in the settings file, and the line that a stopped login prints for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response

from mockauth.plugin.app import create_app
from mockauth.plugin.server.serving import serving
from tests.cli.test_check import CONFIG, CREDENTIALS, mockauth

TENANT = b'<label>Company <input name="tenant" required></label><button'


@pytest.fixture(scope="module")
def plugin() -> Iterator[str]:
    """The built-in plugin, whose login page wants to know a company, too."""
    app = create_app(CONFIG)

    @app.after_request
    def ask(answer: Response) -> Response:
        if answer.mimetype == "text/html" and b'type="password"' in answer.data:
            answer.data = answer.data.replace(b"<button", TENANT)
        return answer

    with serving(app) as base:
        yield base


def check(plugin: str, folder: Path, *more: str, **env: str) -> tuple[int, str]:
    chosen = ("--select", "authorize.request-accepted", *more)
    done = mockauth("check", plugin, *chosen, env={**CREDENTIALS, **env}, cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_a_login_that_stops_prints_the_line_that_answers_it(plugin: str, tmp_path: Path) -> None:
    code, shown = check(plugin, tmp_path, "--report", f"json={tmp_path / 'r.json'}")

    assert code == 3
    assert "What goes into 'Company'? Put at the top of mockauth.toml: login.page = [" in shown
    login = json.loads((tmp_path / "r.json").read_text("utf-8"))["login"]
    assert (login["reason"], login["question"]) == ("needs-answer", "What goes into 'Company'?")
    line = re.search(r"login\.page = \[.*?\]", shown)
    assert line is not None
    assert line[0] == login["settings"]

    (tmp_path / "mockauth.toml").write_text(line[0].replace("…", "acme"), "utf-8")

    code, shown = check(plugin, tmp_path)

    assert code == 0
    assert "note: signed in by pressing [Log in], then [Allow]" in shown


def test_pyproject_and_the_environment_answer_as_well(plugin: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.mockauth.login.page]]\nurl = "*"\nfields = { Company = { env = "TEST_COMPANY" } }\n'
    )

    code, shown = check(plugin, tmp_path, "-v", TEST_COMPANY="acme-4711-private")

    assert code == 0
    assert "acme-4711-private" not in shown
    assert check(plugin, tmp_path)[0] == 2


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('fields = { mandant = "acme" }', "entry 1.fields: mandant is not on the page, which has"),
        ('submit = "Weiter"', "entry 1.submit: Weiter is not on the page, which has the buttons"),
        ('sumbit = "Weiter"', "unknown key 'sumbit'; did you mean submit?"),
    ],
)
def test_a_mistake_in_the_settings_is_exit_2_and_names_the_file(
    entry: str, said: str, plugin: str, tmp_path: Path
) -> None:
    (tmp_path / "mockauth.toml").write_text(f'[[login.page]]\nurl = "*login*"\n{entry}\n', "utf-8")

    code, shown = check(plugin, tmp_path)

    assert code == 2
    assert (
        f"mockauth.toml: login.page {said}".replace("page unknown", "page entry 1: unknown")
        in shown
    )
