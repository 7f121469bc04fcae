"""The pytest fixtures. Loaded in every session of an environment, so nothing heavy is imported
before a test asks for a plugin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockauth.testing import MockPlugin, PluginServer

MARK = "mock_plugin"
SERVED = pytest.StashKey["MockPlugin"]()
"""The plugin of a test, however the test has come by it."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "mock_plugin(**settings): how the plugin of the fixture mock_plugin is set, as under "
        "[serve] in mockauth.toml; besides redirect_uri, redirect_uris and faults",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What a test queues and does not use fails that test, and not what comes after it."""
    result = yield
    plugin = item.stash.get(SERVED, None)
    if plugin is not None:
        from mockauth.testing import check_used

        check_used(plugin)
    shared = getattr(item, "funcargs", {}).get("mock_plugin_session")
    if shared is not None and (unused := shared.unused()):
        # Else it would fail the next test, too.
        shared.operator.reset(tokens=False)
        raise AssertionError(f"queued and never used: {'; '.join(unused)}")
    return result


@pytest.fixture(scope="session")
def mock_plugin_stage() -> Iterator[PluginServer]:
    """The server of the session, on a free port."""
    from mockauth.testing import plugin_server

    with plugin_server() as found:
        yield found


@pytest.fixture(scope="session")
def mock_plugin_settings() -> dict[str, Any]:
    """Settings for every test, to be overridden in a conftest.py; the mark `mock_plugin` adds to
    them."""
    return {}


@pytest.fixture(scope="session")
def mock_plugin_session(mock_plugin_settings: dict[str, Any]) -> Iterator[MockPlugin]:
    """One plugin for the whole session, at an address of its own that stays: for an app that is
    configured once. Its users, tokens and faults stay, too, until `reset()`."""
    from mockauth.testing import served_plugin

    with served_plugin(**mock_plugin_settings) as plugin:
        yield plugin


@pytest.fixture
def mock_plugin(
    request: pytest.FixtureRequest,
    mock_plugin_stage: PluginServer,
    mock_plugin_settings: dict[str, Any],
) -> Iterator[MockPlugin]:
    """The built-in plugin, served over HTTP and as new for each test. What a test queues and does
    not use fails it."""
    for mark in request.node.iter_markers(MARK):
        if mark.args:
            raise pytest.UsageError(f"the mark {MARK} takes names only, such as login='auto'")
    marks = [mark.kwargs for mark in request.node.iter_markers(MARK)]
    settings = dict(mock_plugin_settings)
    for kwargs in reversed(marks):  # the closest one last
        settings |= kwargs
    plugin = request.node.stash[SERVED] = mock_plugin_stage.serve(**settings)
    yield plugin
    plugin.reset()
