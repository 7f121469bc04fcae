"""Every artefact of a run is searched for every secret, in every encoding, whole and in parts."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mockauth.checks.registry import all_checks
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result import baseline
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.report import json_report, terminal
from mockauth.report.formats.written import FORMATS, written
from mockauth.wire import Secret
from tests.report.reflector import Reflector
from tests.wire.encodings import seen_of

BASE = "http://localhost:5000"
SELECTED = ("token", "api", "refresh", "transport")


def artefacts(run: Run) -> str:
    """All that is ever written about a run."""
    screens = []
    for settings in ({}, {"verbose": 2}, {"quiet": True}):
        screen = io.StringIO()
        terminal.write(run, gate(run), screen, **settings)
        screens.append(screen.getvalue())
    listed = baseline.written(run, baseline.Baseline())
    screens.append(baseline.render(listed, Path("b.toml")))
    document = json_report.members(run, gate(run))
    return "\n".join([*screens, *(written(kind, document) for kind in FORMATS)])


def finished(config: PluginConfig, app: object, *selected: str, password: str = "") -> Run:
    """A finished run, with another password of the first user where one is given."""
    options = replace(options_for(config, BASE), select=selected)
    if password:
        given = replace(options.given, password=Secret(password, "password"))
        options = replace(options, given=given)
    last = list(run_check(options, transport=WsgiTransport(app)))[-1]  # type: ignore[arg-type]
    assert isinstance(last, RunFinished)
    return last.run


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
def test_nothing_that_a_plugin_reflects_shows_a_secret(content_type: str) -> None:
    config = PluginConfig(content_type=content_type)
    app = Reflector(create_app(config, admin_token="control-token"))

    run = finished(config, app, *SELECTED)
    text = artefacts(run)

    public = {value for value in app.secrets if value in json.dumps(config.__dict__, default=str)}
    configured = {client.secret for client in config.clients} | {u.password for u in config.users}
    looked_for = (set(app.secrets) - public) | configured
    assert len(looked_for) > 20
    assert seen_of(looked_for, text)[:5] == []


def plain(run: Run) -> list[tuple[str, ...]]:
    """The ids, states and sentences of a report, without what differs from run to run: times, and how
    many answers or codes there were, since a password without letters is not tried in other letter case."""
    members = json_report.members(run, gate(run))
    return [
        tuple(
            re.sub(
                r"‹[^›]*›|\d+(\.\d+)? (s|answers|codes|different codes)\b", "…", str(check[name])
            )
            for name in ("id", "state", "title", "expected", "actual", "why", "fix", "blocked_by")
        )
        for check in members["checks"]
    ]


def with_password(word: str) -> Run:
    """A run against a plugin whose first user has that password."""
    first, *rest = PluginConfig().users
    config = PluginConfig(users=(replace(first, password=word), *rest))
    return finished(config, create_app(config), "token", "callback", "authorize", "page", "grant")


@pytest.fixture(scope="module")
def usual() -> Run:
    """A run with a password that is no word."""
    return with_password("Zx7-Qq9-Vv3-Kk1")


@pytest.mark.parametrize("word", ["token", "wrong", "200", "accepted"])
def test_a_password_that_is_a_word_changes_no_word_of_the_report(word: str, usual: Run) -> None:
    assert plain(with_password(word)) == plain(usual)


def test_a_wrong_password_does_not_tell_itself_in_the_hint() -> None:
    config = PluginConfig()

    run = finished(config, create_app(config), "token", password="wrong")
    text = artefacts(run)

    assert (
        "the login page came back. Are user name and password right, and is that all it wants? Forms"
        in text
    )


def test_a_plugin_that_calls_every_id_and_sentence_a_token_changes_no_word() -> None:
    names = [{"id_token": text} for c in all_checks() for text in (c.rule.id, str(c.rule.title))]
    change = AnswerChange(place="token", when="success", json_set={"z": names})
    honest = PluginConfig()
    lying = honest.with_faults(Fault(name="liar", answers=(change,)))

    told = finished(lying, create_app(lying), "token", "grant", "refresh")
    usual_run = finished(honest, create_app(honest), "token", "grant", "refresh")

    # One rule is about members that nobody knows, and rightly speaks of this one.
    words = [
        [line[:4] for line in plain(one) if line[0] != "grant.extra-fields-noted"]
        for one in (told, usual_run)
    ]
    assert words[0] == words[1]
