"""The Python API: the same verdicts for an app in process as at a URL, and what a report says."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_type_hints

import click
import pytest
import uvicorn
from flask import Flask

import mockauth
from mockauth.cli.check import check as check_command
from mockauth.cli.check_client import check_client as client_command
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.errors import UsageError
from mockauth.options import ClientOptions, Options
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from tests.apps.fastapi_todo import fastapi_app
from tests.apps.flask_todo import flask_app
from tests.apps.todo import GIVEN, Todo

SOCKETS_ONLY = {"transport.keepalive-clean"}
WRITTEN = {
    "help", "verbose", "quiet", "reports", "write_baseline", "watch_seconds", "targets", "jobs",
    "folder", "again", "github",
}  # fmt: skip
"""Options of the commands about what is printed or written, of a client used by hand, and of lists."""


def states(report: mockauth.Report) -> dict[str, str]:
    return {one.id: one.state for one in report if one.id not in SOCKETS_ONLY}


@contextmanager
def served_by_uvicorn(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()


def printed(script: str) -> str:
    words = [sys.executable, "-c", script]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own interpreter


def sample(config: PluginConfig) -> dict[str, Any]:
    given = options_for(config, "http://localhost").given
    secret = ("client_secret", "password", "other_client_secret", "other_password")
    plain = ("client_id", "username", "other_client_id", "other_username", "other_redirect_uri")
    return {
        "plugin_id": config.plugin_ids[0],
        "verification_token": config.verification_token,
        **{name: getattr(given, name) for name in plain},
        **{name: getattr(given, name).reveal() for name in secret},
    }


def test_the_built_in_plugin_has_the_same_verdicts_in_process_as_at_a_url() -> None:
    config = PluginConfig()
    inside = mockauth.check(mockauth.create_app(config), **sample(config))
    with serving(mockauth.create_app(config)) as base:
        outside = mockauth.check(base, **sample(config))

    assert inside.ok
    assert states(inside) == states(outside)
    assert inside["transport.keepalive-clean"].state == "blocked"
    assert "check it at its URL" in inside["transport.keepalive-clean"].actual


@pytest.mark.parametrize("faulty", [False, True])
def test_a_flask_app_has_the_same_verdicts_in_process_as_at_a_url(faulty: bool) -> None:
    inside = mockauth.check(flask_app(Todo(faulty=faulty)), **GIVEN)
    with serving(flask_app(Todo(faulty=faulty))) as base:
        outside = mockauth.check(base, **GIVEN)

    assert states(inside) == states(outside)
    assert inside["token.exchange-works"].state == "pass"
    assert inside["callback.state-once-equal"].state == ("fail" if faulty else "pass")


def test_a_fastapi_app_has_the_same_verdicts_in_process_as_at_a_url() -> None:
    inside = mockauth.check(fastapi_app(), **GIVEN)
    with served_by_uvicorn(fastapi_app()) as base:
        outside = mockauth.check(base, **GIVEN)

    assert states(inside) == states(outside)
    assert inside["token.exchange-works"].state == "pass"


def test_a_django_app_is_called_in_process() -> None:
    # Its settings belong to the process that has set them.
    script = (
        "import mockauth; from tests.apps.django_todo import application\n"
        "from tests.apps.todo import GIVEN\n"
        "report = mockauth.check(application, select='token,grant', **GIVEN)\n"
        "print(report['token.exchange-works'].state)"
    )
    done = printed(script)

    assert done == "pass"


def test_an_app_that_raises_is_judged_as_its_server_would_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("broken")
    app.testing = True

    @app.get("/.well-known/ai-plugin.json")
    def manifest() -> str:
        raise KeyError("s3cret-key")

    report = mockauth.check(app, select="manifest.served")

    assert report.exit_code == 3
    assert "the app raised KeyError at " in caplog.text
    assert "test_api.py" in caplog.text
    assert "s3cret-key" not in caplog.text


def test_an_identity_provider_elsewhere_is_asked_as_usual() -> None:
    todo = Todo()
    app, manifest = flask_app(todo), todo.manifest()
    with serving(flask_app(todo)) as elsewhere:
        manifest["auth"]["authorization_url"] = f"{elsewhere}/token"
        app.view_functions["manifest"] = lambda: manifest
        report = mockauth.check(app, select="token.exchange-works", **GIVEN)

    asked = [one["request"]["url"] for one in report.exchanges]
    assert report["token.exchange-works"].state == "pass"
    assert f"{elsewhere}/token" in asked
    assert "http://localhost:5003/.well-known/ai-plugin.json" in asked


def test_the_message_of_a_failure_says_expected_actual_and_fix_and_no_secret() -> None:
    report = mockauth.check(
        flask_app(), select="token", **{**GIVEN, "client_secret": "not-the-right-one-4711"}
    )

    with pytest.raises(AssertionError) as told:
        report.assert_ok()
    message = str(told.value)
    assert message.startswith("ChatGPT cannot sign in")
    for part in ("FAIL token.exchange-works (must)", "expected", "actual", "fix"):
        assert part in message
    assert "not-the-right-one-4711" not in message + report.to_json()
    with pytest.raises(AssertionError, match=r"FAIL token\.exchange-works"):
        report.assert_ok(select="token.exchange-works")


def test_what_was_not_judged_is_not_ok() -> None:
    report = mockauth.check(flask_app(), select="token", **{**GIVEN, "password": "wrong"})

    assert not report.ok
    with pytest.raises(AssertionError, match="none of the chosen checks was judged"):
        report.assert_ok(select="token.code-single-use")


def test_a_report_is_read_by_id_iterated_pickled_and_written() -> None:
    report = mockauth.check(flask_app(), select="manifest", **GIVEN)

    assert report["manifest.served"].state == "pass"
    assert "manifest.served" in report
    assert [one.id for one in report if one.is_broken] == sorted(
        (one.id for one in report.failures), key=[one.id for one in report].index
    )
    assert mockauth.Report.from_json(report.to_json()) == report
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 - our own
    with pytest.raises(KeyError, match=r"did you mean manifest\.served"):
        report["manifest.servd"]
    with pytest.raises(UsageError, match="no check and no area"):
        report.assert_ok(select="manifst")


@pytest.mark.parametrize(
    ("command", "options"), [(check_command, Options), (client_command, ClientOptions)]
)
def test_python_and_the_command_line_have_the_same_options(
    command: click.Command, options: type
) -> None:
    there = {one.name for one in command.params if isinstance(one, click.Option)} - WRITTEN

    # The settings file is read before the options are parsed, and is none of the values.
    assert set(get_type_hints(options)) == there


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"client_ids": "x"}, "there is no option 'client_ids'; did you mean client_id?"),
        ({"fail_on": "sometimes"}, "Invalid value for '--fail-on'"),
        ({"select": "tokn"}, "--select tokn: no check, area or source"),
        ({"base_url": "http://localhost:1"}, "base_url belongs to an app in process"),
    ],
)
def test_a_wrong_option_is_told_as_on_the_command_line(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told.replace("?", r"\?")):
        mockauth.check("http://localhost:1", **options)


def test_options_come_from_the_settings_file_and_the_environment_too(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mockauth.toml").write_text('[check]\nselect = ["manifest"]\nmap = "off"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCKAUTH_IGNORE", "manifest.served")

    report = mockauth.check(flask_app(), **GIVEN)

    assert {one.area for one in report} == {"manifest"}
    assert "manifest.served" not in report


def test_a_host_without_a_scheme_is_asked_and_the_report_says_how() -> None:
    with serving(mockauth.create_app(PluginConfig())) as base:
        typed = base.removeprefix("http://")
        options = options_for(PluginConfig(), typed)
        *_, last = run_check(replace(options, select=("manifest.served",)))

    assert isinstance(last, RunFinished)
    assert last.run.target == base
    assert f"{typed} is asked at {base}" in last.run.notes
    assert last.run.summary["pass"] == 1


def test_an_app_is_named_by_its_module() -> None:
    report = mockauth.check("tests.apps.flask_todo:app", select="manifest.served", **GIVEN)

    assert report["manifest.served"].state == "pass"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("my_service:ap", "my_service has no 'ap'; did you mean app?"),
        ("my_service:number", "my_service:number is of type int, and no WSGI or ASGI app"),
        ("my_service:made()", "ValueError: no database ("),
        ("my_broken_service:app", "ModuleNotFoundError: No module named 'nobody_has_this' ("),
        ("nobody_has_this:app", "ModuleNotFoundError: No module named 'nobody_has_this'"),
        ("my_service", "give a site such as"),
        ("my_service.py", "or an app in process as MODULE:APP"),
    ],
)
def test_a_target_that_is_none_says_what_it_should_be(
    target: str, told: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_service.py").write_text(
        "number = app = 7\n\ndef made():\n    raise ValueError('no database')\n"
    )
    (tmp_path / "my_broken_service.py").write_text("import nobody_has_this\n")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError) as wrong:
        mockauth.check(target)
    assert told in str(wrong.value)
    assert str(tmp_path) not in sys.path


def test_a_document_is_linted_as_a_text_or_a_file(tmp_path: Any) -> None:
    document = '{"schema_version": "v1", "auth": {"type": "oauth"}, "api": {"type": "openapi"}}'
    of_text = mockauth.lint(document)
    (tmp_path / "ai-plugin.json").write_text(document)
    of_file = mockauth.lint(tmp_path / "ai-plugin.json")

    assert not of_text.ok
    assert [one.id for one in of_text] == [one.id for one in of_file]
    with pytest.raises(AssertionError, match=r"manifest\.required-fields"):
        of_text.assert_ok()


def test_importing_mockauth_imports_nothing_heavy() -> None:
    script = "import mockauth, sys; print([n for n in sys.modules if n.startswith('mockauth.')])"
    done = printed(script)

    assert done == "[]"
