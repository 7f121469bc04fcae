"""What a probe needs, and what looks whether it is there."""

from __future__ import annotations

from typing import get_args

from mockauth.engine.probe.prerequisites import MEETINGS
from mockauth.scenario.head import Need

ELSEWHERE = {"deny", "narrow-scope"}
"""Met by the steps of the probe: one presses the button that denies, one finds the scope."""


def test_every_need_that_a_probe_can_name_is_looked_at() -> None:
    assert {*get_args(Need)} - {*MEETINGS} == ELSEWHERE
