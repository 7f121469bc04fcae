"""Fixtures shared by the tests: a checked run of the built-in plugin, in process."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.run import Run
from mockauth.engine.runner import run_check
from mockauth.engine.transport import WsgiTransport
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig

Checked = Callable[[PluginConfig], Run]


@pytest.fixture
def checked() -> Checked:
    """Check a plugin in process, with all its sample credentials."""

    def run(config: PluginConfig) -> Run:
        logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
        transport = WsgiTransport(create_app(config))
        events = list(run_check(options_for(config, "http://localhost:5000"), transport=transport))
        last = events[-1]
        assert isinstance(last, RunFinished)
        return last.run

    return run
