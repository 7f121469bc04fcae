"""Fixtures shared by the tests: a checked run of the built-in plugin, in process."""

from __future__ import annotations

import gc
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import ProfileName, options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.profiles.action import TokenExchange

# What check adds to its output there is tested where it is asked for.
os.environ.pop("GITHUB_ACTIONS", None)
# Some hundred tests start mockauth: compiled once, each start takes a quarter of a second less.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# The same examples in every run, so that a red test is about the change.
settings.register_profile(
    "mockauth",
    deadline=None,
    derandomize=True,
    # How long an example takes to make and to run depends on what else the machine does.
    suppress_health_check=[HealthCheck.too_slow],
)
# pytest --hypothesis-profile=explore
settings.register_profile(
    "explore", settings.get_profile("mockauth"), derandomize=False, max_examples=1000
)
settings.load_profile("mockauth")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: browsers and sockets wait, and another test can work."""
    return (os.cpu_count() or 1) + 1


SLOW = (
    "browser/test_chromium.py",
    "browser/test_chromium_session.py",
    "browser/test_leaks.py",
    "browser/test_logins.py",
    "browser/test_driver_table.py",
    "browser/test_plugin_pages.py",
    "browser/test_ratchet.py",
    "browser/test_runner.py",
    "browser/test_shapes.py",
    "circle",
    "checks/test_hostile.py",
    "cli/test_check.py",
    "cli/test_chatgpt.py",
    "cli/test_check_client.py",
    "cli/test_exemptions.py",
    "cli/test_many.py",
    "cli/test_serve.py",
    "client/test_real_clients.py",
    "client/test_run.py",
    "engine/test_action.py",
    "engine/test_interruption.py",
    "engine/test_lint_and_check.py",
    "hostile",
    "plugin/test_fuzz.py",
    "plugin/test_shapes.py",
    "report/test_html.py",
    "report/test_schema.py",
    "store/test_killed.py",
    "store/test_opening.py",
    "store/test_page_workers.py",
    "store/test_postgres.py",
    "test_ci.py",
    "test_guides.py",
    "test_api.py",
    "test_chatgpt_fixture.py",
    "test_pytest_items.py",
    "test_pytest_plugin.py",
    "test_python_pages.py",
    "test_readme.py",
    "test_wheel.py",
    "web",
)
"""Files and folders that start processes, make whole runs or try many inputs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything else as `quick`."""
    slow = [Path(__file__).parent / name for name in SLOW]
    for item in items:
        if not any(item.path.is_relative_to(path) for path in slow):
            item.add_marker(pytest.mark.quick)


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of every garbage collection: it lives to the end."""
    gc.collect()
    gc.freeze()


class Checked(Protocol):
    """Checks a plugin, as an Action where the profile says so."""

    def __call__(
        self,
        config: PluginConfig,
        profile: ProfileName = "plugin",
        exchange: TokenExchange = "post",
        revision: str = "auto",
    ) -> Run: ...


@pytest.fixture
def checked() -> Checked:
    """Check a plugin in process, with all its sample credentials."""

    def run(
        config: PluginConfig,
        profile: ProfileName = "plugin",
        exchange: TokenExchange = "post",
        revision: str = "auto",
    ) -> Run:
        logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
        clock = MovableClock()
        transport = WsgiTransport(create_app(config, clock))
        options = options_for(config, "http://localhost:5000", profile, exchange)
        options = replace(options, revision=revision)
        events = list(run_check(replace(options, slow=True), transport=transport, clock=clock))
        last = events[-1]
        assert isinstance(last, RunFinished)
        return last.run

    return run
