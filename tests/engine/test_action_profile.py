"""Levels come from the profile: a developer may change them, and the report says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest

from mockauth.checks.rule import levels
from mockauth.cli.check import check
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.errors import UsageError
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.profiles import ACTION, PLUGIN
from mockauth.profiles.action import with_custom_header, with_exchange

BASE = "http://localhost:5000"


def run_with(*changes: str) -> Run:
    """The built-in plugin without sign-in, checked with these levels."""
    config = PluginConfig(auth="none")
    options = replace(options_for(config, BASE), levels=changes)
    last = list(run_check(options, transport=WsgiTransport(create_app(config))))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def test_an_override_by_id_goes_before_one_by_area() -> None:
    profile = PLUGIN.with_levels({"token": "info", "token.form-accepted": "must"})

    assert profile.level("token.form-accepted", levels("SMM")) == "must"
    assert profile.level("token.exchange-works", levels("MMM")) == "info"
    assert profile.level("grant.no-store", levels("MMM")) == "must"


def test_an_override_of_an_area_binds_nothing_that_the_profile_does_not() -> None:
    profile = ACTION.with_levels({"manifest": "must"})

    assert profile.level("manifest.served", levels("M--")) is None
    assert profile.level("manifest.privacy-policy-set", levels("-S-")) == "must"


def test_off_says_why_and_an_id_may_stay_on_in_an_area_that_is_off() -> None:
    profile = PLUGIN.with_levels({"page": "off", "page.no-store": "should"})

    assert profile.level("page.frame-guard", levels("MMM")) is None
    assert profile.why_off("page.frame-guard") == "switched off by --level"
    assert profile.level("page.no-store", levels("SSS")) == "should"


def test_the_method_that_was_not_chosen_is_advice_unless_the_developer_says_otherwise() -> None:
    other = "token.basic-auth-accepted"
    mine = ACTION.with_levels({"token": "must"})

    assert with_exchange(ACTION, "post").level(other, levels("SMS")) == "should"
    assert with_exchange(mine, "post").level(other, levels("SMS")) == "must"
    assert with_exchange(ACTION, "basic").level(other, levels("SMS")) == "must"


def test_a_key_in_its_own_header_switches_off_what_is_about_schemes() -> None:
    profile = with_custom_header(ACTION)

    assert profile.level("service.other-scheme-refused", levels("SS-")) is None
    assert "no scheme" in profile.why_off("service.other-scheme-refused")
    assert profile.level("api.challenge-present", levels("MMM")) == "should"


@pytest.mark.parametrize(
    "plugin_id",
    [
        "g-" + "0a" * 20,
        "g-" + "0a" * 20 + "-my-gpt-name",
        "g-674f2b1c8e9d0a3b5c7e-todo_list",
    ],
)
def test_ids_of_gpts_with_and_without_a_name_are_usual(plugin_id: str) -> None:
    assert ACTION.odd_id(plugin_id) == ""


@pytest.mark.parametrize(
    ("plugin_id", "said"),
    [
        ("g-HMNcP6w7d", "share link"),
        ("g-HMNcP6w7d-todo", "share link"),
        ("plugin-0f1e2d3c", "no id that was seen in a callback of a GPT Action"),
        ("https://chatgpt.com/aip/g-0a/oauth/callback", "more than an id"),
    ],
)
def test_another_id_is_used_with_a_note(plugin_id: str, said: str) -> None:
    assert said in ACTION.odd_id(plugin_id)


def test_ids_of_plugins_are_usual() -> None:
    assert PLUGIN.odd_id("plugin-0f1e2d3c") == ""
    assert PLUGIN.odd_id(PLUGIN.default_plugin_id) == ""
    assert PLUGIN.odd_id("g-" + "0a" * 20) != ""


def test_a_changed_level_is_in_the_verdict_and_in_the_notes() -> None:
    run = run_with("transport.no-5xx=info", "api=off")

    [result] = [r for r in run.results if r.rule.id == "transport.no-5xx"]
    assert result.level == "info"
    assert {r.state for r in run.results if r.rule.area == "api"} == {"n/a"}
    assert "levels changed by configuration: transport.no-5xx = info, api = off" in run.notes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("token.form-acepted=info", "did you mean token.form-accepted?"),
        ("token.form-accepted=shoud", "did you mean should?"),
        ("token.form-accepted", "expected ID=LEVEL"),
    ],
)
def test_a_wrong_name_or_level_is_told_with_the_nearest_one(change: str, said: str) -> None:
    with pytest.raises(UsageError) as wrong:
        run_with(change)

    assert said in str(wrong.value)


def test_the_levels_table_of_the_settings_file_is_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mockauth.toml"
    path.write_text('[levels]\n"token.form-accepted" = "should"\npage = "info"\n', "utf-8")

    context = check.make_context("check", [BASE, "--config", str(path)])

    assert context.params["levels"] == ("token.form-accepted=should", "page=info")


def test_a_level_that_is_no_text_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mockauth.toml"
    path.write_text('[levels]\ntoken.form-accepted = "should"\n', "utf-8")

    with pytest.raises((UsageError, click.UsageError)) as wrong:
        check.make_context("check", [BASE, "--config", str(path)])

    assert "mockauth.toml: [levels] token must be a string" in str(wrong.value)
