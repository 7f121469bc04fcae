"""The table of `driver_table.py` tells the judgements apart."""

from __future__ import annotations

import pytest

from mockauth.browser.landing import Landing
from tests.browser.driver_table import compare, drive, landed
from tests.browser.shapes.catalogue import BY_NAME
from tests.browser.shapes.shape import CALLBACK


def test_the_plain_shape_is_signed_in_to() -> None:
    assert landed(drive(BY_NAME["plain"], "allow")) == "code"
    assert landed(drive(BY_NAME["plain"], "deny")) == "error"


@pytest.mark.parametrize(
    ("name", "chromium", "mockauth", "judgement"),
    [
        ("plain", "code", "code", "alike"),
        ("plain", "never", "never", "alike"),
        ("plain", "code", "never", "false"),
        ("plain", "code", "error", "false"),
        ("plain", "never", "code", "miss"),
        ("iframe", "code", "never", "asks"),
        ("iframe", "code", "code", "alike"),
        ("captcha-turnstile", "never", "never", "asks"),
    ],
)
def test_a_walk_is_judged_by_where_both_end(
    name: str, chromium: str, mockauth: str, judgement: str
) -> None:
    assert compare(BY_NAME[name], chromium, mockauth) == judgement


def test_an_altered_callback_is_no_landing_with_a_code() -> None:
    landing = Landing(outcome="elsewhere", url=f"{CALLBACK}/?code=c")

    assert landed(landing) == "altered"
