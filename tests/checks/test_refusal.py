"""A refusal that has a good status."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockauth.checks.refusal import refused_in_body
from mockauth.wire import Response
from tests.traces import HTML, JSON, answer, api

LOGIN = b"<form><input type=password name=p></form>"


def of(body: object) -> Response:
    """An answer with JSON."""
    return answer(200, JSON, json.dumps(body))


@pytest.mark.parametrize(
    ("body", "good", "refused"),
    [
        ({"ok": False, "error": "invalid_auth"}, {"ok": True, "notes": [1]}, True),
        ({"error": "no token"}, [1, 2], True),
        ({"success": False}, {"items": []}, True),
        ({"status": "error", "code": 401}, {"items": [1]}, True),
        ({"message": "Unauthorized"}, {"user": "ada"}, True),
        ([], [1], True),
        ({"error": "no token", "items": ["milk"]}, {"items": ["milk"]}, False),
        ({"error": "no token", "items": []}, {"items": ["milk"]}, True),
        ({"errors": ["no token"], "data": None}, {"data": {"me": "ada"}}, True),
        ({"items": []}, {"items": ["milk"]}, False),
        ({"user": "bob"}, {"user": "ada"}, False),
        ({"error": None, "items": [1]}, {"error": None, "items": [1]}, False),
        ([1], [2], False),
    ],
)
def test_a_refusal_holds_nothing_of_the_data(body: Any, good: Any, refused: bool) -> None:
    assert refused_in_body(api(of(body)), of(good)) == refused


def test_an_error_is_a_refusal_also_where_the_good_token_gets_the_same() -> None:
    same = of({"ok": False, "error": "invalid_auth"})

    assert refused_in_body(api(same), same)


def test_a_login_page_is_a_refusal() -> None:
    assert refused_in_body(api(answer(200, HTML, LOGIN)), of([1]))
