"""No secret reaches a report: every byte of output is searched for the known values."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest

from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.report import json_report, terminal
from tests.conftest import Checked


def output(run: Run) -> str:
    """All that is ever written about a run."""
    screen = io.StringIO()
    terminal.write(run, gate(run), screen, verbose=2)
    return screen.getvalue() + json_report.render(run, gate(run))


def known_secrets(config: PluginConfig, run: Run) -> list[str]:
    """What was configured, and what the traffic of the run made."""
    values = [client.secret for client in config.clients]
    values += [config.users[0].password, config.users[0].key, config.service_token]
    values += [b64encode(f"{c.id}:{c.secret}".encode()).decode() for c in config.clients]
    for exchange in run.trace:
        members = exchange.answer.members
        values += [
            str(members[name]) for name in ("access_token", "refresh_token") if name in members
        ]
        if exchange.step == "callback":
            values += [value for name, value in exchange.request.all_query if name == "code"]
        cookie = exchange.request.header("Cookie")
        values += [cookie.partition("=")[2]] if cookie else []
    return [value for value in values if value]


@pytest.mark.parametrize("auth", ["oauth", "service_http", "user_http"])
def test_no_secret_stands_in_any_output(auth: str, checked: Checked) -> None:
    config = PluginConfig(auth=auth)  # type: ignore[arg-type]  # one of its literals
    run = checked(config)

    text = output(run)

    # What is in the manifest or made up by a probe is no secret of the user's.
    configured = known_secrets(config, run)
    if auth != "service_http":
        configured = [value for value in configured if value != config.service_token]
    assert [value for value in configured if value in text] == []


@pytest.mark.parametrize("place", ["api", "token"])
def test_a_secret_that_the_server_repeats_in_an_error_is_masked(
    place: str, checked: Checked
) -> None:
    secret = PluginConfig().clients[0].secret
    echo = AnswerChange(
        place=place,
        when="error",
        headers={"X-Debug": secret},
        body=f'{{"error": "invalid_grant", "error_description": "<title>{secret}</title>"}}',
    )
    config = PluginConfig().with_faults(Fault(name="echo", answers=(echo,)))

    text = output(checked(config))

    assert secret not in text
    assert "token.no-secret-echoed" in text
