"""The fixture that a client author uses, in sessions of its own, and the same without pytest."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import parse_qs, urlencode

import pytest
import requests
from flask import Flask, redirect

from mockauth.errors import UsageError
from mockauth.options import PluginSettings
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from mockauth.testing import MockPlugin, config_of, served_plugin
from tests.plugin.tour import CHALLENGE, VERIFIER
from tests.test_readme import block

pytest_plugins = ("pytester",)
CALLBACK = "http://localhost:8080/callback"
QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist", "-q")


def authorization(plugin: MockPlugin, **changes: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": plugin.client.id,
        "redirect_uri": CALLBACK,
        "state": "s",
        **changes,
    }
    return f"{plugin.authorize_url}?{urlencode(asked)}"


def exchanged(plugin: MockPlugin, callback: str, **changes: str) -> requests.Response:
    params = {
        "grant_type": "authorization_code",
        "code": parse_qs(callback.partition("?")[2])["code"][0],
        "redirect_uri": CALLBACK,
        "client_id": plugin.client.id,
        "client_secret": plugin.client.secret,
        **changes,
    }
    with requests.Session() as session:
        return session.post(plugin.token_url, data=params, timeout=60)


def called(plugin: MockPlugin, token: str) -> int:
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {token}"}
        return session.get(plugin.api_url, headers=headers, timeout=60).status_code


@pytest.mark.parametrize("pages", ["auto", "login", "login_and_consent"])
def test_a_client_signs_in_over_http_through_whatever_pages_there_are(pages: Any) -> None:
    with served_plugin(login=pages, redirect_uri=CALLBACK) as plugin:
        callback = plugin.sign_in(authorization(plugin), user="grace" if pages != "auto" else "")
        token = exchanged(plugin, callback).json()["access_token"]

        assert callback.startswith(CALLBACK + "?code=")
        assert called(plugin, token) == 200


@pytest.mark.mock_plugin(redirect_uri=CALLBACK, login="login_and_consent")
def test_the_user_may_refuse(mock_plugin: MockPlugin) -> None:
    callback = mock_plugin.sign_in(authorization(mock_plugin), decision="deny")

    assert parse_qs(callback.partition("?")[2])["error"] == ["access_denied"]


@pytest.mark.mock_plugin(redirect_uri=CALLBACK)
def test_the_user_may_refuse_where_no_page_asks(mock_plugin: MockPlugin) -> None:
    callback = mock_plugin.sign_in(authorization(mock_plugin), decision="deny")

    assert parse_qs(callback.partition("?")[2])["error"] == ["access_denied"]


@pytest.mark.mock_plugin(redirect_uri=CALLBACK)
def test_a_refused_request_is_told_with_its_near_miss(mock_plugin: MockPlugin) -> None:
    with pytest.raises(AssertionError, match="differs from a registered one by a trailing slash"):
        mock_plugin.sign_in(authorization(mock_plugin, redirect_uri=CALLBACK + "/"))
    assert mock_plugin.requests[-1]["near_misses"]


@pytest.mark.mock_plugin(redirect_uri=CALLBACK)
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/authorize",
        "https://evil.example/authorize?client_id=demo-client",
        "{plugin}/login",
        "{plugin}/authorise",
        "{plugin}",
    ],
)
def test_a_sign_in_begins_at_the_plugins_own_authorize_endpoint(
    url: str, mock_plugin: MockPlugin
) -> None:
    with pytest.raises(AssertionError, match="is not the authorize endpoint of this plugin"):
        mock_plugin.sign_in(url.format(plugin=mock_plugin.url))


@pytest.mark.mock_plugin(redirect_uri=CALLBACK)
def test_a_sign_in_may_begin_at_the_app_which_is_really_asked(mock_plugin: MockPlugin) -> None:
    with serving(redirecting(authorization(mock_plugin))) as app:
        callback = mock_plugin.sign_in(f"{app}/login")

    assert callback.startswith(CALLBACK + "?code=")


@pytest.mark.mock_plugin(redirect_uri=CALLBACK)
@pytest.mark.parametrize("url", ["https://evil.example/authorize?state=s", CALLBACK + "?code=x"])
def test_an_app_that_leads_past_the_plugin_fails_its_test(
    url: str, mock_plugin: MockPlugin
) -> None:
    with (
        serving(redirecting(url)) as app,
        pytest.raises(AssertionError, match="the app led to"),
    ):
        mock_plugin.sign_in(f"{app}/login")


def redirecting(url: str) -> Flask:
    app = Flask("app")
    app.add_url_rule("/login", "login", lambda: redirect(url))
    return app


def test_a_wrong_place_is_told_with_the_right_one(mock_plugin: MockPlugin) -> None:
    with pytest.raises(UsageError, match="did you mean 'token'") as told:
        mock_plugin.next_error("tokn", "invalid_grant")

    assert type(told.value) is UsageError


def test_an_app_of_the_whole_session_has_a_plugin_that_stays(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def app(mock_plugin_session):
            return mock_plugin_session

        def test_one(app):
            app.next_error("token", "invalid_grant")

        def test_two(app, mock_plugin_session, mock_plugin):
            assert app is mock_plugin_session
            assert app.url != mock_plugin.url
            assert app.unused() == []
        """
    )

    result = pytester.runpytest_subprocess(*QUIET)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*queued and never used: next_error token invalid_grant*"])


def test_time_faults_and_queues_are_the_words_of_the_command_line(mock_plugin: MockPlugin) -> None:
    token = mock_plugin.token()["access_token"]
    assert called(mock_plugin, token) == 200

    mock_plugin.fault("api.rate-limited:once")
    assert [called(mock_plugin, token) for _ in range(2)] == [429, 200]
    mock_plugin.fault("api.unavailable", times=1, after=1)
    assert [called(mock_plugin, token) for _ in range(3)] == [200, 503, 200]
    mock_plugin.fault("api.slow", delay=0.01, times=1)
    assert called(mock_plugin, token) == 200
    assert mock_plugin.requests[-1]["faults"] == ["api.slow"]
    mock_plugin.fault("api.unavailable")
    mock_plugin.no_fault("api.unavailable")
    mock_plugin.next_response("/todos", status=418, json_body={"tea": True})
    assert [called(mock_plugin, token) for _ in range(2)] == [418, 200]
    mock_plugin.advance(3600)
    assert called(mock_plugin, token) == 401
    [near] = mock_plugin.requests[-1]["near_misses"]
    assert near.startswith("the token expired ")


@pytest.mark.mock_plugin(token_format="jwt")
def test_users_and_clients_are_added_and_tokens_had_without_a_sign_in(
    mock_plugin: MockPlugin,
) -> None:
    mock_plugin.add_user("alan", "bombe", email="alan@example.com")
    client = mock_plugin.add_client("mine", redirect_uris=(CALLBACK,))
    callback = mock_plugin.sign_in(
        authorization(
            mock_plugin, client_id="mine", code_challenge=CHALLENGE, code_challenge_method="S256"
        ),
        user="alan",
    )
    answer = exchanged(
        mock_plugin, callback, client_id=client.id, client_secret="", code_verifier=VERIFIER
    )

    assert answer.status_code == 200
    token = mock_plugin.token("alan", "mine", "todos:read")
    assert token["scope"] == "todos:read"
    assert called(mock_plugin, token["access_token"]) == 200


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_is_left_of_the_test_before(turn: int, mock_plugin: MockPlugin) -> None:
    assert mock_plugin.requests == []
    assert [user.name for user in mock_plugin.operator.config.users] == ["ada", "grace"]
    mock_plugin.add_user("alan")
    mock_plugin.advance(10)
    assert called(mock_plugin, mock_plugin.token("alan")["access_token"]) == 200


def test_https_is_served_with_a_certificate_to_trust(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with (
        served_plugin(https=authority) as plugin,
        requests.Session() as session,
    ):
        answer = session.get(plugin.manifest_url, verify=str(authority), timeout=60)

    assert answer.json()["auth"]["authorization_url"] == plugin.token_url
    assert plugin.url.startswith("https://localhost:")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"logn": "auto"}, "did you mean 'login'"),
        ({"faults": ["token.slwo"]}, "did you mean token.slow"),
        ({"redirect_uri": "nowhere"}, "whole address"),
    ],
)
def test_a_wrong_setting_is_named(settings: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        config_of(**settings)


def test_a_wrong_word_of_a_test_is_named(mock_plugin: MockPlugin) -> None:
    with pytest.raises(UsageError, match="no such trigger"):
        mock_plugin.fault("token.slow", tmies=1)
    with pytest.raises(UsageError, match=r"did you mean token\.slow"):
        mock_plugin.fault("token.slwo")
    with pytest.raises(UsageError, match="name must be one of ada, grace"):
        mock_plugin.next_user("alan")
    with pytest.raises(UsageError, match="no user 'alan'"):
        mock_plugin.sign_in(mock_plugin.authorize_url, user="alan")


def test_the_keys_that_editors_know_are_those_of_the_plugin() -> None:
    there = {one.name for one in fields(PluginConfig)}

    assert set(get_type_hints(PluginSettings)) == there | {"redirect_uri", "redirect_uris"}


def test_one_configuration_means_the_same_in_every_place(pytester: pytest.Pytester) -> None:
    pytester.makefile(
        ".toml",
        mockauth="""
        [serve]
        login = "auto"
        access_seconds = 77
        faults = ["token.error-200"]
        policy = { pkce_plain_allowed = true }
        users = [{ name = "alan", password = "bombe", claims = { role = "admin" } }]
        """,
    )
    pytester.makeconftest(block("docs/pytest.md", "python", "tomllib"))
    pytester.makepyfile(
        """
        import tomllib
        from pathlib import Path

        import click
        import mockauth
        import pytest
        from mockauth.cli.serve import _plugins, serve
        from mockauth.marks import with_plugin
        from mockauth.plugin.server.serving import serving
        from mockauth.testing import config_of, served_plugin
        from mockauth.wire.url import without_query

        SETTINGS = tomllib.loads(Path("mockauth.toml").read_text())["serve"]

        def test_fixture(mock_plugin, mock_plugin_session):
            [on_the_command_line] = _plugins(dict(serve.make_context("serve", []).params))
            assert mock_plugin.config == config_of(**SETTINGS) == on_the_command_line
            assert mock_plugin_session.config == on_the_command_line

        @with_plugin(access_seconds=77)
        def test_mark(mock_plugin):
            assert mock_plugin.config == config_of(**SETTINGS)

        def test_app_and_server(mock_plugin):
            path = "/.well-known/ai-plugin.json"
            app = mockauth.create_app(config_of(**SETTINGS))
            inside = app.test_client().get(path, base_url=mock_plugin.url)
            outside = mock_plugin.app.test_client().get(path, base_url=mock_plugin.url)
            assert inside.json == outside.json
            with served_plugin(**SETTINGS) as other:
                assert other.config == mock_plugin.config
                assert other.token()["expires_in"] == 77
        """
    )

    pytester.runpytest_inprocess(*QUIET, "--strict-markers").assert_outcomes(passed=3)


def test_ten_servers_in_one_process_know_nothing_of_each_other() -> None:
    with ExitStack() as stack:
        plugins = [stack.enter_context(served_plugin(access_seconds=n + 1)) for n in range(10)]
        tokens = [plugin.token() for plugin in plugins]
        plugins[3].fault("api.unavailable")
        statuses = [[called(one, token["access_token"]) for token in tokens] for one in plugins]

    assert [token["expires_in"] for token in tokens] == [*range(1, 11)]
    assert len({plugin.url for plugin in plugins}) == 10
    assert statuses == [
        [503 if row == 3 else 200 if row == column else 401 for column in range(10)]
        for row in range(10)
    ]


def test_what_is_queued_and_not_used_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_forgets(mock_plugin):
            mock_plugin.next_user("grace")
            mock_plugin.next_error("token", "invalid_grant")

        def test_forgets_too(request):
            request.getfixturevalue("mock_plugin").next_user("ada")

        def test_is_not_to_blame(mock_plugin):
            assert mock_plugin.unused() == []
        """
    )
    result = pytester.runpytest_subprocess(*QUIET)

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["*queued and never used: next_user grace; next_error token invalid_grant*"]
    )


def test_settings_come_from_the_conftest_and_from_marks(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mock_plugin_settings():
            return {"access_seconds": 7, "login": "login"}
        """
    )
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.mock_plugin(auth="oauth", access_seconds=8)

        def test_file(mock_plugin):
            assert (mock_plugin.config.login, mock_plugin.config.access_seconds) == ("login", 8)

        @pytest.mark.mock_plugin(access_seconds=9, faults=["token.error-200"])
        def test_own(mock_plugin):
            assert mock_plugin.config.access_seconds == 9
            assert [fault.name for fault in mock_plugin.config.faults] == ["token.error-200"]
        """
    )

    pytester.runpytest_subprocess(*QUIET, "--strict-markers").assert_outcomes(passed=2)


def test_a_mark_without_names_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.mock_plugin("http://localhost/callback")
        def test_one(mock_plugin):
            pass
        """
    )
    result = pytester.runpytest_subprocess(*QUIET)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*takes names only, such as login='auto'*"])


def test_a_session_without_the_fixture_loads_nothing_heavy() -> None:
    heavy = ("flask", "requests", "authlib", "rich", "pydantic", "bs4", "yaml", "mockauth.testing")
    script = (
        "import sys, mockauth.pytest_plugin;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own interpreter

    assert done.stdout.decode().strip() == "[]"
