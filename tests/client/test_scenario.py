"""Scenario files with `role: plugin`: what they may say, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockauth.scenario.client_read import read_client_probe
from mockauth.scenario.client_words import client_words
from mockauth.scenario.library import builtin_folder, load_library
from mockauth.scenario.strict import parse_strict

HEAD = """\
mockauth: 1
role: plugin
id: client.mine
title: Mine
level: must
refs: [RFC6749-5.1]
why: Because.
fix: Fix it.
"""
STEPS = "steps:\n- do: callback\n  change: {redirect: {remove: [state]}}\n  expect: {next: none}\n"


def problems(text: str) -> list[str]:
    document = parse_strict((HEAD + text).encode(), "c.yaml")
    read_client_probe(document)
    return [str(problem).partition(": ")[2] for problem in document.problems]


def test_a_right_file_is_read() -> None:
    document = parse_strict((HEAD + STEPS).encode(), "c.yaml")

    probe = read_client_probe(document)

    assert document.problems == []
    assert probe is not None
    assert probe.rule.kind == "probe"
    assert [start.expected for start in probe.starts] == ["none"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs either steps (one start) or starts, and not both"),
        (STEPS.replace("none", "nothing"), "'nothing' is unknown here"),
        (STEPS.replace("callback", "calback"), "did you mean 'callback'?"),
        (STEPS.replace("  expect: {next: none}\n", ""), "one step, and only one, must say"),
        (STEPS.replace("callback", "token"), "has a meaning in callback only"),
        (
            STEPS.replace("redirect: {remove: [state]}", "special: held"),
            "has no meaning in callback",
        ),
        (STEPS.replace("redirect: {remove: [state]}", "special: crossed"), "needs at_once: 2"),
        (STEPS.replace("next: none", "next: own-query"), "needs an authorize_query"),
        (STEPS.replace("next: none", "next: declared-method"), "needs an auth_method"),
        ("declare: {authorize_query: a b}\n" + STEPS, "must be one name=value"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    found = problems(text)

    assert len(found) == 1
    assert said in found[0]


def test_a_built_in_file_lies_where_its_id_says() -> None:
    for probe in load_library().clients:
        name = probe.rule.id.removeprefix("client.")
        assert probe.file == f"{builtin_folder().name}/clients/{name}.yaml"


def test_a_users_file_may_not_shadow_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        HEAD.replace("client.mine", "client.wrong-state-stops") + STEPS
    )

    with pytest.raises(Exception, match="is taken by scenarios/clients/wrong-state-stops"):
        load_library([tmp_path])


def test_every_start_is_told_in_words() -> None:
    told = {p.rule.id: client_words(p) for p in load_library().clients}

    assert told["client.missing-state-stops"] == (
        "“none”: The callback has no `state`: the client must not ask the token endpoint, and must "
        "say that the sign-in failed.",
        "“an empty one”: The callback has `state` = ``: the client must not ask the token endpoint, "
        "and must say that the sign-in failed.",
    )
    assert all(sentence.endswith(".") for words in told.values() for sentence in words)
