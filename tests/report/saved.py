"""Saved run documents for tests, made in process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from mockauth.engine.check import run_check
from mockauth.engine.demo import ProfileName, options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.gate import gate
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.report.json_report import members
from mockauth.scenario.misbehaving import with_faults

BASE = "http://localhost:5000"
AREAS = ("manifest", "authorize", "token", "grant", "api", "transport")


def document(*faults: str, select: tuple[str, ...] = AREAS) -> dict[str, Any]:
    """The document of a run of some areas against the built-in plugin with these faults."""
    return document_of(with_faults(PluginConfig(), faults), select=select)


def document_of(
    config: PluginConfig, profile: ProfileName = "plugin", select: tuple[str, ...] = AREAS
) -> dict[str, Any]:
    """The document of a run of some areas, of all where `select` is empty."""
    options = replace(options_for(config, BASE, profile), select=select)
    last = [*run_check(options, transport=WsgiTransport(create_app(config)))][-1]
    assert isinstance(last, RunFinished)
    made: dict[str, Any] = json.loads(json.dumps(members(last.run, gate(last.run))))
    return made
