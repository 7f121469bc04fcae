"""A manifest that is not strict JSON: every defect is named with its line and column."""

from __future__ import annotations

import codecs
from typing import Any

import pytest

from mockauth.manifest.document import LARGEST, JsonDocument, read_json


def read(text: str | bytes) -> JsonDocument:
    """The document, from a text in UTF-8 or from bytes as they are."""
    return read_json(text.encode() if isinstance(text, str) else text, "ai-plugin.json")


def places(document: JsonDocument) -> list[tuple[int, int]]:
    """Line and column of every problem."""
    return [(problem.line, problem.column) for problem in document.problems]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('{"a": 1,}', (1, 8), "trailing comma"),
        ('{"a": 1,\r\n"b":2,\r\n}', (2, 6), "trailing comma"),
        ('{"é": "ü",}', (1, 10), "trailing comma"),
        ('{\n "a": 1, // x\n "b": 2\n}', (2, 10), "// comment"),
        ('{/* x\ny */"a": 1}', (1, 2), "/* comment"),
        ('{"a": 1, # x\n"b": 2}', (1, 10), "# comment"),
        ('# x\n{"a": 1}', (1, 1), "# comment"),
        ('{"a": 1}\n{"b": 2}', (2, 1), "two objects"),
        ('{"a": 1} end', (1, 10), "text after the end"),
        ("", (1, 1), "empty"),
        (" \n", (1, 1), "empty"),
        (codecs.BOM_UTF8 + b'{"a": 1}', (1, 1), "byte order mark"),
        ('{"a": 1}'.encode("utf-16"), (1, 1), "UTF-16"),
        (codecs.BOM_UTF16_BE + '{"a": 1}'.encode("utf-16-be"), (1, 1), "UTF-16"),
        (b'{"a":\n "x\xff"}', (2, 4), "not UTF-8"),
        ('{"a": 1\n "b": 2}', (2, 2), "comma is missing"),
        ("{'a': 1}", (1, 2), "quote sign '"),
        ("{\u201ca\u201d: 1}", (1, 2), "quote sign \u201c"),
        ("{a: 1}", (1, 2), "without double quotes"),
        ('{"a": NaN}', (1, 7), "NaN"),
        ('{"a": -Infinity}', (1, 7), "-Infinity"),
        ('{"a": 1,\n"b": 2,\n"a": 3}', (3, 1), "'a' stands twice"),
        ("\n<!doctype html>", (1, 1), "HTML"),
        ("[1]", (1, 1), "array, not an object"),
        ("3", (1, 1), "number, not an object"),
        ("null", (1, 1), "null, not an object"),
        ('{"a": ' * 65 + "1" + "}" * 65, (1, 1), "deeper than 64"),
        ('{"a": 1,, "b": 2}', (1, 9), "two commas"),
        ('{"a": "x', (1, 7), "never ends"),
        ('{"a": "x\ny"}', (1, 9), "line break"),
        ('{"a": "\\x"}', (1, 8), "backslash"),
        ('{"a": TOKEN_HERE}', (1, 7), "placeholder"),
        ('{"a": True}', (1, 7), "True, which is Python"),
        ('{"a": 1', (1, 8), "ends in the middle"),
    ],
)
def test_a_defect_is_named_where_it_stands(
    text: str | bytes, place: tuple[int, int], reason: str
) -> None:
    document = read(text)
    assert places(document) == [place]
    assert reason in document.problems[0].reason
    assert document.problems[0].fix
    assert document.problems[0].place == f"line {place[0]}, column {place[1]}"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        ' \n{"a": [1, 2.5, true, null, "x"]}\n',
        '{"a": "http://x.example/*y*/ # z // NaN ,}"}',
        '{"a": {"b": 1}, "c": {"b": 1}, "b": "b", "d": ["b", "b"]}',
        '{"a": "é"}',
        '{"a": ' * 64 + "1" + "}" * 64,
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_strict_json_has_no_problem(text: str) -> None:
    assert read(text).problems == ()
    assert isinstance(read(text).data, dict)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"a": [1, 2,], // x\n /* y */ "b": {"c": 3,},\n}', {"a": [1, 2], "b": {"c": 3}}),
        ('{"a": 1,\n\n  // the last one is gone\n}', {"a": 1}),
        (codecs.BOM_UTF8 + b'{"a": 1}', {"a": 1}),
        ('{"a": 1}'.encode("utf-16"), {"a": 1}),
        ('{"a": 1}{"b": 2}', {"a": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": "NaN", "b": NaN}', {"a": "NaN", "b": None}),
    ],
)
def test_what_is_safe_to_mend_is_read_on(text: str | bytes, data: dict[str, Any]) -> None:
    document = read(text)
    assert document.data == data
    assert document.problems


def test_every_problem_of_one_file_is_named() -> None:
    text = '\ufeff{\n  "a": 1, // x\n  "b": [1,],\n  "a": NaN,\n}\n{}'
    document = read(text)
    assert sorted(places(document)) == [(1, 1), (2, 11), (3, 10), (4, 3), (4, 8), (4, 11), (6, 1)]
    assert document.data == {"a": None, "b": [1]}


def test_what_stands_before_a_hopeless_place_is_named_too() -> None:
    document = read('{"a": NaN, "a": 1, // x\n "b": }')
    assert sorted(places(document)) == [(1, 7), (1, 12), (1, 20), (2, 7)]
    assert document.data is None


def test_nan_inside_a_string_is_neither_named_nor_changed() -> None:
    document = read('{"NaN": "NaN", "b": [NaN,\nNaN]}')
    assert places(document) == [(1, 22), (2, 1)]
    assert document.data == {"NaN": "NaN", "b": [None, None]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1, "x": "a", "a": 2, "c": "a"}', [(1, 20)]),
        ('{"é": 1,\n"\\u00e9": 2}', [(2, 1)]),
        ('{"a": 1,\n"a": 2,\n"a": 3}', [(2, 1), (3, 1)]),
        ('{"o": {"a": 1, "a": 2}, "p": {"a": 1}}', [(1, 16)]),
    ],
)
def test_a_member_that_stands_twice_is_named_at_its_repetition(
    text: str, found: list[tuple[int, int]]
) -> None:
    assert places(read(text)) == found


def test_an_address_in_single_quotes_is_not_taken_for_a_comment() -> None:
    document = read("{'a': 'https://x.example'}")
    assert places(document) == [(1, 2)]


@pytest.mark.parametrize(
    "text",
    [
        b"/*" + b"]" * 3000 + b"*/" + b"[" * 3000,
        b"[" * 100_000,
        b"\xff\xfe",
        b"\xff\xfe{",
        b"\xed\xa0\x80",
        b"\x00",
        b"1 }",
        b"{]",
        b'["a": 1]',
        b'"a": 1',
        b'{"a": "}}}}',
        b"//",
        b"#\n" * 2000,
        b"{" + b'"a":1,' * 200 + b'"a":1}',
    ],
)
def test_broken_text_is_reported_never_raised(text: bytes) -> None:
    assert 0 < len(read(text).problems) <= 60


def test_too_large_a_file_is_not_read() -> None:
    document = read(b" " * (LARGEST + 1))
    assert places(document) == [(1, 1)]
    assert document.data is None


WHOLE = """{
  "schema_version": "v1",
  "auth": {
    "type": "oauth",
    "verification_tokens": {
      "openai": "0123"
    }
  },
  "api": {
    "type": "openapi"
  }
}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "place", "reason", "fix"),
    [
        ("    }\n  },\n", "    }\n", (8, 3), "the { of line 3 is not closed", "Write } where"),
        ("    }\n  },\n", "  },\n", (7, 3), "the { of line 5 is not closed", "Write } where"),
        ("    }\n  },\n", "    },\n", (8, 3), "the { of line 3 is not closed", "Write } where"),
        ("  }\n}\n", "  }\n", (12, 1), "ends in the middle: the { of line 1", "Write } at"),
        ('"api": {', '"api": ', (9, 9), "a { is missing behind this name", "Write {"),
        ('"api": {', '"api": {"x": "y": ', (9, 16), "a { is missing before", "Write the {"),
        ('"v1",', '\n    "v1", "x"\n  ],', (2, 20), "a [ is missing behind this name", "Write ["),
        ("  },\n", "  }},\n", (8, 4), "one } too many", "Delete this }"),
        ('"v1",', '"v1"', (3, 3), "a comma is missing", "Put a comma"),
        ('"v1",', '"v1,', (2, 24), "closing quote is lost", 'Write " here'),
        ('"v1",', 'v1",', (2, 21), "opening quote is lost", 'Write " here'),
        ('"v1",', '"v1";', (2, 25), "a ; in place of a comma", "Write a comma"),
        ('"auth":', '"auth:', (3, 3), "a name whose closing quote is lost", 'Write "'),
        ('"auth":', '"auth"', (3, 10), "a colon is missing", "Write name, colon"),
        ('"v1",', '"v\n1",', (2, 23), "a line break inside a string", "Write it as"),
    ],
)  # fmt: skip
def test_one_slip_is_one_problem_at_its_place(
    right: str, wrong: str, place: tuple[int, int], reason: str, fix: str
) -> None:
    (problem,) = read(WHOLE.replace(right, wrong, 1)).problems
    assert (problem.line, problem.column) == place
    assert reason in problem.reason
    assert fix in problem.fix


def test_an_unindented_text_still_names_a_lost_bracket_at_its_end() -> None:
    (problem,) = read('{"a": {"b": 1, "c": {"d": 2}').problems
    assert "ends in the middle: the { of line 1" in problem.reason
