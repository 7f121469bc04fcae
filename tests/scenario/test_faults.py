"""Files of faults become values, or problems that say where and what instead."""

from __future__ import annotations

import pytest

from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.scenario.faults import read_faults
from mockauth.scenario.strict import parse_strict

FAULT = """\
mockauth: 1
faults:
  - name: token.reusable-code
    title: A code works twice
    caught_by: [token.code-single-use]
"""


def problems(text: str) -> list[str]:
    document = parse_strict(text.encode(), "f.yaml")
    assert read_faults(document) == []
    return [str(problem) for problem in sorted(document.problems)]


def test_a_fault_becomes_a_value() -> None:
    text = FAULT + (
        "    policy: {code_single_use: false}\n"
        "    config: {auth: oauth, scope: '', access_seconds: 5}\n"
        "    answers:\n"
        "      - {place: token, status: 200, headers: {cache-control: null}, json_set: {a: [1]}}\n"
    )
    document = parse_strict(text.encode(), "f.yaml")

    assert read_faults(document) == [
        Fault(
            name="token.reusable-code",
            title="A code works twice",
            caught_by=("token.code-single-use",),
            policy={"code_single_use": False},
            config={"auth": "oauth", "scope": "", "access_seconds": 5},
            answers=(
                AnswerChange(
                    place="token",
                    status=200,
                    headers={"cache-control": None},
                    json_set={"a": [1]},
                ),
            ),
        )
    ]
    assert document.problems == []


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        (
            "    policy: {code_single_usr: false}\n",
            "6:14: faults.0.policy.code_single_usr: unknown key; did you mean 'code_single_use'?",
        ),
        (
            "    policy: {code_single_use: no}\n",
            "6:31: faults.0.policy.code_single_use: must be true or false, in lower case",
        ),
        (
            "    config: {auth: oath}\n",
            "6:20: faults.0.config.auth: 'oath' is unknown here; did you mean 'oauth'?",
        ),
        (
            "    answers: [{place: tokn}]\n",
            "6:23: faults.0.answers.0.place: 'tokn' is unknown here; did you mean 'token'?",
        ),
        (
            "    answers: [{place: token, when: never, json_set: {}}]\n",
            "6:36: faults.0.answers.0.when: 'never' is unknown here; known: always, before, error, redirect, success",
        ),
        ("    answers: [{status: 5}]\n", "6:15: faults.0.answers.0.place: is missing"),
        (
            "    answers: [{place: api, status: '5'}]\n",
            "6:36: faults.0.answers.0.status: must be a whole number",
        ),
        ("", "3:5: faults.0: changes nothing; give policy, answers or config"),
        (
            "    policy: {code_single_use: false}\n  - name: token.reusable-code\n    title: t\n"
            "    caught_by: [a.b]\n    policy: {secret_checked: false}\n",
            "7:11: faults.1.name: two faults are called 'token.reusable-code'",
        ),
    ],
)
def test_a_wrong_fault_is_named_with_its_place(added: str, problem: str) -> None:
    assert problems(FAULT + added) == [f"f.yaml:{problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    title: A code works twice\n", "", "3:5: faults.0.title: is missing"),
        ("[token.code-single-use]", "[]", "5:16: faults.0.caught_by: must not be empty"),
        (
            "    caught_by: [token.code-single-use]\n",
            "",
            "3:5: faults.0.caught_by: name the checks that must catch this fault, or say unchecked: true",
        ),
        (
            "token.reusable-code",
            "A B",
            "3:11: faults.0.name: must be lower-case words joined by - and ., such as"
            " token.reusable-code",
        ),
        ("mockauth: 1", "mockauth: x", "1:11: mockauth: 'x' is unknown here; known: 1"),
    ],
)
def test_what_every_fault_must_have_is_asked_for(old: str, new: str, problem: str) -> None:
    text = FAULT.replace(old, new) + "    policy: {code_single_use: false}\n"

    assert problems(text) == [f"f.yaml:{problem}"]


@pytest.mark.parametrize("text", ["", "a", "faults: []", "mockauth: 1\nfaults: []\n"])
def test_a_file_without_faults_says_so(text: str) -> None:
    assert problems(text)
