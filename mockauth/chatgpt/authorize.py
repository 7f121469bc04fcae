"""The authorize endpoint (client_url), as ChatGPT uses it: the request and the callback."""

from __future__ import annotations

from dataclasses import dataclass

from mockauth.chatgpt.client import BROWSER_AGENT, Client, resource_params, scope_params
from mockauth.chatgpt.pkce import challenge_params
from mockauth.wire.message import Pairs, Request, first


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A login that waits for its callback: what must survive the user's way through the pages."""

    redirect_uri: str
    state: str


def authorization_request(client: Client, pending: Pending) -> Request:
    """The page ChatGPT sends the user's browser to, in the order seen in July 2023.

    `scope` is sent even when empty, but not by an MCP client; `state` is a UUID. The endpoint's own query is kept
    (RFC 6749 section 3.1).
    """
    return Request(
        method="GET",
        url=client.auth.client_url,
        query=(
            ("response_type", "code"),
            ("client_id", client.id),
            ("redirect_uri", pending.redirect_uri),
            *scope_params(client),
            ("state", pending.state),
            *challenge_params(client.verifier),
            *resource_params(client),
        ),
        headers=(("User-Agent", BROWSER_AGENT), ("Accept", "text/html,application/xhtml+xml,*/*")),
    )


def code_at(params: Pairs) -> str:
    """The code in the parameters of a redirect (RFC 6749 section 4.1.2); "" when there is none."""
    return first(params, "code") or ""
