"""States that are nearly the one that was sent."""

from __future__ import annotations

import base64
import uuid
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.engine.client.state_mutations import ALTERATIONS, altered_state
from mockauth.wire.message import pairs_of

CALLBACK = "http://127.0.0.1:1/cb?own=1"
STATES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4).filter(
    lambda text: len(text.rstrip("=")) > 2
)


def state_of(location: str) -> str:
    return dict(pairs_of(location.partition("?")[2]))["state"]


@pytest.mark.parametrize("how", ALTERATIONS)
@given(state=STATES)
def test_the_state_is_another_and_the_rest_stays(how: str, state: str) -> None:
    altered = altered_state(f"{CALLBACK}&{urlencode({'code': 'c+/', 'state': state})}", how)

    assert state_of(altered) != state
    assert altered.startswith(f"{CALLBACK}&code=c%2B%2F&state=")


@pytest.mark.parametrize("how", ALTERATIONS)
@pytest.mark.parametrize("size", [16, 18, 20, 24, 32, 33])
@given(data=st.data())
def test_what_decodes_base64_leniently_sees_another_value(
    how: str, size: int, data: st.DataObject
) -> None:
    value = data.draw(st.binary(min_size=size, max_size=size))
    state = base64.urlsafe_b64encode(value).decode().rstrip("=")
    altered = ALTERATIONS[how](state)
    try:
        read = base64.urlsafe_b64decode(altered + "=" * (-len(altered) % 4))
    except ValueError:
        return
    assert read != value


@pytest.mark.parametrize("how", ALTERATIONS)
def test_an_uuid_is_another_uuid_or_none(how: str) -> None:
    state = str(uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF))
    try:
        read = str(uuid.UUID(ALTERATIONS[how](state)))
    except ValueError:
        return
    assert read != state
