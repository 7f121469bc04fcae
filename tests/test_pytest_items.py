"""The checks of a service as items of pytest, in sessions of their own."""

from __future__ import annotations

import pytest

from tests.apps.todo import CLIENT_ID, CLIENT_SECRET, PASSWORD, USER

pytest_plugins = ("pytester",)
QUIET = ("-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rA")
APP = "tests.apps.flask_todo:flask_app()"
FAULTY = "plugin_app:faulty()"
STATE = "mockauth::login.state-returned"


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of a plugin author."""
    monkeypatch.setenv("MOCKAUTH_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("MOCKAUTH_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("MOCKAUTH_USERNAME", USER)
    monkeypatch.setenv("MOCKAUTH_PASSWORD", PASSWORD)
    monkeypatch.setenv("MOCKAUTH_PLUGIN_ID", "plugin-todo")
    pytester.makepyfile(
        plugin_app="""
        from tests.apps.flask_todo import flask_app
        from tests.apps.todo import Todo

        def faulty():
            return flask_app(Todo(faulty=True))
        """
    )
    return pytester
