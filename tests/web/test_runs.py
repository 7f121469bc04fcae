"""All checks, run from the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from jsonschema import Draft202012Validator

import mockauth.report
from mockauth.cli.main import commands
from mockauth.clock import MovableClock
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.store.installation import Installation
from mockauth.store.store import open_store
from mockauth.testing import served_plugin
from mockauth.web.app import create_pages
from mockauth.web.run_shelf import RunShelf
from mockauth.web.settings import PageSettings
from tests.web.conftest import Arrive
from tests.web.visitor import HERE, Visitor, finished, installed, oauth_installed

SCHEMA = Path(mockauth.report.__file__).parent / "run.schema.json"
PASSWORD = "analytical-engine"
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"


def checked(visitor: Visitor, **filled: str) -> Visitor:
    """Run all checks from the page of a plugin, and read the report."""
    visitor.get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/runs/")
    return finished(visitor.press("Run all checks", **filled))


def exported(visitor: Visitor) -> dict[str, Any]:
    """The JSON report of the run that is shown."""
    answer = visitor.browser.get(f"{visitor.path}report.json", base_url=HERE)
    assert "attachment" in answer.headers["Content-Disposition"]
    report: dict[str, Any] = json.loads(answer.text)
    return report


def test_a_faultless_plugin_passes_all_checks(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        oauth_installed(visitor, plugin).click("Run all checks")
        checked(visitor, username="ada", password=PASSWORD)
        report = exported(visitor)

    assert "✓ ChatGPT can sign in" in visitor.text
    assert "to fix" not in visitor.text
    assert "fill in the second client in the form" in visitor.text
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(report)
    assert report["gate"]["exit_code"] == 0


def test_the_findings_are_those_of_the_command_line(visitor: Visitor, tmp_path: Path) -> None:
    written = tmp_path / "report.json"
    with served_plugin(auth="service_http") as plugin:
        token = plugin.config.service_token
        installed(visitor, plugin, service_token=token)
        plugin.fault("api.any-token")
        checked(visitor)
        given = ["--token", token, "--verification-token", plugin.config.verification_token]
        CliRunner().invoke(commands, ["check", plugin.url, *given, "--report", f"json={written}"])

    theirs = json.loads(written.read_text("utf-8"))
    ours = exported(visitor)
    assert ours["verdict"] == theirs["verdict"]
    for name in ("id", "state", "level", "expected", "fix"):
        assert [one[name] for one in ours["checks"]] == [one[name] for one in theirs["checks"]]


def test_an_action_is_checked_as_it_was_filled_in(visitor: Visitor) -> None:
    with served_plugin(auth="service_http") as plugin:
        key = plugin.config.service_token
        document = f"{plugin.url}/openapi.json"
        visitor.get("/chatgpt/action").press("Save", openapi=document, auth="service_http", key=key)
        finished(visitor.click("Run all checks").press("Run all checks"))

    assert "✓ ChatGPT can call the API" in visitor.text
    assert exported(visitor)["profile"] == "action"
    assert key not in str(visitor.page)


def test_each_user_key_of_a_user_http_plugin_is_used(visitor: Visitor) -> None:
    with served_plugin(auth="user_http") as plugin:
        key, other = (user.key for user in plugin.config.users)
        installed(visitor, plugin).press("Install", key=key)
        checked(visitor, other_token=other)

    assert "✓ ChatGPT can call the API" in visitor.text
    assert "--other-token" not in visitor.text
    assert "needs --token" not in visitor.text


def test_a_broken_plugin_says_what_chatgpt_shows_and_how_to_fix_it(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        oauth_installed(visitor, plugin)
        plugin.fault("token.login-page")
        checked(visitor, username="ada", password=PASSWORD)

    first = visitor.page.select_one(".remark")
    assert first is not None
    told = " ".join(first.get_text(" ").split())
    assert "✗ ChatGPT cannot sign in" in visitor.text
    for part in ("Must fix:", "ChatGPT shows", "fix", "why", "check", "Answered: 200"):
        assert part in told


def test_runs_are_compared_by_check(visitor: Visitor, clock: MovableClock) -> None:
    with served_plugin(auth="none") as plugin:
        installed(visitor, plugin)
        plugin.fault("manifest.html")
        broken = checked(visitor).path
        plugin.no_fault("manifest.html")
        clock.sleep(60)
        checked(visitor)

        assert "Since the run before : 0 worse, 1 better" in visitor.text
        assert visitor.click("0 worse, 1 better").status == 200
        assert "Better: 1" in visitor.text
        visitor.click("All runs")
        assert visitor.text.count("passed") == 2
        assert visitor.get(broken).press("Remove this run").text.count("passed") == 1


def test_a_report_is_saved_in_every_format(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        checked(installed(visitor, plugin))
        links = [str(a["href"]) for a in visitor.page.select("a[href*='/report.']")]
        saved = [visitor.browser.get(link, base_url=HERE) for link in links]

    kinds = ["html", "json", "markdown", "xml", "sarif+json", "json"]
    assert [one.content_type.split(";")[0].split("/")[1] for one in saved] == kinds
    assert all("attachment" in one.headers["Content-Disposition"] for one in saved)
    assert "✓ ChatGPT can" in saved[0].text
    assert json.loads(saved[-1].text)["log"]["version"] == "1.2"
    assert visitor.browser.get(f"{visitor.path}report.exe", base_url=HERE).status_code == 404


def test_runs_of_different_profiles_are_not_compared_by_the_pages(clock: MovableClock) -> None:
    store = open_store("memory", clock=clock)
    shelf = RunShelf(store, clock)
    store.install(
        Installation(
            plugin_id="p",
            kind="mcp",
            target="t",
            owner=store.add_person().id,
            level="service",
            auth="none",
        )
    )
    for profile in ("plugin", "mcp", "mcp"):
        started = shelf.start("p", "t")
        assert started is not None
        shelf.finish(started, 0, profile, "{}")
        clock.sleep(1)

    last, middle, first = shelf.listed("p")

    assert shelf.before("p", last) == middle
    assert shelf.before("p", middle) is None
    assert not last.is_like(first)


def test_what_is_typed_for_a_run_is_kept_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    visitor = Visitor(create_pages(PageSettings(store=f"sqlite:///{tmp_path}/kept.db")))
    with served_plugin(auth="oauth") as plugin:
        oauth_installed(visitor, plugin)
        checked(visitor, username="ada", password=PASSWORD, other_client_secret="of-another-9f3c")
        secret = plugin.client.secret

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for typed in (PASSWORD, "of-another-9f3c", secret):
        assert typed.encode() not in kept
        assert typed not in str(visitor.page)


def test_a_run_that_a_restart_interrupted_reads_as_interrupted(
    visitor: Visitor, clock: MovableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    where = f"sqlite:///{tmp_path}/kept.db"
    visitor = Visitor(create_pages(PageSettings(store=where, clock=clock)))
    with served_plugin(auth="none") as plugin, open_store(where, clock=clock) as store:
        installed(visitor, plugin)
        run = RunShelf(store, clock).start(DEMO_PLUGIN_ID, plugin.url)
        assert run is not None
        page = f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/runs/{run.id}/"
        assert "0 of about 0 checks judged" in visitor.get(page).text

        clock.sleep(60)

        assert "This run was interrupted" in visitor.get(page).text
        assert "data: over" in visitor.browser.get(f"{page}events", base_url=HERE).text
        assert "not finished" in visitor.click("All runs").text


def test_a_run_is_stopped_and_reports_what_was_judged(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        installed(visitor, plugin)
        plugin.fault("api.slow:delay=1")
        visitor.click("Run all checks").press("Run all checks")
        again = visitor.path
        visitor.get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/runs/").press("Run all checks")
        assert visitor.path == again
        visitor.press("Stop, and report what was judged so far")
        finished(visitor)

    assert "interrupted by SIGINT" in visitor.text
    assert "The run was stopped early" in visitor.text


def test_only_who_registered_a_plugin_runs_its_checks_and_reads_them(arrive: Arrive) -> None:
    with served_plugin(auth="none") as plugin:
        owner = checked(installed(arrive(), plugin))
        other = arrive().get("/chatgpt/")

        for path in ("", "report.json", "events"):
            assert other.browser.get(f"{owner.path}{path}", base_url=HERE).status_code == 403
        assert other.send(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/runs/start").status == 403


def test_a_run_of_another_plugin_is_not_shown(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin, served_plugin(auth="none") as other:
        path = checked(installed(visitor, plugin)).path
        visitor.get("/chatgpt/").press("Find manifest file", target=other.url)
        run = path.rstrip("/").rpartition("/")[2]

        assert visitor.get(f"{visitor.path}runs/{run}/").status == 404


def test_what_a_plugin_answers_stays_text_in_timelines_and_reports(visitor: Visitor) -> None:
    named = {"name_for_human": HOSTILE, "description_for_human": HOSTILE}
    with served_plugin(auth="none", manifest=named) as plugin:
        plugin.next_response(
            "/todos", body=HOSTILE, headers={"X-A": "<script>", "Location": "/<b>"}
        )
        installed(visitor, plugin)
        pages = [visitor.get(f"{visitor.path}timeline").page]
        visitor.get(visitor.path.replace("timeline", "runs/")).press("Run all checks")
        pages.append(finished(visitor).page)

    for page in pages:
        assert page.select("script:not([src]), b") == []
        assert "\u202e" not in str(page)
        assert "\x1b" not in str(page)
    assert "passed" in visitor.text
