"""What README shows for client authors does what README says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from werkzeug.test import Client

from mockauth.plugin.app import create_app
from mockauth.scenario.misbehaving import KnownFaults
from mockauth.settings import plugins_of

pytest_plugins = ("pytester",)
README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
MY_APP = '''
import secrets
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import pytest
import requests

CALLBACK = "http://localhost/callback"

class App:
    """A client of an afternoon."""

    def configure(self, authorize_url, token_url, client):
        self.authorize_url, self.token_url, self.client = authorize_url, token_url, client

    def start_login(self):
        self.state = secrets.token_urlsafe(16)
        asked = {"response_type": "code", "client_id": self.client.id, "redirect_uri": CALLBACK,
                 "state": self.state}
        return f"{self.authorize_url}?{urlencode(asked)}"

    def finish_login(self, callback):
        came = parse_qs(callback.partition("?")[2])
        assert came["state"] == [self.state]
        token = self.post({"grant_type": "authorization_code", "code": came["code"][0],
                           "redirect_uri": CALLBACK})
        api = self.token_url.removesuffix("/token") + "/todos"
        headers = {"Authorization": "Bearer " + token["access_token"]}
        return SimpleNamespace(user=requests.get(api, headers=headers, timeout=60).json()["user"])

    def keep(self, token):
        self.token = token

    def call(self, api):
        headers = {"Authorization": "Bearer " + self.token["access_token"]}
        answer = requests.get(api, headers=headers, timeout=60)
        if answer.status_code == 200:
            return SimpleNamespace(needs_login=False)
        token = requests.post(api.removesuffix("/todos") + "/token", timeout=60, data={
            "grant_type": "refresh_token", "refresh_token": self.token["refresh_token"]})
        return SimpleNamespace(needs_login=token.json().get("error") == "invalid_grant")

    def post(self, params):
        own = {"client_id": self.client.id, "client_secret": self.client.secret}
        return requests.post(self.token_url, data={**params, **own}, timeout=60).json()

@pytest.fixture
def my_app():
    return App()
'''


def block(language: str, having: str) -> str:
    """The one fenced block of a language that has this text in it."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.M)
    [found] = [text for kind, text in fenced if kind == language and having in text]
    return str(found)


def test_the_settings_file_of_the_readme_is_read() -> None:
    table = tomllib.loads(block("toml", "[serve]"))["serve"]
    [plugin] = plugins_of(table, "README.md", {})

    assert (plugin.token_format, plugin.clients[0].auth_method) == ("jwt", "client_secret_basic")
    assert plugin.policy.pkce_plain_allowed
    assert plugin.users[0].claims == {"email": "alice@example.com"}


def test_the_tests_of_the_readme_pass(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(MY_APP)
    pytester.makepyfile(block("python", "mock_plugin"))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-q")
    result.assert_outcomes(passed=2)


def test_the_control_commands_of_the_readme_are_taken() -> None:
    client = Client(create_app(admin_token="t", known_faults=KnownFaults()))
    commands = re.findall(
        r"^control '?([^'\s]+)'?(?: -d '(.*)')?$", block("", "control faults"), re.M
    )

    assert len(commands) == 4
    for path, body in commands:
        answer = client.open(
            f"/_mockauth/{path}",
            method="POST" if body else "GET",
            json=json.loads(body) if body else None,
            headers={"Authorization": "Bearer t"},
        )
        assert answer.status_code in (200, 201), path


def test_every_fault_of_the_readme_exists() -> None:
    known, areas = KnownFaults(), {name.partition(".")[0] for name in KnownFaults()}
    table = README.partition("| to see whether the client | say |")[2].partition("\n\n")[0]
    named = re.findall(r"`(?:--fault )?([a-z]+\.[a-z0-9-]+)", table)

    assert len(named) > 15
    assert [name for name in named if name.partition(".")[0] in areas and name not in known] == []
