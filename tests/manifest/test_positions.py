"""Where members stand in a text."""

from __future__ import annotations

import time

import pytest

from mockauth.manifest.positions import doubled, positions

YAML = b"a: 1\nb:\n  - c: {d: 2}\n  - &x [1,\n     2]\n'e/f': *x\n? {g: 1}\n: 2\n"
JSON = b'{"a": 1,\n "b": [{"c": {"d": "\\"{,"}},\n  [1, 2]],\n "e/f": []}'


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (YAML, {"/a": (1, 1), "/b/0/c/d": (3, 9), "/b/1/1": (5, 6), "/e~1f": (6, 1)}),
        (JSON, {"/a": (1, 2), "/b/0/c/d": (2, 15), "/b/1/1": (3, 7), "/e~1f": (4, 2)}),
        (b"a: [", {"/a": (1, 1)}),
        (b"\xff", {}),
        (b"", {}),
    ],
)
def test_line_and_column_of_a_pointer_are_found(
    text: bytes, places: dict[str, tuple[int, int]]
) -> None:
    assert positions(text, ["/a", "/b/0/c/d", "/b/1/1", "/e~1f", "/none", "no pointer"]) == places


def test_a_member_that_is_missing_is_looked_for_where_it_belongs() -> None:
    assert positions(YAML, ["/b/0/c/lost/more", "/lost"]) == {"/b/0/c/lost/more": (3, 5)}


def test_names_count_as_double_in_one_object_only() -> None:
    assert not list(doubled(b'{"a": {"a": ["a", "a"]}, "b": {"a": 1}}'))
    assert not list(doubled(b"a: &x {b: 1}\nc: {<<: *x, b: 2}\nd: {<<: *x}\n"))
    (found,) = doubled(b'{"a": [{"b": 1,\n "b": 2}]}')
    assert (found.pointer, found.line, found.column) == ("/a/0/b", 2, 2)


def test_a_large_deep_text_is_read_in_linear_time() -> None:
    deep = b'{"a":' * 400 + b"[" + b"1," * 200_000 + b"1]" + b"}" * 400
    began = time.monotonic()
    assert not list(doubled(deep))
    assert time.monotonic() - began < 20
