"""The pytest fixtures, and the checks as items. Loaded in every session of an environment, so nothing
heavy is imported before a test asks for a plugin or the command line names a target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from mockauth.chatgpt_user import ChatGPT
    from mockauth.options import Options, PluginSettings
    from mockauth.report.judged import Report
    from mockauth.testing import MockPlugin, PluginServer

MARK = "mock_plugin"
SERVED = pytest.StashKey["MockPlugin"]()
"""The plugin of a test, however the test has come by it."""


class Checks(Protocol):
    """What the fixture `mockauth_check` gives: `mockauth.check` with the settings of the session."""

    def __call__(self, target: Any, *, base_url: str = "", **options: Any) -> Report: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run that is collected as items."""
    group = parser.getgroup("mockauth", "mockauth: ChatGPT's checks as tests")
    group.addoption(
        "--mockauth-target",
        metavar="URL|MODULE:APP",
        help="Check this service, one test for each check. Options of `mockauth check` are read from "
        "MOCKAUTH_… in the environment and from mockauth.toml.",
    )
    group.addoption("--mockauth-config", metavar="FILE", help="Settings file to read.")
    group.addoption(
        "--mockauth-strict",
        action="store_true",
        default=None,
        help="A check that could not be judged fails.",
    )
    group.addoption(
        "--mockauth-fail-on",
        choices=["must", "should", "never"],
        help="What fails: a broken must (default), a broken should, too, or nothing.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and collect the checks where a target is named."""
    config.addinivalue_line(
        "markers",
        "mock_plugin(**settings): how the plugin of the fixture mock_plugin is set, as under "
        "[serve] in mockauth.toml; besides redirect_uri, redirect_uris and faults",
    )
    if config.getoption("mockauth_target"):
        from mockauth.pytest_items import CheckItems

        config.pluginmanager.register(CheckItems(config), "mockauth_items")


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
def mock_plugin_settings() -> PluginSettings:
    """Settings for every test, to be overridden in a conftest.py; the mark `mock_plugin` adds to
    them."""
    return {}


@pytest.fixture(scope="session")
def mock_plugin_session(mock_plugin_settings: PluginSettings) -> Iterator[MockPlugin]:
    """One plugin for the whole session, at an address of its own that stays: for an app that is
    configured once. Its users, tokens and faults stay, too, until `reset()`."""
    from mockauth.testing import served_plugin

    with served_plugin(**mock_plugin_settings) as plugin:
        yield plugin


@pytest.fixture
def mock_plugin(
    request: pytest.FixtureRequest,
    mock_plugin_stage: PluginServer,
    mock_plugin_settings: PluginSettings,
) -> Iterator[MockPlugin]:
    """The built-in plugin, served over HTTP and as new for each test. What a test queues and does
    not use fails it."""
    for mark in request.node.iter_markers(MARK):
        if mark.args:
            raise pytest.UsageError(f"the mark {MARK} takes names only, such as login='auto'")
    marks = [mark.kwargs for mark in request.node.iter_markers(MARK)]
    settings: Any = dict(mock_plugin_settings)
    for kwargs in reversed(marks):  # the closest one last
        settings |= kwargs
    plugin = request.node.stash[SERVED] = mock_plugin_stage.serve(**settings)
    yield plugin
    plugin.reset()


@pytest.fixture(scope="session")
def mockauth_settings() -> Options:
    """Options for every check and login of the session, to be overridden in a conftest.py: client_id,
    client_secret, username, password, and all else that `mockauth.check` takes."""
    return {}


@pytest.fixture
def chatgpt(mockauth_settings: Options) -> Iterator[ChatGPT]:
    """ChatGPT for the author of a plugin: `check`, `install`, `log_in`, `call`, `refresh`."""
    from mockauth.chatgpt_user import chatgpt as opened

    with opened(**mockauth_settings) as found:
        yield found


@pytest.fixture(scope="session")
def mockauth_check(mockauth_settings: Options) -> Checks:
    """`mockauth.check` with the settings of the session."""

    def check(target: Any, *, base_url: str = "", **options: Any) -> Report:
        __tracebackhide__ = True
        from mockauth.api import check
        from mockauth.errors import plainly

        merged: Any = {**mockauth_settings, **options}
        return plainly(lambda: check(target, base_url=base_url, **merged))

    return check
