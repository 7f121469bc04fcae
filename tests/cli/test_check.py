"""The command line as a person or a script meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving

CONFIG = PluginConfig()
CREDENTIALS = {
    "MOCKAUTH_CLIENT_ID": CONFIG.clients[0].id,
    "MOCKAUTH_CLIENT_SECRET": CONFIG.clients[0].secret,
    "MOCKAUTH_USERNAME": CONFIG.users[0].name,
    "MOCKAUTH_PASSWORD": CONFIG.users[0].password,
}


def mockauth(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a fresh process."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "mockauth", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "utf-8", **(env or {})},
        cwd=cwd,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


@contextmanager
def answering(body: bytes, status: int = 200, location: str = "") -> Iterator[str]:
    """A server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def plugin() -> Iterator[str]:
    """The built-in plugin, served."""
    with serving(create_app(CONFIG)) as base:
        yield base


def test_a_faultless_plugin_exits_zero_and_the_report_has_the_fixed_shape(
    plugin: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"

    done = mockauth("check", plugin, "--report", f"json={path}", env=CREDENTIALS)

    assert done.returncode == 0
    assert done.stdout.splitlines()[2].startswith("✓ ChatGPT can sign in")
    report = json.loads(path.read_text("utf-8"))
    assert report["schema"] == "mockauth-run/1"
    assert {"target", "profile", "auth", "started", "duration_ms", "summary"} <= report.keys()
    assert sum(report["summary"].values()) == len(report["checks"])
    members = {"id", "state", "level", "title", "refs", "expected", "actual", "why", "fix"}
    assert members | {"chatgpt_shows", "at", "exchanges"} <= report["checks"][0].keys()
    assert {"n", "step", "request", "response", "elapsed_ms"} <= report["exchanges"][0].keys()


def test_a_second_client_that_was_not_given_is_named_first_and_fails_only_when_strict(
    plugin: str,
) -> None:
    relaxed = mockauth("check", plugin, env=CREDENTIALS)
    strict = mockauth("check", plugin, "--strict", env=CREDENTIALS)

    assert relaxed.returncode == 0
    assert "not judged: needs --other-client-id" in relaxed.stdout
    assert strict.returncode == 1


def test_missing_credentials_exit_two_and_name_option_and_variable(plugin: str) -> None:
    done = mockauth("check", plugin)

    assert done.returncode == 2
    assert "--client-id (MOCKAUTH_CLIENT_ID)" in done.stderr


def test_a_wrong_password_exits_three_and_shows_the_page(plugin: str) -> None:
    done = mockauth("check", plugin, "-q", env={**CREDENTIALS, "MOCKAUTH_PASSWORD": "no-such-one"})

    assert done.returncode == 3
    assert "Wrong user name or password" in done.stdout
    assert "no-such-one" not in done.stdout + done.stderr


@pytest.mark.parametrize("target", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_an_unreachable_target_exits_three(target: str) -> None:
    assert mockauth("check", target, "-q").returncode == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "no-such-file.json"),
        ("check", "http://localhost:9", "--select", "tokn.code-single-use"),
        ("check", "http://localhost:9", "--report", "jsn=x"),
        ("check", "http://localhost:9", "--fail-on", "perhaps"),
        ("checks", "token.code-singel-use"),
        ("lint", "no-such-file.json"),
        ("demo", "--fault", "no.such-fault"),
    ],
)
def test_wrong_use_exits_two_with_one_clear_sentence(arguments: tuple[str, ...]) -> None:
    done = mockauth(*arguments)

    assert done.returncode == 2
    assert done.stderr.strip()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        b"[1]",
        b"[" * 100_000,
        b'{"a": 1}'.decode().encode("utf-16"),
        b'{"a": "' + b"x" * (11 * 1024 * 1024) + b'"}',
        b'{"auth": {"type": "oauth", "client_url": "http://[bad", "authorization_url": "::"}}',
    ],
    ids=["empty", "HTML", "array", "deep", "UTF-16", "11 MiB", "broken URLs"],
)
def test_a_broken_manifest_is_a_finding_within_bounded_time(body: bytes) -> None:
    with answering(body) as base:
        done = mockauth("check", base, "-q", env=CREDENTIALS)

    assert done.returncode == 1
    assert re.match("ChatGPT cannot (sign in|use the plugin): manifest[.]", done.stdout)


def test_a_manifest_that_redirects_for_ever_is_a_finding() -> None:
    with answering(b"", 302, "/.well-known/ai-plugin.json") as base:
        done = mockauth("check", base, "-q", env=CREDENTIALS)

    assert (done.returncode, "manifest.served" in done.stdout) == (1, True)


def test_the_environment_beats_the_file_and_an_unknown_key_is_named(
    plugin: str, tmp_path: Path
) -> None:
    file = tmp_path / "mockauth.toml"
    file.write_text('[check]\nclient_id = "wrong"\nusername = "ada"\n', "utf-8")
    good = mockauth("check", plugin, "-q", env=CREDENTIALS, cwd=tmp_path)
    file.write_text('[check]\nusernam = "ada"\n', "utf-8")
    bad = mockauth("check", plugin, env=CREDENTIALS, cwd=tmp_path)

    assert good.returncode == 0
    assert bad.returncode == 2
    assert "did you mean username" in bad.stderr


def test_lint_names_line_and_column_and_every_other_problem(tmp_path: Path) -> None:
    file = tmp_path / "ai-plugin.json"
    file.write_text('{\n  "schema_version": 2,\n  "auth": {"type": "api_key"},\n}\n', "utf-8")

    done = mockauth("lint", str(file))

    assert done.returncode == 1
    assert "ai-plugin.json:3:30: manifest.json-strict " in done.stdout
    assert " manifest.auth-type-known /auth/type: expected none, " in done.stdout
    assert " manifest.schema-version-v1 /schema_version: expected " in done.stdout


def test_a_check_is_explained_with_its_source() -> None:
    done = mockauth("checks", "token.code-single-use")

    assert "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2" in done.stdout
    assert "critical" in done.stdout


@pytest.mark.parametrize("auth", ["none", "service_http", "user_http", "oauth"])
def test_the_demo_passes_for_every_auth_type(auth: str) -> None:
    assert mockauth("demo", "--auth", auth, "-q").returncode == 0
