"""Secrets are scrubbed in every spelling they may travel in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from mockauth.wire.secret import Secret, Secrets

VALUE = 'pä"ss/wo rd+&=\\'


@pytest.mark.parametrize(
    "spelling",
    [VALUE, quote(VALUE), quote(VALUE, safe=""), quote_plus(VALUE), json.dumps(VALUE)[1:-1]],
)
def test_a_secret_is_scrubbed_in_each_spelling(spelling: str) -> None:
    secrets = Secrets()
    placeholder = secrets.add(VALUE, "password")
    assert secrets.scrub(f"a {spelling} b") == f"a {placeholder} b"


def test_a_basic_pair_is_scrubbed() -> None:
    secrets = Secrets()
    secrets.add_basic("client", "s3cret-value", "credentials")
    pair = base64.b64encode(b"client:s3cret-value").decode()
    assert pair not in secrets.scrub(f"Basic {pair}")


def test_a_secret_does_not_print_itself() -> None:
    assert "hidden" not in f"{Secret('hidden')} {Secret('hidden')!r}"
