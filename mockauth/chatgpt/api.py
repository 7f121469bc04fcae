"""The plugin's API, as ChatGPT calls it."""

from __future__ import annotations

from mockauth.chatgpt.client import API_AGENT
from mockauth.manifest.auth import Scheme
from mockauth.wire.message import Pairs, Request

CONTEXT: Pairs = (
    ("openai-ephemeral-user-id", "6f9c4a1e-2b7d-5c3e-9a80-1d2e3f4a5b6c"),
    ("openai-conversation-id", "0b8e7c52-41d3-5f6a-8c9b-7a6d5e4f3c2b"),
)
"""Headers that come with each call; the first changes every day at 00:00 UTC."""


def api_request(method: str, url: str, authorization: str | None) -> Request:
    """A call of one operation, with the Authorization header when there is one."""
    headers: Pairs = (("User-Agent", API_AGENT), ("Accept", "application/json"), *CONTEXT)
    if authorization is not None:
        headers = (*headers, ("Authorization", authorization))
    return Request(method=method, url=url, headers=headers)


def authorization_header(scheme: Scheme, token: str) -> str:
    """`Bearer <token>` or `Basic <token>`: the pasted string follows the scheme unchanged."""
    return f"{'Basic' if scheme == 'basic' else 'Bearer'} {token}"


def document_request(url: str) -> Request:
    """The fetch of the manifest or of the OpenAPI document."""
    return Request(method="GET", url=url, headers=(("User-Agent", API_AGENT), ("Accept", "*/*")))
