"""What README and the pages of docs/ show does what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import click
import pytest
from werkzeug.test import Client

from mockauth.checks import manifest_text
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.cli.main import COMMANDS, commands
from mockauth.engine.result.waiver import read_waivers
from mockauth.manifest.plugin import read_manifest
from mockauth.plugin.app import create_app
from mockauth.scenario.lint import lint_scenario
from mockauth.scenario.misbehaving import KnownFaults
from mockauth.settings import plugins_of

pytest_plugins = ("pytester",)
ROOT = Path(__file__).parent.parent
PAGES: Mapping[str, str] = MappingProxyType(
    {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
        if path.name not in ("checks.md", "chatgpt-shows.md", "probe-keys.md")
    }
)
OF_OTHERS = {"--help", "--junitxml", "--lf"}
"""Options that no command lists itself, and those of pytest."""
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


def blocks(page: str, language: str = "", before: str = "") -> list[str]:
    """The fenced blocks of a page in a language, or those after a comment that starts so."""
    pattern = r"(?:^<!-- (.*?) -->\n)?^```(\w*)\n(.*?)^```$"
    found = re.findall(pattern, PAGES[page], re.DOTALL | re.M)
    return [text for said, kind, text in found if kind == language and said.startswith(before)]


def block(page: str, language: str, having: str) -> str:
    """The one fenced block of a page in a language that has this text in it."""
    [found] = [text for text in blocks(page, language) if having in text]
    return found


def command_lines(text: str) -> Iterator[list[str]]:
    """The words of each command of mockauth in a block, without what comes before it."""
    for line in text.replace("\\\n", " ").split("\n"):
        last = line.rpartition("&& ")[2]
        if re.match(r"(\S+/)?mockauth [a-z]", last):
            yield shlex.split(last, comments=True)[1:]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_understood(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.toml").write_text("")
    for words in (words for text in blocks(page) for words in command_lines(text)):
        command = commands.get_command(click.Context(commands), words[0])
        assert command is not None, words
        command.make_context(words[0], words[1:])  # raises for an option that does not exist


def test_every_option_that_the_pages_name_exists(pytestconfig: pytest.Config) -> None:
    group = click.Context(commands)
    known = {
        option
        for name in COMMANDS
        if (command := commands.get_command(group, name))
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for page, text in PAGES.items():
        named = {
            option
            for code in re.findall(r"`([^`\n]+)`", text)
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code)
        }
        of_pytest = {
            one for one in named if pytestconfig.getoption(one, default=OF_OTHERS) != OF_OTHERS
        }
        unknown = named - known - OF_OTHERS
        assert {one for one in unknown if one not in of_pytest or "mockauth" not in one} == set(), (
            page
        )


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for page, text in PAGES.items():
        links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
        broken = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
        assert broken == [], page


def test_the_output_that_readme_shows_is_the_output() -> None:
    [shown] = blocks("README.md", before="output of: demo")
    [words] = command_lines(block("README.md", "", "mockauth demo"))
    done = mockauth(*words, COLUMNS="100")

    assert missing(shown, done.stdout) == ""
    assert done.returncode == 1


@pytest.mark.parametrize("page", ["docs/check.md", "docs/actions.md"])
def test_the_first_example_of_a_page_signs_in_to_what_the_page_serves(page: str) -> None:
    [served], [checked] = blocks(page, before="served"), blocks(page, before="exits 0")
    variables = dict(re.findall(r"(MOCKAUTH_\w+)=(\S+)", checked))
    [words], [asked] = command_lines(served), command_lines(checked)
    with serving(words) as (port, _):
        done = mockauth(*at_port(asked, port), **variables)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_addresses_that_serve_prints_are_those_of_the_page() -> None:
    [shown] = blocks("docs/serve.md", before="output of: serve")
    [words] = command_lines(blocks("docs/serve.md", before="served")[0])
    with serving(words) as (port, printed):
        assert missing(shown.replace("localhost:3333", f"localhost:{port}"), printed) == ""


def mockauth(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "mockauth", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
    )


@contextmanager
def serving(words: list[str]) -> Iterator[tuple[int, str]]:
    """Run `mockauth serve` as a page says, on a free port; gives the port and what is printed."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = int(line.getsockname()[1])
    command = [sys.executable, "-m", "mockauth", *at_port(words, port)]
    if "--port" not in words:
        command += ["--port", str(port)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=environment
    ) as server:
        try:
            assert server.stdout is not None
            printed = ""
            for text in server.stdout:
                printed += text
                if "Ctrl-C" in text:
                    break
            yield port, printed
        finally:
            server.terminate()


def at_port(words: list[str], port: int) -> list[str]:
    """The same words with another port."""
    return [word.replace("3333", str(port)) for word in words]


def missing(shown: str, printed: str) -> str:
    """The first line of an excerpt that the output does not have after the ones before, or "".
    Numbers and ports may differ; … stands for lines that are left out."""
    rest = iter(like(printed))
    return next((line for line in like(shown) if line != "…" and line not in rest), "")


def like(text: str) -> list[str]:
    """The lines of a text, with every number as N."""
    return [re.sub(r"\d+", "N", line.rstrip()) for line in text.rstrip().split("\n")]


def test_the_settings_file_of_the_page_is_read() -> None:
    table = tomllib.loads(block("docs/serve.md", "toml", "[serve]"))["serve"]
    [plugin] = plugins_of(table, "docs/serve.md", {})

    assert (plugin.token_format, plugin.clients[0].auth_method) == ("jwt", "client_secret_basic")
    assert plugin.policy.pkce_plain_allowed
    assert plugin.users[0].claims == {"email": "alice@example.com"}


def test_the_waiver_of_the_page_is_read() -> None:
    table = tomllib.loads(block("docs/check.md", "toml", "[[waiver]]"))

    [waiver] = read_waivers(table["waiver"], "docs/check.md")
    assert waiver.id == "page.frame-guard"


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(MY_APP)
    pytester.makepyfile(block("docs/pytest.md", "python", "def test_login(mock_plugin"))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-q")
    result.assert_outcomes(passed=2)


def test_the_control_commands_of_the_page_are_taken() -> None:
    client = Client(create_app(admin_token="t", known_faults=KnownFaults()))
    commands = re.findall(
        r"^control '?([^'\s]+)'?(?: -d '(.*)')?$",
        block("docs/serve.md", "", "control faults"),
        re.M,
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


@pytest.mark.parametrize("page", ["docs/writing-a-probe.md", "CONTRIBUTING.md"])
def test_the_scenario_files_of_a_page_are_right(page: str, tmp_path: Path) -> None:
    files = [text for text in blocks(page, "yaml") if text.startswith("mockauth:")]

    assert files
    for text in files:
        (tmp_path / "file.yaml").write_text(text, "utf-8")
        assert lint_scenario(tmp_path / "file.yaml") == []


def test_every_fault_of_the_page_exists() -> None:
    known, areas = KnownFaults(), {name.partition(".")[0] for name in KnownFaults()}
    text = PAGES["docs/serve.md"]
    table = text.partition("| to see whether the client | say |")[2].partition("\n\n")[0]
    named = re.findall(r"`(?:--fault )?([a-z]+\.[a-z0-9-]+)", table)

    assert len(named) > 15
    assert [name for name in named if name.partition(".")[0] in areas and name not in known] == []


def test_the_check_of_contributing_finds_what_its_fault_breaks() -> None:
    namespace = dict(vars(manifest_text))
    exec(block("CONTRIBUTING.md", "python", "@check("), namespace)  # noqa: S102 - our own page
    judge = namespace["name_without_exclamation"].judge

    for name, kind in (("Todo!", Finding), ("Todo", Seen)):
        text = json.dumps({"name_for_human": name}).encode()
        [said] = judge(Evidence(manifest=read_manifest(text, "ai-plugin.json")))
        assert isinstance(said, kind)
