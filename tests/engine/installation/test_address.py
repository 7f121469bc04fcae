"""Addresses as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockauth.engine.installation.address import asked_address, names_app, target_of


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("localhost", "http://localhost"),
        ("localhost:3333", "http://localhost:3333"),
        ("localhost:8000/mcp/", "http://localhost:8000/mcp/"),
        ("127.0.0.1:8000/mcp?a=b", "http://127.0.0.1:8000/mcp?a=b"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("web:8000", "http://web:8000"),
        ("todo.example.com", "https://todo.example.com"),
        ("todo.example.com/.well-known/ai-plugin.json",
         "https://todo.example.com/.well-known/ai-plugin.json"),
        ("HTTP://Localhost:3333", "http://Localhost:3333"),
    ],
)  # fmt: skip
def test_a_target_without_a_scheme_gets_one(typed: str, asked: str) -> None:
    assert target_of(typed) == asked


@pytest.mark.parametrize(
    "path",
    ["ai-plugin.json", "./site", "site", "conf.d/openapi.yaml", "app:app", "../x.json", "", "C:/x"],
)
def test_what_may_be_a_path_is_left_as_it_is(path: str) -> None:
    assert target_of(path) == path


def test_a_folder_that_is_there_is_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "todo.example").mkdir()

    assert target_of("todo.example") == "todo.example"


def test_an_app_is_told_from_a_host() -> None:
    found = [names_app(one) for one in ("app:app", "a.b:make()", "localhost:3333", "a/b:app")]

    assert found == [True, True, False, False]


def test_an_address_is_asked_letter_for_letter_and_what_is_none_is_not_asked() -> None:
    found = [asked_address(one) for one in ("Localhost:3333/mcp/?a=b", "https://X.example/mcp/")]

    assert found == ["http://localhost:3333/mcp/?a=b", "https://X.example/mcp/"]
    assert [asked_address(one) for one in ("", "no address", "ftp://a.example")] == [""] * 3
