"""The JSON report keeps to its published schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import mockauth.report
from mockauth.engine.result.gate import gate
from mockauth.plugin.config import PluginConfig
from mockauth.report import json_report
from mockauth.scenario.library import load_library
from tests.conftest import Checked

SCHEMA = Path(mockauth.report.__file__).parent / "run.schema.json"


@pytest.mark.parametrize("fault", ["", "token.code-reusable", "manifest.behind-the-guard"])
def test_a_report_keeps_to_the_published_schema(fault: str, checked: Checked) -> None:
    chosen = [f for f in load_library().faults if f.name == fault]
    run = checked(PluginConfig().with_faults(*chosen))

    report = json.loads(json_report.render(run, gate(run)))

    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(report)
