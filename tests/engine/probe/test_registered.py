"""The client that a registration made, and how it proves itself."""

from __future__ import annotations

from mockauth.chatgpt.placement import in_basic_header
from mockauth.wire import Request


def test_an_mcp_client_names_itself_in_the_body_beside_basic() -> None:
    request = Request(
        method="POST",
        url="https://as.example/token",
        params=(("grant_type", "x"), ("client_id", "a"), ("client_secret", "b")),
        encoding="form",
    )

    placed = in_basic_header(request, named=True)

    assert placed.params == (("grant_type", "x"), ("client_id", "a"))
    assert (placed.header("Authorization") or "").startswith("Basic ")
