"""The strict YAML loader, row by row: what it gives, what it refuses, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockauth.scenario import strict
from mockauth.scenario.strict import (
    LARGEST_FILE,
    MOST_PROBLEMS,
    Document,
    Problem,
    parse_strict,
    read_strict,
)

LOADERS = sorted({"SafeLoader", strict.LOADER.__name__})


@pytest.fixture(params=LOADERS)
def each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers, where the fast one is built."""
    monkeypatch.setattr(strict, "LOADER", getattr(yaml, request.param))


def parsed(text: str) -> Document:
    return parse_strict(text.encode(), "a.yaml")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parsed(text).problems]


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("0123", "0123"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2026-11-22", "2026-11-22"),
        ("1.0e+3", "1.0e+3"),
        (".5", ".5"),
        ("1e3", "1e3"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("9" * 16, "9" * 16),
        ("'7'", "7"),
        ('"true"', "true"),
        ("|-\n  null", "null"),
        ("7", 7),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("''", ""),
        ("[a, 1]", ["a", 1]),
        ("{b: {c: d}}", {"b": {"c": "d"}}),
    ],
)
def test_types_are_never_guessed(written: str, value: Any) -> None:
    document = parsed(f"a: {written}\n")

    assert document.problems == []
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: a: this key appears twice"),
        (
            "a: !!python/name:os.system x\n",
            "a.yaml:1:4: a: tags are not allowed; quote a number to make it a string",
        ),
        ("a: !!int 3\n", "a.yaml:1:4: a: tags are not allowed; quote a number to make it a string"),
        (
            "a: !!timestamp x\n",
            "a.yaml:1:4: a: tags are not allowed; quote a number to make it a string",
        ),
        ("a: ! x\n", "a.yaml:1:4: a: tags are not allowed; quote a number to make it a string"),
        (
            "a: !!map {}\n",
            "a.yaml:1:4: a: tags are not allowed; quote a number to make it a string",
        ),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document; one file is one document"),
        ("---\n---\nb: 2\n", "a.yaml:2:1: a second document; one file is one document"),
        ("%YAML 1.1\n---\na: 1\n", "a.yaml:1:1: directives are not allowed"),
        ("a:\n\t- b\n", "a.yaml:2:1: a tab; indent with spaces"),
        ("<<: {a: 1}\n", "a.yaml:1:1: <<: merge keys are not allowed"),
        ("? [1]\n: 2\n", "a.yaml:1:3: a key must be a plain word"),
        ("? {a: [1]}\n: 2\n", "a.yaml:1:3: a key must be a plain word"),
        ("? \n: 2\n", "a.yaml:1:2: a key must be a plain word"),
        ("!!str a: 2\n", "a.yaml:1:1: a key must be a plain word"),
        ("a: &x 1\n", "a.yaml:1:4: a: anchors are not allowed; nothing can refer to them"),
        ("a: *x\n", "a.yaml:1:4: a: aliases are not allowed; write the value out"),
        ("a: \x07\n", "a.yaml:1:4: the character U+0007 is not allowed here"),
        (
            "a: 1\nb: [1\n",
            "a.yaml:3:1: not YAML: did not find expected ',' or ']', while parsing a flow sequence"
            " that begins at line 2",
        ),
    ],
)
def test_what_is_refused_has_a_place(text: str, problem: str) -> None:
    found = problems(text)

    if "not YAML" in problem:  # the wording is the parser's, and there are two parsers
        assert found[0].startswith(("a.yaml:3:1: not YAML: ", "a.yaml:2:6: not YAML: "))
        assert found[0].endswith("that begins at line 2")
    else:
        assert found == [problem]


def test_every_problem_of_a_file_is_named_at_once() -> None:
    assert len(problems("a: !!int 3\nb: *x\na: 1\n<<: 2\n")) == 4


def test_a_bomb_of_aliases_is_never_expanded() -> None:
    lines = ["a0: &a0 [x]"] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)
    ]

    document = parsed("\n".join(lines))

    assert len(document.problems) == MOST_PROBLEMS


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_before_it_costs_anything(opening: str) -> None:
    found = problems(opening * 20_000)

    assert found[-1].endswith(": nested deeper than 20 levels")


def test_twenty_levels_are_fine() -> None:
    assert problems("[" * 20 + "]" * 20) == []


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE + 1))

    assert [p.message for p in read_strict(path).problems] == [
        "too large; a scenario file has at most 256 kB"
    ]


def test_a_file_that_cannot_be_read_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    document = read_strict(tmp_path / "none.yaml", "none.yaml")

    assert [str(p) for p in document.problems] == [
        "none.yaml:1:1: cannot be read: No such file or directory"
    ]


def test_bytes_that_are_no_utf_8_have_a_place() -> None:
    document = parse_strict(b"a: 1\nbc: \xff\n", "a.yaml")

    assert [str(p) for p in document.problems] == ["a.yaml:2:5: not UTF-8"]


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_strict("\ufeffa: 1".encode(), "a.yaml").value == {"a": 1}


def test_an_empty_file_is_nothing() -> None:
    document = parsed("# only a comment\n")

    assert (document.value, document.problems) == (None, [])


@pytest.mark.usefixtures("each_parser")
def test_each_path_has_its_place() -> None:
    document = parsed("a:\n  - b: {c: d}\n")

    assert document.places[("a", "0", "b", "c")] == (2, 12)
    assert document.keys[("a", "0", "b", "c")] == (2, 9)


def test_a_complaint_about_something_missing_stands_at_its_nearest_parent() -> None:
    document = parsed("a:\n  - b: c\n")
    document.complain(("a", "0", "z"), "is missing")

    assert [str(p) for p in document.problems] == ["a.yaml:2:5: a.0.z: is missing"]


def test_a_name_close_to_a_known_one_is_suggested() -> None:
    document = parsed("jsn: tokn\n")
    document.unknown_key(("jsn",), ("json", "status"))
    document.unknown(("jsn",), "tokn", ("token", "api"))
    document.unknown(("jsn",), ["tokn"], ("token", "api"))

    assert [str(p) for p in document.problems] == [
        "a.yaml:1:1: jsn: unknown key; did you mean 'json'?",
        "a.yaml:1:6: jsn: 'tokn' is unknown here; did you mean 'token'?",
        "a.yaml:1:6: jsn: a list is unknown here; known: api, token",
    ]


def test_a_long_value_is_cut_in_messages() -> None:
    document = parsed("a: b\n")
    document.unknown(("a",), "x" * 5_000, ("b",))

    assert len(document.problems[0].message) < 150


PIECES = st.sampled_from(
    ["a", "b: ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "!!int ", "'", '"', "|\n",
     ">\n", "<<: ", "? ", "---\n", "...\n", "\t", "#", "1", "~", "%", "\x00", "\ufeff", "${", "é"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_gives_a_value_or_located_problems(text: str) -> None:
    located(parse_strict(text.encode("utf-8", "surrogatepass"), "a.yaml"))


@given(st.binary(max_size=100))
def test_any_bytes_give_a_value_or_located_problems(data: bytes) -> None:
    located(parse_strict(data, "a.yaml"))


def located(document: Document) -> None:
    for problem in document.problems:
        assert isinstance(problem, Problem)
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
