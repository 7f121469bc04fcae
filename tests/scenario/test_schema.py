"""The JSON Schemas for editors agree with the reader and with the shipped copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockauth.scenario.form import form
from mockauth.scenario.library import builtin_folder
from mockauth.scenario.schema import (
    client_schema,
    faults_schema,
    scenario_schema,
)
from mockauth.scenario.strict import parse_strict, read_strict

FOLDER = builtin_folder()
BUILT_IN = sorted(FOLDER.rglob("*.yaml"))
HEAD = "{mockauth: 1, id: a.b, title: t, level: LEVEL, refs: [r], why: w, fix: f, steps: [STEP]}"


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize(
    "schema",
    [scenario_schema(), faults_schema(), client_schema()],
    ids=["probe", "faults", "client"],
)
def test_each_schema_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_built_in_file_fits_its_schema(path: Path) -> None:
    value = read_strict(path).value
    schema = faults_schema() if "faults" in value else scenario_schema()
    if value.get("role") == "plugin":
        schema = client_schema()

    assert [e.message for e in Draft202012Validator(schema).iter_errors(value)] == []


@pytest.mark.parametrize(
    ("level", "step", "fits"),
    [
        ("must", "{do: token, expect: {verdict: refused}}", True),
        ("CM-", "{do: token, expect: {status: [400, 4xx]}}", True),
        ("{plugin: must}", "{do: token, expect: {status: 4xx}}", True),
        ("high", "{do: token}", False),
        ("{plugn: must}", "{do: token}", False),
        ("must", "{do: tokn}", False),
        ("must", "{do: token, expect: {status: maybe}}", False),
        ("must", "{do: token, change: {headers: {a: null}}}", True),
        ("must", "{do: token, change: {set: {a: null}}}", False),
        ("must", "{do: token, change: {alter: {a: b}}}", False),
        ("must", "{do: token, jsn: 1}", False),
        ("must", "{}", False),
    ],
)
def test_the_schema_says_what_the_reader_says(level: str, step: str, fits: bool) -> None:
    text = HEAD.replace("LEVEL", level).replace("STEP", step)

    assert accepts(scenario_schema(), parse_strict(text.encode(), "p.yaml").value) is fits


def test_an_annotation_that_no_file_can_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no file can hold"):
        form(bytes, {})
