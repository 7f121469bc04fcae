"""`mockauth replay`: one check of a saved run, made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockauth.cli.main import commands
from mockauth.errors import UsageError
from mockauth.plugin.config import PluginConfig
from mockauth.testing import MockPlugin, served_plugin
from tests.report.saved import document

ONCE = "token.code-single-use"
CONFIG = PluginConfig()
CLIENT, USER = CONFIG.clients[0], CONFIG.users[0]
GIVEN = {
    "MOCKAUTH_CLIENT_ID": CLIENT.id,
    "MOCKAUTH_CLIENT_SECRET": CLIENT.secret,
    "MOCKAUTH_USERNAME": USER.name,
    "MOCKAUTH_PASSWORD": USER.password,
}


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    """A run in which a code was taken twice."""
    return document("token.code-reusable", select=("token", "grant"))


@pytest.fixture(scope="module")
def served() -> Iterator[MockPlugin]:
    """A plugin."""
    with served_plugin() as plugin:
        yield plugin


@pytest.fixture
def plugin(served: MockPlugin) -> MockPlugin:
    """It, with nothing wrong."""
    served.reset()
    return served


def replay(
    folder: Path, run: dict[str, Any], *words: str, target: str = "", **given: str
) -> Result:
    """Replay a check of a run that was made at `target`."""
    path = folder / "run.json"
    path.write_text(json.dumps({**run, "target": target or run["target"]}), "utf-8")
    asked = ["replay", str(path), *words]
    return CliRunner().invoke(commands, asked, env=GIVEN | given, catch_exceptions=True)


def test_the_same_finding_is_told_with_each_message_as_curl(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    plugin.fault("token.code-reusable")

    done = replay(tmp_path, saved, ONCE, target=plugin.url)

    assert done.exit_code == 1
    assert done.stdout.count(f"POST {plugin.url}/token → 200\n    curl -i {plugin.url}/token ") == 2
    assert '"$MOCKAUTH_CLIENT_SECRET"' in done.stdout
    assert "oauth/callback?code=‹code 2 · 43 chars›" in done.stdout
    assert CLIENT.secret not in done.output
    assert done.stdout.splitlines()[-1].startswith("✗ fail, as in the saved run of ")


def test_what_is_fixed_is_told_with_what_was_found_then(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    done = replay(tmp_path, saved, ONCE, target=plugin.url)

    assert done.exit_code == 0
    assert "\nthen      accepted: 200 application/json [second]\n" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("✓ pass; in the saved run of ")
    assert done.stdout.endswith(" UTC it was fail\n")


def test_a_waived_finding_is_still_the_same(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    plugin.fault("token.code-reusable")
    settings = tmp_path / "mockauth.toml"
    settings.write_text(
        '[check]\nreports = ["json=run.json"]\nignore = "token"\n'
        f'[[waiver]]\nid = "{ONCE}"\nreason = "fixed in the next release"\nuntil = 2999-01-01\n'
    )

    done = replay(tmp_path, saved, ONCE, "--config", str(settings), target=plugin.url)

    assert done.exit_code == 0
    assert "✓ fail, as in the saved run of " in done.stdout
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["checks"] == saved["checks"]


def test_a_check_that_judges_the_answers_to_others_gets_them(
    plugin: MockPlugin, tmp_path: Path
) -> None:
    status = "token.error-status-400-or-401"
    run = document("token.secret-not-checked", select=("token",))

    done = replay(tmp_path, run, status, target=plugin.url)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith("✓ pass, as in the saved run of ")


def test_a_check_over_many_sign_ins_says_what_makes_them(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    many = {**saved["checks"][0], "id": "callback.code-random", "state": "pass"}

    done = replay(tmp_path, {**saved, "checks": [many]}, many["id"], target=plugin.url)

    assert (
        "note: it judges the messages of many checks; mockauth check makes them all" in done.stdout
    )


def test_a_service_that_is_gone_is_exit_3(saved: dict[str, Any], tmp_path: Path) -> None:
    done = replay(tmp_path, saved, ONCE, target="http://localhost:1")

    assert done.exit_code == 3
    assert "note: the new run: Nothing could be judged" in done.stdout
    assert "✗ blocked; in the saved run of " in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["token.code-single-us"], "did you mean token.code-single-use?"),
        ([ONCE, "--select", "token"], "--select is no option of replay"),
        ([ONCE, "--report", "json=x"], "--report is no option of replay"),
    ],
)
def test_what_cannot_be_replayed_is_wrong_use(
    words: list[str], said: str, saved: dict[str, Any], tmp_path: Path
) -> None:
    done = replay(tmp_path, saved, *words)

    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)


def test_a_saved_run_cannot_give_options_or_act_on_a_terminal(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    option = replay(tmp_path, saved | {"target": "--login=os:abort"}, ONCE)
    odd = [{**one, "actual": "\x1b[2J\n::error::x"} for one in saved["checks"]]
    terminal = saved | {"started": "\x1b[2J\n::error::", "checks": odd}
    done = replay(tmp_path, terminal, ONCE, target=plugin.url)

    assert "--login=os:abort: neither a URL nor a file" in str(option.exception)
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert "\n::error" not in done.output


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"role": "plugin"}, "mockauth check-client --select token.code-single-use"),
        ({"target": "http://ada:‹9 chars›@localhost"}, "give the address with --target"),
    ],
)
def test_a_run_that_cannot_be_made_again_says_why(
    members: dict[str, str], said: str, saved: dict[str, Any], tmp_path: Path
) -> None:
    done = replay(tmp_path, saved | members, ONCE)

    assert said in str(done.exception)


def test_credentials_may_stand_after_the_id(
    saved: dict[str, Any], plugin: MockPlugin, tmp_path: Path
) -> None:
    client = replace(CLIENT, secret="another-secret-of-nobody")

    done = replay(tmp_path, saved, ONCE, f"--client-secret={client.secret}", target=plugin.url)

    assert done.exit_code == 3
    assert client.secret not in done.output
