"""`mockauth serve`: what the settings file and the options make of the plugin."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mockauth.errors import UsageError
from mockauth.profiles import MCP
from mockauth.settings import plugins_of


def plugins(table: dict[str, Any], **given: Any) -> Any:
    return plugins_of(table, "mockauth.toml", given)


def test_the_table_sets_the_plugin_and_the_command_line_wins() -> None:
    table = {
        "auth": "oauth",
        "access_seconds": 5,
        "policy": {"code_single_use": False},
        "clients": [{"id": "mine", "secret": "s"}],
        "faults": ["token.error-200"],
    }
    [plugin] = plugins(table, content_type="application/x-www-form-urlencoded")

    assert (plugin.access_seconds, plugin.clients[0].id) == (5, "mine")
    assert plugin.policy.code_single_use is False
    assert plugin.content_type == "application/x-www-form-urlencoded"
    assert [fault.name for fault in plugin.faults] == ["token.error-200"]


def test_several_plugins_share_what_the_table_says() -> None:
    entries = [{"name": "one"}, {"name": "two", "auth": "none", "policy": {"client_checked": True}}]
    one, two = plugins({"access_seconds": 9, "plugins": entries})

    assert (one.name, one.auth, one.access_seconds) == ("one", "oauth", 9)
    assert (two.name, two.auth, two.access_seconds) == ("two", "none", 9)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"auht": "oauth"}, "did you mean 'auth'"),
        ({"auth": "basic"}, "serve.auth"),
        ({"access_seconds": "9"}, "serve.access_seconds"),
        ({"policy": {"code_singel_use": True}}, "did you mean 'code_single_use'"),
        ({"clients": [{"secret": "s"}]}, "clients.0.id"),
        ({"faults": "token.error-200"}, "must be a list of names"),
        ({"faults": ["nope"]}, "no such fault"),
        ({"plugins": {"name": "one"}}, "write [[serve.plugins]]"),
        ({"plugins": [{"nam": "one"}]}, "serve.plugins entry 1"),
        ({"access_seconds": 0}, "access_seconds: must be 1 or more, not 0"),
        ({"access_seconds": 10**400}, "access_seconds: must be at most"),
        ({"access_seconds": True}, "access_seconds"),
        ({"scope": "a  b"}, "scope: must be words"),
        ({"scope": 'a"b'}, "scope: must be words"),
        ({"clients": [{"id": "a"}, {"id": "a"}]}, "clients: 'a' appears twice"),
        ({"clients": [{"id": ""}]}, "clients: a name is empty"),
        ({"users": [{"name": "a", "password": "x"}] * 2}, "users: 'a' appears twice"),
        ({"clients": [{"id": "a", "auth_method": "client_secret_post"}]}, "needs a secret"),
        ({"clients": [{"id": "a", "secret": "s", "auth_method": "none"}]}, "needs no secret"),
        ({"clients": [{"id": "a", "redirect_uris": ["http://*/cb"]}]}, "without # or *"),
        ({"polcy": {}}, "policy"),
    ],
)
def test_a_wrong_table_is_told_where_and_what_instead(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        plugins(table)


def test_serve_prints_every_address_and_serves_it(tmp_path: Path) -> None:
    file = tmp_path / "plugins.toml"
    file.write_text(
        '[[serve.plugins]]\nname = "one"\n[[serve.plugins]]\nname = "two"\nauth = "none"\n'
        '[[serve.plugins]]\nname = "three"\napi = "mcp"\n'
    )
    command = [sys.executable, "-m", "mockauth", "serve", "--port", "0", "--config", str(file)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "MOCKAUTH_ADMIN_TOKEN": "given-token"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own interpreter
    try:
        assert server.stdout is not None
        lines: list[str] = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(server.stdout.readline())
            assert lines[-1], "".join(lines)
        text = "".join(lines)
        [manifest] = re.findall(r"http://\S+/two/\.well-known/ai-plugin\.json", text)
        with urllib.request.urlopen(manifest, timeout=60) as answer:  # noqa: S310 - our own server
            assert answer.status == 200
        assert re.search(r"token endpoint \(authorization_url\) +http://\S+/one/token", text)
        assert "/two/token" not in text
        of_connectors = re.findall(r"registered callback +(\S+/connector_\S+)", text)
        assert of_connectors[0] == MCP.callbacks[0]
        assert "registered callback" in text.partition("/three/mcp2")[0]
        assert "/aip/" not in text.partition("/three/mcp2")[2]
        assert "given-token" not in text
    finally:
        server.terminate()
        server.communicate()


def test_options_come_from_the_environment_and_a_taken_port_is_named() -> None:
    command = [sys.executable, "-m", "mockauth", "serve", "--port", "0"]
    for name, value in (("LOGIN", "sometimes"), ("FAULT", "nosuch"), ("SCENARIOS", "/nosuch")):
        environment = {**os.environ, f"MOCKAUTH_SERVE_{name}": value}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)  # noqa: S603 - our own interpreter
        assert (done.returncode, value in done.stderr) == (2, True)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {**os.environ, "MOCKAUTH_SERVE_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(command[:-2], capture_output=True, text=True, env=environment)  # noqa: S603 - our own interpreter
    assert (done.returncode, "cannot be served at: " in done.stderr) == (2, True)


def ended(*before: str) -> int | None:
    """The status of a server that serves, and is told to end."""
    command = [*before, sys.executable, "-m", "mockauth", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:  # noqa: S603 - our own interpreter
        assert server.stdout is not None
        for line in server.stdout:
            if "Ctrl-C" in line:
                break
        if before:  # the one that counts is the child of unshare, and process 1 of its own world
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            os.kill(int(children[0]), signal.SIGTERM)
        else:
            server.terminate()
        return server.wait(20)


def test_sigterm_ends_the_server_with_status_0() -> None:
    assert ended() == 0


UNSHARED = ("unshare", "--user", "--map-root-user", "--pid", "--fork")


def may_unshare() -> bool:
    try:
        return subprocess.run([*UNSHARED, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 - our own command
    except OSError:
        return False


@pytest.mark.skipif(not may_unshare(), reason="needs unshare")
def test_sigterm_ends_the_server_as_process_1() -> None:
    assert ended(*UNSHARED) == 0
