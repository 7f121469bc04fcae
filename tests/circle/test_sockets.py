"""The circle for what shows on real sockets alone: a connection that is used again."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.result.result import Result, Run
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving

KEEPALIVE = "transport.keepalive-clean"
PROVEN = frozenset({KEEPALIVE})
"""The checks that are caught failing here; `tests/circle/test_circle.py` counts on it."""


def run_served(policy: Behaviour) -> Run:
    """Check a plugin that is served on a free port, by one check alone."""
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config = PluginConfig(policy=policy)
    with serving(create_app(config)) as base:
        options = replace(options_for(config, base), select=(KEEPALIVE,))
        *_, last = run_check(options)
    assert isinstance(last, RunFinished)
    return last.run


def only(run: Run) -> Result:
    """The one result of a run."""
    (result,) = run.results
    return result


@pytest.mark.parametrize(("read", "state"), [(True, "pass"), (False, "warn")])
def test_a_body_that_is_left_in_the_connection_is_noticed(read: bool, state: str) -> None:
    result = only(run_served(Behaviour(bodies_read=read)))

    assert (result.rule.id, result.state) == (KEEPALIVE, state)
