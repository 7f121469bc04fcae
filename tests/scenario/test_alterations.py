"""Each named alteration changes what its name says, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.scenario.alterations import ALTERATIONS

CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"


@pytest.mark.parametrize(
    ("name", "value", "altered"),
    [
        ("one-character", "secret", "secaet"),
        ("one-character", "aaa", "aba"),
        ("one-character", "a", "b"),
        ("upper-case-host", CALLBACK, CALLBACK.replace("chat.", "CHAT.")),
        ("upper-case-host", "http://localhost:3333/x", "http://LOCALHOST:3333/x"),
        ("upper-case-path", CALLBACK, CALLBACK.replace("callback", "CALLBACK")),
        ("encode-one-letter", CALLBACK, CALLBACK[:-1] + "%6B"),
    ],
)
def test_an_alteration_changes_what_its_name_says(name: str, value: str, altered: str) -> None:
    assert ALTERATIONS[name](value) == altered


@given(st.text())
def test_one_character_always_gives_another_value(value: str) -> None:
    altered = ALTERATIONS["one-character"](value)

    assert altered != value
    assert len(altered) == max(len(value), 1)


@pytest.mark.parametrize("name", sorted(ALTERATIONS))
def test_no_alteration_fails_on_an_empty_value(name: str) -> None:
    assert isinstance(ALTERATIONS[name](""), str)


@pytest.mark.parametrize("name", sorted(ALTERATIONS))
@given(value=st.text(max_size=50))
def test_no_alteration_fails_on_any_value(name: str, value: str) -> None:
    assert isinstance(ALTERATIONS[name](value), str)
